"""The stream that real connections have, over real sockets: it keeps Trio's contract of a stream."""

from __future__ import annotations

import functools
import os
import ssl
import sys

import pytest
import trio
import trio.testing
import trio_websocket

from triolet.tts import _dial
from triolet.tts._dial import SocketStream, dial_tcp
from triolet.tts._websocket import open_websocket

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a socket is no file there")


async def pair() -> tuple[SocketStream, SocketStream]:  # noqa: ASYNC124 -- as Trio's checks want it
    left, right = trio.socket.socketpair()
    return SocketStream(trio.SocketStream(left)), SocketStream(trio.SocketStream(right))


async def clogged() -> tuple[SocketStream, SocketStream]:
    """Neither end can send any more."""
    ends = await pair()
    for end in ends:
        with pytest.raises(BlockingIOError):
            while True:
                os.write(end.socket.fileno(), b"x" * 100_000)
    return ends


async def test_it_is_a_stream_by_trios_own_measure() -> None:
    await trio.testing.check_two_way_stream(pair, clogged)


async def test_a_read_gives_what_is_there_and_then_the_end() -> None:
    left, right = await pair()
    async with left, right:
        await left.send_all(b"x" * 10)
        assert await right.receive_some(4) == b"xxxx"
        assert await right.receive_some() == b"x" * 6
        await left.aclose()
        assert await right.receive_some() == b""


async def test_what_the_system_does_not_take_at_once_is_left_to_the_sender() -> None:
    left, right = await pair()
    async with left, right:
        assert left.send_nowait(b"abc") == 3
        assert await right.receive_some() == b"abc"
        taken = left.send_nowait(bytes(10_000_000))
        assert 0 < taken < 10_000_000
        assert left.send_nowait(b"x") == 0
    assert left.send_nowait(b"x") == 0  # it is closed


async def test_messages_over_a_socket_are_whole_however_much_of_them_it_takes_at_once() -> None:
    ours, theirs = await pair()
    texts = ["a" * 1_000_000, "b", "c" * 200_000, "d"]
    heard: list[str] = []

    async def dial(_host: str, _port: int, _tls: bool) -> trio.abc.Stream:
        await trio.lowlevel.checkpoint()
        return ours

    async def serve(nursery: trio.Nursery) -> None:
        connection = await (await trio_websocket.wrap_server_stream(nursery, theirs)).accept()
        await trio.testing.wait_all_tasks_blocked()  # the first message clogs the socket
        heard.extend([str(await connection.get_message()) for _ in texts])
        await connection.aclose()

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, nursery)
            ended = trio.Event()

            def end(_error: Exception) -> None:
                ended.set()

            async with open_websocket("ws://server", receive=heard.append, failed=end, dial=dial) as websocket:
                async with trio.open_nursery() as senders:
                    senders.start_soon(websocket.send, texts[0])
                    await trio.testing.wait_all_tasks_blocked()
                    await websocket.send(*texts[1:])
                await ended.wait()
    assert heard == texts


async def test_a_socket_that_is_closed_before_the_reader_runs_is_not_read() -> None:
    """By then its number may be another file's."""
    left, right = await pair()
    async with left, right:

        async def read() -> None:
            with pytest.raises(trio.ClosedResourceError):
                await right.receive_some()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.testing.wait_all_tasks_blocked()
            os.write(left.socket.fileno(), b"x")
            await right.aclose()


async def test_a_reset_is_a_broken_stream() -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listeners[0]:
        port: int = listeners[0].socket.getsockname()[1]
        client = await dial_tcp("127.0.0.1", port, False)
        async with client:
            server = await listeners[0].accept()
            linger = (1).to_bytes(4, sys.byteorder) + bytes(4)  # closing resets
            server.socket.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_LINGER, linger)
            await server.aclose()
            with pytest.raises(trio.BrokenResourceError):
                await client.receive_some()


async def test_a_connect_that_is_left_during_tls_leaves_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = trio.testing.memory_stream_pair()

    async def opened(host: str, port: int) -> trio.abc.Stream:
        await trio.lowlevel.checkpoint()
        return ours

    monkeypatch.setattr(trio, "open_tcp_stream", opened)

    def as_it_is(stream: trio.abc.Stream) -> trio.abc.Stream:
        return stream

    monkeypatch.setattr(_dial, "SocketStream", as_it_is)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(dial_tcp, "example.org", 443, True)
        assert await theirs.receive_some()
        nursery.cancel_scope.cancel()
    with trio.fail_after(1):
        assert await theirs.receive_some() == b""


def test_certificates_are_read_once_for_all_connections_that_trust_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", make)
    context = _dial._context.__wrapped__
    shared = functools.lru_cache(maxsize=4)(context)
    assert shared("a.pem", None) is shared("a.pem", None)
    assert shared("b.pem", None) is not shared("a.pem", None)
