"""Leaving an answer, and connections that are kept."""

from __future__ import annotations

import pytest
import trio
from tests.integration.sources.http_peer import (
    DONE,
    END,
    QUESTION,
    SSE_HEAD,
    STOP,
    answer,
    chat_with,
    chunked,
    serve,
    token,
    tokens_of,
)


async def endless(stream: trio.SocketStream, _: int) -> None:
    await stream.send_all(SSE_HEAD)
    while True:
        await stream.send_all(chunked(token("word ")))
        await trio.sleep(0.001)


@pytest.mark.parametrize("kept", [False, True])
async def test_closing_a_stream_ends_the_request_and_leaves_nothing_behind(kept: bool) -> None:
    async with serve(endless) as peer:
        chat = chat_with(peer)
        if kept:
            await chat.__aenter__()
        stream = chat.stream(QUESTION)
        async for _ in stream:
            break
        await stream.aclose()
        await peer.until(lambda: not peer.open)
        await stream.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        if kept:
            await chat.__aexit__(None, None, None)
        assert len(peer.requests) == 1


async def test_leaving_the_chat_closes_its_streams() -> None:
    async with serve(endless) as peer:
        async with chat_with(peer) as chat:
            streams = [chat.stream(QUESTION) for _ in range(3)]
            for stream in streams:
                await anext(stream)
            assert peer.open == 3
        await peer.until(lambda: not peer.open)
        for stream in streams:
            with pytest.raises(StopAsyncIteration):
                await anext(stream)


async def test_a_cancelled_wait_closes_the_stream() -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.send_all(SSE_HEAD + chunked(token("word ")))
        await stream.receive_some()

    async with serve(behaviour) as peer:
        stream = chat_with(peer).stream(QUESTION)
        await anext(stream)
        with trio.move_on_after(0.02) as scope:
            await anext(stream)
        assert scope.cancelled_caught
        await peer.until(lambda: not peer.open)


async def test_closing_from_another_task_wakes_the_one_that_waits() -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await trio.sleep_forever()

    async with serve(behaviour) as peer, trio.open_nursery() as nursery:
        stream = chat_with(peer).stream(QUESTION)

        async def wait() -> None:
            with pytest.raises(trio.ClosedResourceError):
                await anext(stream)

        nursery.start_soon(wait)
        await peer.until(lambda: bool(peer.requests))
        with pytest.raises(RuntimeError, match="another task"):
            await anext(stream)
        await stream.aclose()


async def test_a_kept_connection_is_used_again() -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.send_all(SSE_HEAD + chunked(token("a") + STOP + DONE))
        await trio.sleep(0.01)  # the end of the body in a packet of its own
        await stream.send_all(END)

    async with serve(behaviour) as peer:
        async with chat_with(peer) as chat:
            for _ in range(3):
                assert await tokens_of(chat.stream(QUESTION)) == ["a"]
            with pytest.raises(RuntimeError, match="already open"):
                await chat.__aenter__()
        assert (peer.connections, len(peer.requests)) == (1, 3)
        await peer.until(lambda: not peer.open)


async def test_a_kept_connection_that_the_service_closes_costs_no_answer() -> None:
    async def behaviour(stream: trio.SocketStream, number: int) -> None:
        if number == 1:  # the second request meets a connection that is being closed
            await stream.aclose()
        else:
            await stream.send_all(answer(token("a"), STOP, DONE))

    async with serve(behaviour) as peer, chat_with(peer) as chat:
        assert await tokens_of(chat.stream(QUESTION)) == ["a"]
        assert await tokens_of(chat.stream(QUESTION)) == ["a"]
        assert peer.connections == 2
