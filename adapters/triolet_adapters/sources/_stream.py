"""One answer of a chat model, token by token."""

from __future__ import annotations

import collections
import math
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import trio

from triolet_adapters.shared.sse import EventReader, StreamMalformed
from triolet_adapters.sources._completion import Completion, ToolCall
from triolet_adapters.sources._errors import (
    ChatConnectionLost,
    ChatDeadlineExpired,
    ChatError,
    ChatProtocolViolation,
    ChatServiceError,
)

if TYPE_CHECKING:
    from triolet_adapters.sources._http import Exchange

_CLOSE_SECONDS = 1.0
_SHORTEST_WAIT = 0.25
"""Seconds before a request is sent again, doubled each time, though the service asks for less: `Retry-After: 0` exists."""
_DRAIN_SECONDS = 0.25
"""How long the end of the HTTP body may take after `[DONE]`, for the sake of a connection that can be used again."""


class ChatStream(AsyncIterator[str]):
    """One answer, token by token: an async iterator of str. Iterate it once. Made by `OpenAIChat.stream`.

    Only the answer's own text comes out. Read the rest at any time, while it streams and afterwards: `reasoning`, `tool_calls`,
    `finish_reason`, `usage`.

    No task runs between two tokens. While nobody asks for a token, the service waits. If you leave an iteration early, call
    `aclose()`: it ends the request at once. Leaving the block of the `OpenAIChat` does so, too. Cancelling the wait for a token
    closes the stream.
    """

    on_trio = True
    """It can be iterated in Trio only; `triolet.asyncio` heeds this."""

    def __init__(
        self,
        host: str,
        exchange: Exchange,
        first_token_deadline: float,
        between_tokens_deadline: float,
        open_streams: set[ChatStream],
    ) -> None:
        self._host = host
        self._exchange = exchange
        self._first_token_deadline = first_token_deadline
        self._between_tokens_deadline = between_tokens_deadline
        self._open_streams = open_streams
        self._reader = EventReader()
        self._completion = Completion()
        self._ready: collections.deque[str] = collections.deque()
        self._text: list[str] = []
        self._ended = False
        self._failure: ChatError | None = None
        self._reading: trio.CancelScope | None = None
        self._deadline = math.inf
        """When the deadline of the next token is over, on Trio's clock."""
        self._refused = 0
        """How often the service has asked to come again later."""

    @property
    def text(self) -> str:
        """The text of the tokens so far."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """What the model thought before it answered, if the service sends it. It is never spoken."""
        return "".join(self._completion.reasoning)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls that the model asks for; complete when the stream has ended."""
        return self._completion.calls

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped: `stop`, `length` (cut off by max_tokens), `tool_calls`, `content_filter`; None before that."""
        return self._completion.finish_reason

    @property
    def usage(self) -> Mapping[str, Any] | None:
        """The service's own count of tokens. None before the end, and if the service sends none."""
        return self._completion.usage

    async def __anext__(self) -> str:
        """Wait for the next token.

        Raises:
            ChatError: the service failed. The stream is closed. All tokens that came before have been given.
            trio.ClosedResourceError: another task has closed the stream meanwhile.
            RuntimeError: another task is waiting for a token.
        """
        if self._reading is not None:
            raise RuntimeError("another task is waiting for the next token of this stream")
        self._reading = trio.CancelScope()
        try:
            await trio.lowlevel.checkpoint()
            with self._reading:
                await self._fill()
        except BaseException:  # raised again: whoever is cancelled here does not come back to close it
            with trio.move_on_after(_CLOSE_SECONDS, shield=True):
                await self._close()
            raise
        finally:
            reading, self._reading = self._reading, None
        if reading.cancel_called:
            await self._close()
            raise trio.ClosedResourceError("another task closed this stream")
        if not self._ready:
            await self._close()
            failure, self._failure = self._failure, None
            raise failure or StopAsyncIteration
        token = self._ready.popleft()
        self._text.append(token)
        return token

    async def aclose(self) -> None:
        """End the request, and drop the tokens that were not asked for.

        A task that waits for a token gets `trio.ClosedResourceError`. Calling it again does nothing. Cancellation does not stop
        it; it takes a second at most.
        """
        if self._reading is not None:
            self._reading.cancel()
        else:
            await self._close()
        await trio.lowlevel.checkpoint()

    async def __aenter__(self) -> Self:
        await trio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _close(self) -> None:
        self._ready.clear()
        self._ended = True
        self._open_streams.discard(self)
        await self._exchange.close()

    async def _fill(self) -> None:
        """Receive until a token is ready or the answer has ended."""
        while not self._ready and not self._ended:
            try:
                await self._progress()
            except ChatError as exc:
                self._failure = exc  # after the tokens that came with it
                self._ended = True
        if self._completion.done and not self._ready:
            await self._drain()

    async def _progress(self) -> None:
        """Receive until the model has written something."""
        self._open_streams.add(self)
        before = self._completion.progress
        if before:
            limit, name = self._between_tokens_deadline, "between_tokens_deadline"
        else:
            limit, name = self._first_token_deadline, "first_token_deadline"
        with trio.move_on_after(limit) as scope:
            self._deadline = scope.deadline
            while self._completion.progress == before and not self._ended:
                await self._receive()
        if scope.cancelled_caught:
            raise ChatDeadlineExpired(f"{self._host} sent no token for {limit:g} s ({name})")

    async def _receive(self) -> None:
        try:
            data = await self._exchange.receive()
        except ChatServiceError as error:
            await self._wait_as_asked(error)
            return
        completion = self._completion
        try:
            for event in self._reader.feed(data) if data else self._reader.finish():
                if not completion.done:
                    self._take(completion.receive(self._exchange.hide(event.data)))
        except StreamMalformed as exc:
            raise ChatProtocolViolation(f"{self._host}: {exc}") from None
        if completion.done or not data:
            self._take(completion.finish())
            self._ended = True
            if not completion.done and completion.finish_reason is None:
                raise ChatConnectionLost(f"{self._host} ended its answer without a finish reason and without [DONE]")

    async def _wait_as_asked(self, error: ChatServiceError) -> None:
        """Wait until the service may be asked again, and leave its refusal.

        Raises:
            ChatServiceError: the refusal, if the service does not say when to come again, or says a time that is too late for
                `first_token_deadline`.
        """
        if error.retry_after is None or not error.retryable:
            raise error
        wait = max(error.retry_after, _SHORTEST_WAIT * 2 ** min(self._refused, 10))
        if trio.current_time() + wait >= self._deadline:
            raise error
        self._refused += 1
        await self._exchange.again()
        await trio.sleep(wait)

    async def _drain(self) -> None:
        """Read to the end of the HTTP body, which lets the connection be used again."""
        with trio.move_on_after(_DRAIN_SECONDS):
            try:
                while await self._exchange.receive():
                    pass
            except ChatError:
                pass  # the answer is complete

    def _take(self, text: str) -> None:
        if text:
            self._ready.append(text)
