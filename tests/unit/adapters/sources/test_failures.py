"""What a refusal of a chat service becomes, and what a stream that was closed leaves behind: without a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx2
import pytest
import trio
from trio.testing import MockClock

from triolet_adapters.sources._errors import ChatServiceError
from triolet_adapters.sources._failures import MAX_BODY, service_failure
from triolet_adapters.sources._stream import ChatStream


async def refused(status: int, body: AsyncIterator[bytes] | None = None) -> ChatServiceError:
    async def nothing() -> AsyncIterator[bytes]:
        return
        yield b""

    response = httpx2.Response(status, request=httpx2.Request("POST", "http://host/v1/chat/completions"))
    error = await service_failure(response, body or nothing(), str)
    assert isinstance(error, ChatServiceError)
    return error


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        (400, False), (401, False), (403, False), (404, False), (408, True), (409, True), (422, False), (425, True), (429, True),
        (499, False), (500, True), (502, True), (503, True), (529, True),
    ],
)  # fmt: skip
async def test_the_status_says_whether_another_try_may_help(status: int, retryable: bool) -> None:
    assert (await refused(status)).retryable == retryable


async def test_of_a_body_without_end_only_the_beginning_is_read() -> None:
    given = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal given
        while True:
            await trio.lowlevel.checkpoint()
            given += 1000
            yield b"x" * 1000

    async with aclosing(endless()) as body:
        error = await refused(500, body)
    assert len(error.body or "") == MAX_BODY
    assert given <= MAX_BODY + 1000


class Exchange:
    """Gives one token, then waits."""

    def __init__(self) -> None:
        self.closed = 0
        self._given = False

    async def receive(self) -> bytes:
        if self._given:
            await trio.sleep_forever()
        self._given = True
        return b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n'

    def hide(self, text: str) -> str:
        return text

    async def close(self) -> None:
        self.closed += 1
        await trio.lowlevel.checkpoint()


@pytest.mark.parametrize("how", ["closed", "cancelled", "late"])
async def test_a_stream_that_is_over_is_not_kept_in_mind(autojump_clock: MockClock, how: str) -> None:
    exchange: Any = Exchange()
    streams: set[ChatStream] = set()
    stream = ChatStream("host", exchange, 5.0, 5.0, streams)
    assert await anext(stream) == "Hello"
    assert streams == {stream}
    if how == "closed":
        await stream.aclose()
    elif how == "cancelled":
        with trio.move_on_after(1):
            await anext(stream)
    else:
        with pytest.raises(Exception, match="between_tokens_deadline"):
            await anext(stream)
    assert not streams
    assert exchange.closed
