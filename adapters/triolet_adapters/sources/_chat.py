"""A chat model behind an OpenAI-compatible API, as a source of tokens."""

from __future__ import annotations

import collections
import functools
import json
import os
import ssl
import types
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Self

import attrs
import httpx
import trio

from triolet_adapters.sources._completion import Completion, ToolCall
from triolet_adapters.sources._errors import ChatConnectionLost, ChatDeadlineExpired, ChatProtocolViolation
from triolet_adapters.sources._failures import refusal, service_failure, transport_failure
from triolet_adapters.sources._sse import EventReader, StreamMalformed

BASE_URLS: Mapping[str, str] = types.MappingProxyType(
    {
        "openai": "https://api.openai.com/v1",
        "dashscope": "https://dashscope.aliyuncs.com/compatible-mode/v1",  # Beijing
        "dashscope-intl": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",  # Singapore
        "dashscope-us": "https://dashscope-us.aliyuncs.com/compatible-mode/v1",  # Virginia
        "vllm": "http://127.0.0.1:8000/v1",
        "ollama": "http://127.0.0.1:11434/v1",
        "llama.cpp": "http://127.0.0.1:8080/v1",
        "lm-studio": "http://127.0.0.1:1234/v1",
    }
)
"""Base URLs of services that speak this API; those on this machine with the ports they have unless told otherwise."""

_KEY_VARIABLES = {"api.openai.com": "OPENAI_API_KEY"} | {
    f"{host}.aliyuncs.com": "DASHSCOPE_API_KEY" for host in ("dashscope", "dashscope-intl", "dashscope-us")
}
_OURS = frozenset({"model", "messages", "stream"})
_CLOSE_SECONDS = 1.0
"""Bounds leaving a stream: nothing waits there for the service but the end of TLS."""
_DRAIN_SECONDS = 0.25
"""How long the end of the HTTP body may take after `[DONE]`, for the sake of a connection that can be used again."""
_KEEPALIVE_SECONDS = 50.0
"""How long an unused connection is kept: longer than a person speaks, shorter than the 60 s of common load balancers."""


class _Bearer(httpx.Auth):
    """Puts the key into the request at the last moment, so that no value of ours holds it in clear."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    def hide(self, text: str) -> str:
        """`text` without the key, which some services repeat."""
        return text.replace(self._key, "[key]")


def _seconds(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not value > 0:
        raise ValueError(f"{field.name}={value!r}: seconds, more than 0")


@attrs.define(eq=False)
class OpenAIChat:
    """A chat model: which, where, and with what parameters. `stream(messages)` asks it.

    As a context manager it keeps connections open between answers, which saves each answer after the first a TCP and TLS
    handshake, and closes them, with all streams that are still open, when left. Without, each stream has its own connection.

    The key: `api_key` where given. Else the variable OPENAI_API_KEY for api.openai.com and DASHSCOPE_API_KEY for DashScope, and
    nothing for any other host: a key from the environment is sent to no one but its issuer. It shows in no repr and no error.
    """

    model: str
    """As the service names it, such as `gpt-4o-mini`, `qwen-plus`, `llama3.2`."""
    base_url: str = attrs.field(default=BASE_URLS["openai"], kw_only=True)
    """Up to and without `/chat/completions`; mostly ends in `/v1`. See `BASE_URLS`."""
    api_key: str | None = attrs.field(default=None, kw_only=True, repr=False)
    parameters: Mapping[str, Any] = attrs.field(factory=dict[str, Any], kw_only=True)
    """Further fields of the request: `temperature`, `max_tokens`, `tools`, ... None takes one out. `stream_options` asks for usage
    unless it is given: `{"stream_options": None}` is for servers that refuse the field."""
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], kw_only=True, repr=False)
    """Further HTTP headers."""
    connect_deadline: float = attrs.field(default=10.0, kw_only=True, validator=_seconds)
    """Seconds for TCP, and again for TLS: some retransmissions' worth; a host that takes longer does not answer."""
    first_token_deadline: float = attrs.field(default=60.0, kw_only=True, validator=_seconds)
    """Seconds from the request to the first thing that the model writes (reasoning included): long, because a model may have to be
    loaded first. Keep-alives do not extend it."""
    between_tokens_deadline: float = attrs.field(default=30.0, kw_only=True, validator=_seconds)
    """Seconds of waiting from one thing that the model writes to the next. Time in which nobody asks does not count."""
    client: httpx.AsyncClient | None = attrs.field(default=None, kw_only=True, repr=False)
    """Your own client, for proxies or certificates; it stays yours to close."""

    _url: httpx.URL = attrs.field(init=False, repr=False)
    _auth: _Bearer | None = attrs.field(init=False, repr=False)
    _kept: httpx.AsyncClient | None = attrs.field(init=False, default=None, repr=False)
    _open: set[ChatStream] = attrs.field(init=False, factory=set["ChatStream"], repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.model:
            raise ValueError("model: which model should answer? For example 'gpt-4o-mini'")
        self._url = _completions_url(self.base_url)
        _check_parameters(self.parameters)
        key, self.api_key = self.api_key, None  # held in one place only
        if key is None:
            variable = _KEY_VARIABLES.get(self._url.host)
            key = os.environ.get(variable) if variable else None
            if variable and not key:
                raise ValueError(f"no key for {self._url.host}: pass api_key= or set the variable {variable}")
        self._auth = _Bearer(_checked_key(key)) if key else None

    def stream(self, messages: Sequence[Mapping[str, Any]], **parameters: Any) -> ChatStream:
        """Ask for an answer: a source of tokens, which sends the request when the first token is asked for.

        Args:
            messages: the conversation, `[{"role": "user", "content": "..."}]`; copied here.
            parameters: fields of the request that override `self.parameters` for this answer.

        Raises:
            TypeError, ValueError: the messages or parameters are no JSON or have no messages in them.
        """
        if isinstance(messages, str) or not all(isinstance(message, Mapping) for message in messages):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError('messages: a list such as [{"role": "user", "content": "Hello"}]')
        if not messages:
            raise ValueError("messages: empty, there is nothing to answer")
        _check_parameters(parameters)
        fields = {"stream_options": {"include_usage": True}, **self.parameters, **parameters}
        body = {name: value for name, value in fields.items() if value is not None}
        body |= {"model": self.model, "messages": [dict(message) for message in messages], "stream": True}
        return ChatStream(self, json.dumps(body, allow_nan=False).encode())

    async def __aenter__(self) -> Self:
        if self._kept is not None:
            raise RuntimeError("this OpenAIChat is already open: leave its block first, or make another")
        self._kept = self.client or self._new_client()
        await trio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        kept, self._kept = self._kept, None
        for stream in tuple(self._open):
            await stream.aclose()
        if kept is not None and kept is not self.client:
            with trio.move_on_after(_CLOSE_SECONDS, shield=True):
                await kept.aclose()

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=_tls(),
            # A proxy from the environment is for the outside, never for a server on this machine.
            trust_env=self._url.host not in {"127.0.0.1", "localhost", "::1"},
            limits=httpx.Limits(keepalive_expiry=_KEEPALIVE_SECONDS),
        )

    def _request(self, client: httpx.AsyncClient, body: bytes) -> httpx.Request:
        return client.build_request(
            "POST",
            self._url,
            content=body,
            headers={
                "Content-Type": "application/json",
                "Accept": "text/event-stream",
                "Accept-Encoding": "identity",  # compressors hold tokens back
                **self.headers,
            },
            # Only the connection has a time-out here: keep-alives would extend one for reading.
            timeout=httpx.Timeout(None, connect=self.connect_deadline),
        )


