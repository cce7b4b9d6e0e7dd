"""One answer of a chat model, over a scripted exchange: how it ends."""

from __future__ import annotations

from typing import cast

import httpx2
import pytest
import trio

from triolet_adapters.sources._http import Endpoint, Exchange, completions_url
from triolet_adapters.sources._stream import ChatStream


class Scripted:
    """The pieces of an answer; after the last, nothing more comes."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.closed = 0

    async def receive(self) -> bytes:
        if not self.pieces:
            await trio.sleep_forever()
        await trio.lowlevel.checkpoint()
        return self.pieces.pop(0)

    def hide(self, text: str) -> str:
        return text

    async def close(self) -> None:
        self.closed += 1
        await trio.lowlevel.checkpoint()


def stream_of(exchange: Scripted) -> ChatStream:
    return ChatStream("a host", cast("Exchange", exchange), 60.0, 30.0, set())


async def test_whoever_is_cancelled_while_waiting_leaves_nothing_open(autojump_clock: trio.testing.MockClock) -> None:
    exchange = Scripted(b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n')
    stream = stream_of(exchange)
    assert await anext(stream) == "Hello"
    with trio.move_on_after(1) as scope:
        await anext(stream)
    assert scope.cancelled_caught
    assert exchange.closed
    with trio.fail_after(1), pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_whatever_is_raised_while_it_is_cancelled_leaves_nothing_open(
    autojump_clock: trio.testing.MockClock,
) -> None:
    class Breaking(Scripted):
        async def receive(self) -> bytes:
            try:
                return await super().receive()
            except trio.Cancelled:
                raise OSError("the socket broke") from None  # noqa: ASYNC104 -- as a careless library does

    exchange = Breaking(b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n')
    stream = stream_of(exchange)
    assert await anext(stream) == "Hello"
    with trio.move_on_after(1), pytest.raises(OSError, match="the socket broke"):
        await anext(stream)
    assert exchange.closed
    with trio.fail_after(1), pytest.raises(StopAsyncIteration):
        await anext(stream)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_model_on_this_machine_is_asked_without_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bool] = []

    def make(*, trust_env: bool, **_: object) -> None:
        made.append(trust_env)

    monkeypatch.setattr(httpx2, "AsyncClient", make)
    for base in (f"http://{host}:11434/v1", f"https://{host}.example/v1" if host != "[::1]" else "https://example/v1"):
        Endpoint(completions_url(base), None, {}, 10.0).new_client()
    assert made == [False, True]
