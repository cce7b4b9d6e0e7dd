"""A chat model behind an OpenAI-compatible API, as a source of tokens."""

from __future__ import annotations

import json
import os
import re
import types
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import attrs
import trio

from triolet_adapters.sources._stream import ChatStream

if TYPE_CHECKING:
    import httpx2

    from triolet_adapters.sources._http import Endpoint

BASE_URLS: Mapping[str, str] = types.MappingProxyType(
    {
        "openai": "https://api.openai.com/v1",
        "dashscope": "https://dashscope.aliyuncs.com/compatible-mode/v1",  # Beijing
        "dashscope-intl": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",  # Singapore
        "dashscope-us": "https://dashscope-us.aliyuncs.com/compatible-mode/v1",  # Virginia
        "dashscope-hk": "https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1",
        "vllm": "http://127.0.0.1:8000/v1",
        "ollama": "http://127.0.0.1:11434/v1",
        "llama.cpp": "http://127.0.0.1:8080/v1",
        "lm-studio": "http://127.0.0.1:1234/v1",
    }
)
"""Base URLs of services that speak this API; those on this machine with the ports they have unless told otherwise.
A DashScope workspace has `https://{workspace}.{region}.maas.aliyuncs.com/compatible-mode/v1`."""

_CLOSE_SECONDS = 2.0
"""Bounds leaving an OpenAIChat with all its connections."""
_DASHSCOPE = re.compile(r"dashscope(-intl|-us)?|cn-hongkong\.dashscope|[\w-]+\.[\w-]+\.maas")
"""Hosts of the vendor below aliyuncs.com, those of workspaces included."""
_OURS = frozenset({"model", "messages", "stream"})


class MissingKey(ValueError):
    """No key was given, and the environment has none. `host` is the host that needs it, `variable` the variable that is not set."""

    def __init__(self, host: str, variable: str) -> None:
        super().__init__(f"no key for {host}: pass api_key= or set the variable {variable}")
        self.host = host
        self.variable = variable