class ChatStream(AsyncIterator[str]):
    """One answer, token by token: an async iterator of str, to be used once.

    Only the answer's own text comes out. The rest can be read at any time while it streams and afterwards: `reasoning`,
    `tool_calls`, `finish_reason`, `usage`.

    Nothing runs between two tokens: who does not ask makes the service wait. Where an iteration is left early, `aclose()`
    ends the request at once; leaving the block of the `OpenAIChat` does too. Cancelling a request for a token closes the stream.
    """

    def __init__(self, chat: OpenAIChat, body: bytes) -> None:
        self._chat = chat
        self._body = body
        self._text: list[str] = []
        self._completion = Completion()
        self._ready: collections.deque[str] = collections.deque()
        self._reader = EventReader()
        self._client: httpx.AsyncClient | None = None
        self._response: httpx.Response | None = None
        self._bytes: AsyncIterator[bytes] | None = None
        self._complete = False
        self._closed = False
        self._busy = False

    @property
    def text(self) -> str:
        """The answer as far as it was given out."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """What the model thought before it answered, where the service tells. Never spoken."""
        return "".join(self._completion.reasoning)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls that the model asks for; complete when the stream has ended."""
        return tuple(self._completion.calls)

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped: `stop`, `length` (cut off by max_tokens), `tool_calls`, `content_filter`; None before that."""
        return self._completion.finish_reason

    @property
    def usage(self) -> Mapping[str, Any] | None:
        """The service's own count of tokens, after the end; None where it sends none."""
        return self._completion.usage

    async def __anext__(self) -> str:
        """The next token.

        Raises:
            ChatError: one of its kinds; tokens given out before stand, and the stream is closed.
            RuntimeError: another task is asking.
        """
        if self._busy:
            raise RuntimeError("another task is waiting for the next token of this stream")
        self._busy = True
        try:
            await trio.lowlevel.checkpoint_if_cancelled()
            await self._fill()
        except BaseException:
            await self._close()
            raise
        finally:
            self._busy = False
        if not self._ready:
            await self._close()
            raise StopAsyncIteration
        token = self._ready.popleft()
        self._text.append(token)
        return token

    async def aclose(self) -> None:
        """End the request and give its connection up. Does nothing the second time. Not stopped by cancellation; takes a second at
        most."""
        self._ready.clear()
        await self._close()
        await trio.lowlevel.checkpoint_if_cancelled()

    async def __aenter__(self) -> Self:
        await trio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _fill(self) -> None:
        """Receive until a token is ready or the answer is complete."""
        if self._ready or self._complete or self._closed:
            await trio.lowlevel.cancel_shielded_checkpoint()
            return
        chat, completion = self._chat, self._completion
        with trio.CancelScope() as scope:
            while not self._ready and not self._complete:
                progress = completion.progress
                limit = chat.between_tokens_deadline if progress else chat.first_token_deadline
                scope.deadline = trio.current_time() + limit
                while completion.progress == progress and not self._complete:
                    await self._receive()
        if scope.cancelled_caught:
            name = "between_tokens_deadline" if completion.progress else "first_token_deadline"
            raise ChatDeadlineExpired(f"{chat._url.host} sent no token for {limit:g} s ({name})")

    async def _receive(self) -> None:
        if self._bytes is None:
            self._bytes = await self._connect()
        try:
            data = await anext(self._bytes, b"")
            events = self._reader.feed(data) if data else self._reader.finish()
        except httpx.HTTPError as exc:
            failure = transport_failure(exc, self._chat._url, self._chat.connect_deadline)
        except StreamMalformed as exc:
            failure = ChatProtocolViolation(f"{self._chat._url.host}: {exc}")
        else:
            for event in events:
                if not self._completion.done:
                    self._take(self._completion.receive(event.data))
            if self._completion.done or not data:
                await self._end(early=not self._completion.done)
            return
        raise failure

    def _take(self, text: str) -> None:
        if text:
            self._ready.append(text)

    async def _end(self, *, early: bool) -> None:
        self._complete = True
        self._take(self._completion.finish())
        if early:
            if self._completion.finish_reason is None:
                raise ChatConnectionLost(f"{self._chat._url.host} ended its answer without a finish reason or [DONE]")
            return
        with trio.move_on_after(_DRAIN_SECONDS):
            assert self._bytes is not None
            async for _ in self._bytes:
                pass

    async def _connect(self) -> AsyncIterator[bytes]:
        """Send the request; give the bytes of an answer that is an event stream."""
        chat = self._chat
        client = chat._kept or chat.client
        if client is None:
            client = self._client = chat._new_client()
        chat._open.add(self)
        try:
            response = await client.send(
                chat._request(client, self._body), stream=True, auth=chat._auth, follow_redirects=False
            )
        except httpx.HTTPError as exc:
            failure = transport_failure(exc, chat._url, chat.connect_deadline)
        else:
            self._response = response
            self._bytes = response.aiter_bytes()
            if not refusal(response):
                return self._bytes
            failure = await service_failure(response, self._bytes, chat._auth.hide if chat._auth else str)
        # Outside the handler: the frames of httpx, which hold the request with its key, are not part of the error.
        raise failure

    async def _close(self) -> None:
        self._closed = True
        self._chat._open.discard(self)
        received, self._bytes = self._bytes, None
        if received is not None:
            # httpx reads through seven nested generators. Closing the outer one would leave the others to the garbage
            # collector, and their sockets with them; a read that is cancelled ends them all, in order.
            with trio.CancelScope(shield=True) as scope:
                scope.cancel()
                try:
                    async for _ in received:
                        pass
                except (httpx.HTTPError, httpx.StreamError):
                    pass
        with trio.move_on_after(_CLOSE_SECONDS, shield=True):
            if self._response is not None:
                await self._response.aclose()
            if self._client is not None:
                await self._client.aclose()


@functools.cache
def _tls() -> ssl.SSLContext:
    """The certificates of this machine, read once: that takes some 20 ms, too long between two pieces of audio."""
    return httpx.create_ssl_context()


def _completions_url(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError) as exc:
        raise ValueError(f"base_url: {exc}") from None
    if url.userinfo:
        raise ValueError("base_url: holds a user name or password; pass api_key= or headers= instead")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"base_url={base_url!r}: such as {BASE_URLS['ollama']!r}, with http:// or https://")
    path = url.path.rstrip("/")
    if path.endswith("/completions"):
        raise ValueError(f"base_url={base_url!r}: without /chat/completions, which is added here")
    return url.copy_with(path=path + "/chat/completions")


def _checked_key(key: str) -> str:
    key = key.strip()  # keys read from files end with a line end
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("api_key: empty, or with characters that no key has (white space inside, control, not ASCII)")
    return key


def _check_parameters(parameters: Mapping[str, Any]) -> None:
    for name in sorted(_OURS.intersection(parameters)):
        raise ValueError(f"parameters: {name!r} is set here; the model is a field, messages go to stream()")
