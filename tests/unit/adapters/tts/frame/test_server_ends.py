"""How a local server's connections end: none stays open, none waits for ever, and nothing follows half a frame."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import pytest
import trio
import trio.testing
from tests.unit.adapters.tts.qwen._foes import CLOSE, REQUEST, append, connected, dialled, frame
from tests.unit.adapters.tts.qwen._peers import serving
from trio.testing import MockClock

from triolet.testing import ToneTTS
from triolet.testing._network import VirtualStream
from triolet_adapters.tts.frame.server._connection import ClientLeft, Connection
from triolet_adapters.tts.openai.server import OpenAIServer, OpenAIServerOptions
from triolet_adapters.tts.qwen import QwenServer, ServerOptions

POST = b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
SPEECH = b'{"model": "tts-1", "voice": "alloy", "input": "Hello there.", "response_format": "pcm"}'
PLENTY = 1000.0
"""Seconds of virtual time in which all that is bounded has ended."""


class Full(trio.abc.HalfCloseableStream):
    """A client that sends a request, and of what comes takes one byte of each write."""

    def __init__(self, request: bytes = b"") -> None:
        self.took: list[bytes] = []
        self._request = request

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self.took.append(bytes(data[:1]))
        await trio.sleep_forever()

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def send_eof(self) -> None:
        await trio.lowlevel.checkpoint()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        request, self._request = self._request, b""
        if not request:
            await trio.sleep_forever()
        return request

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


async def test_half_a_frame_is_followed_by_nothing(autojump_clock: MockClock) -> None:
    stream = Full()
    connection = Connection(stream, b"", ServerOptions())
    with trio.move_on_after(1) as scope:
        await connection.send("cut off in the middle")
    assert scope.cancelled_caught
    with pytest.raises(ClientLeft):
        await connection.send("the next")
    assert len(stream.took) == 1


async def test_a_client_that_takes_nothing_is_left_after_send_timeout(autojump_clock: MockClock) -> None:
    stream = Full()
    connection = Connection(stream, b"", ServerOptions(send_timeout=5))
    with trio.fail_after(PLENTY), pytest.raises(ClientLeft):
        await connection.send("not taken")
    assert trio.current_time() == pytest.approx(5)
    with pytest.raises(ClientLeft):
        await connection.send("the next")
    assert len(stream.took) == 1


async def test_a_client_that_answers_no_close_is_left_after_close_timeout(autojump_clock: MockClock) -> None:
    """Also by the task that waits for its messages."""
    ours, _theirs = trio.testing.memory_stream_pair()
    connection = Connection(ours, b"", ServerOptions(close_timeout=2))

    async def close() -> None:
        await trio.testing.wait_all_tasks_blocked()
        await connection.close(1000, "that is all")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(close)
        with trio.fail_after(PLENTY), pytest.raises(ClientLeft):
            await connection.receive()
    assert trio.current_time() == pytest.approx(2)


async def test_a_client_that_takes_no_answer_is_left_after_send_timeout(autojump_clock: MockClock) -> None:
    server = OpenAIServer(ToneTTS(), OpenAIServerOptions(send_timeout=5))
    with trio.fail_after(PLENTY):
        await server.handle_stream(Full(POST % (len(SPEECH), SPEECH)))
    assert trio.current_time() == pytest.approx(5)
    assert server.open == 0


async def talk(server: OpenAIServer | QwenServer, says: Callable[[trio.abc.Stream], Awaitable[None]]) -> bytes:
    """What a client gets that says something; it stays until the server hangs up."""
    ours, theirs = trio.testing.memory_stream_pair()
    came = b""
    with trio.fail_after(PLENTY):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.handle_stream, theirs)
            await says(ours)
            while data := await ours.receive_some():
                came += data
    return came


async def test_a_body_that_does_not_come_is_given_up_after_send_timeout(autojump_clock: MockClock) -> None:
    server = OpenAIServer(ToneTTS(), OpenAIServerOptions(send_timeout=5))

    async def begins(stream: trio.abc.Stream) -> None:
        await stream.send_all(POST % (len(SPEECH), SPEECH[:10]))

    assert b"408 Request Timeout" in await talk(server, begins)
    assert trio.current_time() == pytest.approx(5)
    assert server.open == 0


async def test_who_is_refused_has_a_second_to_read_why(autojump_clock: MockClock) -> None:
    """Closed at once, with bytes of it unread, TCP would throw the answer away."""
    server = QwenServer(ToneTTS())
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.handle_stream, theirs)
        await ours.send_all(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        came = b""
        while data := await ours.receive_some():
            came += data
        assert came.startswith(b"HTTP/1.1 404")
        await trio.sleep(0.9)
        await ours.send_all(b"more that nobody asked for")
        await trio.sleep(0.2)
        with pytest.raises(trio.BrokenResourceError):
            await ours.send_all(b"more")


async def leaves_politely(stream: trio.abc.Stream) -> None:
    await stream.send_all(frame(CLOSE, (1000).to_bytes(2, "big")))


async def resets(stream: trio.abc.Stream) -> None:
    assert isinstance(stream, VirtualStream)
    stream.connection.reset()


async def breaks_the_protocol(stream: trio.abc.Stream) -> None:
    await stream.send_all(b"\xff" * 10)


@pytest.mark.parametrize("ends", [leaves_politely, resets, breaks_the_protocol])
async def test_who_has_left_counts_no_more(
    ends: Callable[[trio.abc.Stream], Awaitable[None]], autojump_clock: MockClock
) -> None:
    async with serving(ServerOptions(max_connections=1)) as world:
        for _ in range(3):
            async with connected(world) as foe:
                assert world.server.open == 1
                refused = await dialled(world)
                await refused.send(REQUEST + b"\r\n")
                await refused.until(b"503 Service Unavailable")
                await trio.aclose_forcefully(refused.stream)
                await foe.send(append("Hello there. "))
                await trio.sleep(1)
                await ends(foe.stream)
                await trio.sleep(5)
                assert world.server.open == 0
        assert world.server.connections == 3
        assert world.server.left.total() == 3


async def test_who_was_answered_counts_no_more(autojump_clock: MockClock) -> None:
    server = OpenAIServer(ToneTTS(), OpenAIServerOptions(max_connections=1))

    async def asks(stream: trio.abc.Stream) -> None:
        for _ in range(3):
            await stream.send_all(POST % (len(SPEECH), SPEECH))
        await trio.sleep(math.nextafter(PLENTY / 2, 0))
        assert server.open == 0
        await stream.send_all(b"nonsense\r\n\r\n")

    assert (await talk(server, asks)).count(b"HTTP/1.1 200") == 3
    assert (server.open, server.connections) == (0, 3)


async def test_a_client_that_leaves_is_spoken_to_no_more(autojump_clock: MockClock) -> None:
    server = OpenAIServer(ToneTTS(), OpenAIServerOptions(first_audio=PLENTY))
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.handle_stream, theirs)
        await ours.send_all(POST % (len(SPEECH), SPEECH))
        await trio.sleep(1)
        assert server.open == 1
        await ours.aclose()
        await trio.sleep(1)
        assert server.open == 0


@pytest.mark.parametrize(
    ("first_audio", "drain_timeout"), [(PLENTY, 0.01), (0.2, PLENTY)], ids=["it takes too long", "it is soon done"]
)
async def test_a_stop_waits_for_an_answer_and_not_for_ever(
    first_audio: float, drain_timeout: float, nursery: trio.Nursery
) -> None:
    """Over real sockets, in real time: each of the two would wait for a quarter of an hour if it waited for the other thing."""
    server = OpenAIServer(ToneTTS(), OpenAIServerOptions(first_audio=first_audio, drain_timeout=drain_timeout))
    ended = trio.Event()

    async def serve(task_status: trio.TaskStatus[str]) -> None:
        await server.serve(task_status=task_status)
        ended.set()

    url = urlsplit(await nursery.start(serve))
    assert url.hostname is not None
    assert url.port is not None
    async with await trio.open_tcp_stream(url.hostname, url.port) as stream:
        with trio.fail_after(20):
            await stream.send_all(POST % (len(SPEECH), SPEECH))
            while server.connections == 0:
                await trio.sleep(0.001)
            server.stop()
            await ended.wait()