def _seconds(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not value > 0:
        raise ValueError(f"{field.name}={value!r}: seconds, more than 0")


@attrs.define(eq=False)
class OpenAIChat:
    """A chat model: which, where, and with what parameters. `stream(messages)` asks it.

    As a context manager it keeps connections open between answers, which saves each answer after the first a TCP and TLS
    handshake. Leaving the block closes them, and all streams that are still open. Outside of a block, each stream has a connection
    of its own.

    The key is `api_key`, if given. Otherwise it is read from the environment: OPENAI_API_KEY for api.openai.com, DASHSCOPE_API_KEY
    for DashScope. Any other host gets no key, so that a key from the environment is sent only to its issuer. The key shows in no
    repr and no error.
    """

    model: str
    """The model's name at the service, such as `gpt-4o-mini`, `qwen-plus`, `llama3.2`."""
    base_url: str = attrs.field(default=BASE_URLS["openai"], kw_only=True)
    """The URL of the API, without `/chat/completions`. Mostly ends in `/v1`; `BASE_URLS` has those of known services."""
    api_key: str | None = attrs.field(default=None, kw_only=True, repr=False)
    parameters: Mapping[str, Any] = attrs.field(factory=dict[str, Any], kw_only=True)
    """Further fields of the request: `temperature`, `max_tokens`, `tools`, ... A field that is None is left out. By default
    `stream_options` asks for the usage; give `{"stream_options": None}` for a server that refuses the field."""
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], kw_only=True, repr=False)
    """Further HTTP headers."""
    connect_deadline: float = attrs.field(default=10.0, kw_only=True, validator=_seconds)
    """Seconds for TCP, and as many again for TLS. They allow for some lost packets; a host that takes longer is down."""
    first_token_deadline: float = attrs.field(default=60.0, kw_only=True, validator=_seconds)
    """Seconds from the request to the first thing that the model writes, reasoning included. They are many, because a model may
    have to be loaded first. Keep-alives do not extend them. A service that is busy (429, 503) and says with `Retry-After` when to come again is
    asked again then, if that is within this deadline; else its error comes at once."""
    between_tokens_deadline: float = attrs.field(default=30.0, kw_only=True, validator=_seconds)
    """Seconds of waiting from one thing that the model writes to the next. Only time in which a token is being asked for counts."""
    client: httpx2.AsyncClient | None = attrs.field(default=None, kw_only=True, repr=False)
    """A client of your own, for proxies or certificates. You close it."""

    _endpoint: Endpoint = attrs.field(init=False, repr=False)
    _open_streams: set[ChatStream] = attrs.field(init=False, factory=set[ChatStream], repr=False)
    _entered: bool = attrs.field(init=False, default=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.model:
            raise ValueError("model: which model should answer? For example 'gpt-4o-mini'")
        _check_parameters(self.parameters)
        http = _http()
        url = http.completions_url(self.base_url)
        key, self.api_key = self.api_key, None  # from here on only `Bearer` holds it
        if key is None:
            variable = _key_variable(url.host)
            key = os.environ.get(variable) if variable else None
            if variable and not key:
                raise MissingKey(url.host, variable)
            if variable and url.scheme == "http":
                raise ValueError(f"base_url: the key in {variable} would be sent in the clear; use https://{url.host}")
        bearer = http.Bearer(_checked_key(key)) if key is not None else None
        self._endpoint = http.Endpoint(url, bearer, self.headers, self.connect_deadline, self.client)

    def stream(self, messages: Sequence[Mapping[str, Any]], **parameters: Any) -> ChatStream:
        """Ask for an answer: a source of tokens, which sends the request when the first token is asked for.

        Args:
            messages: the conversation, `[{"role": "user", "content": "..."}]`; copied here.
            parameters: fields of the request that override `self.parameters` for this answer.

        Raises:
            TypeError, ValueError: there are no messages, or messages or parameters cannot be written as JSON.
        """
        if isinstance(messages, str) or not all(isinstance(message, Mapping) for message in messages):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError('messages: a list such as [{"role": "user", "content": "Hello"}]')
        if not messages:
            raise ValueError("messages: empty, there is nothing to answer")
        _check_parameters(parameters)
        fields = {"stream_options": {"include_usage": True}, **self.parameters, **parameters}
        body = {name: value for name, value in fields.items() if value is not None}
        body |= {"model": self.model, "messages": [dict(message) for message in messages], "stream": True}
        return ChatStream(
            self._endpoint.url.host,
            _http().Exchange(self._endpoint, json.dumps(body, allow_nan=False).encode()),
            self.first_token_deadline,
            self.between_tokens_deadline,
            self._open_streams,
        )

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("this OpenAIChat is already open: leave its block first, or make another")
        self._entered = True
        if self.client is None:
            self._endpoint.client = self._endpoint.new_client()
        await trio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._entered = False
        kept, self._endpoint.client = self._endpoint.client, self.client
        with trio.move_on_after(_CLOSE_SECONDS, shield=True):
            for stream in tuple(self._open_streams):
                await stream.aclose()
            if kept is not None and kept is not self.client:
                await kept.aclose()


def _http() -> Any:
    """The part that needs httpx2, which only those install who talk to a chat service."""
    try:
        from triolet_adapters.sources import _http as module  # noqa: PLC0415
    except ModuleNotFoundError as exc:
        raise ModuleNotFoundError(f"{exc.name} is not installed: pip install 'triolet[llm]'", name=exc.name) from None
    return module


def _key_variable(host: str) -> str | None:
    """The variable of the environment whose key was issued for this host."""
    if host == "api.openai.com":
        return "OPENAI_API_KEY"
    name = host.removesuffix(".aliyuncs.com")
    if name != host and _DASHSCOPE.fullmatch(name):
        return "DASHSCOPE_API_KEY"
    return None


def _checked_key(key: str) -> str:
    key = key.strip()  # keys read from files end with a line end
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("api_key: empty, or with characters that no key has (white space inside, control, not ASCII)")
    return key


def _check_parameters(parameters: Mapping[str, Any]) -> None:
    for name in sorted(_OURS.intersection(parameters)):
        raise ValueError(f"parameters: {name!r} is set here; the model is a field, messages go to stream()")
