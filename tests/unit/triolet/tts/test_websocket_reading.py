"""What the one task that reads a connection promises: nothing waits for it, and it waits for nobody."""

from __future__ import annotations

import base64
import hashlib
import itertools

import pytest
import trio
import trio.testing
import trio_websocket
from tests.unit.triolet.tts._websocket_peers import URL, Seen, connected, for_ever, served, websocket_peer

from triolet.errors import DeadlineExpired, ProtocolViolation, TTSError
from triolet.testing import Link
from triolet.tts._websocket import WebSocket, open_websocket

PING = b"\x89\x01x"


def tasks_of_a_connection() -> int:
    """Tasks that live in the module of the connection."""
    root = trio.lowlevel.current_root_task()
    assert root is not None
    found, waiting = 0, [root]
    while waiting:
        task = waiting.pop()
        code = getattr(task.coro, "cr_code", None)
        found += code is not None and "triolet/tts/_websocket" in code.co_filename
        waiting += [child for nursery in task.child_nurseries for child in nursery.child_tasks]
    return found


async def test_an_open_connection_is_one_task(autojump_clock: trio.testing.MockClock) -> None:
    async with served(websocket_peer(for_ever)) as network, connected(network, Seen(), ping_interval=20):
        await trio.sleep(70)  # pings have been sent and answered
        assert tasks_of_a_connection() == 1


async def test_a_flood_of_pings_and_of_tiny_messages_lets_others_run(autojump_clock: trio.testing.MockClock) -> None:
    """Thousands fit in one read. It takes a step for some, and then another task has its turn."""
    flood = PING * 5000 + b"\x81\x01a" * 5000

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await trio.sleep(1)
        await connection._stream.send_all(flood)
        await trio.sleep_forever()

    seen = Seen()
    longest = 0
    async with served(websocket_peer(peer), Link(window=10**6)) as network, connected(network, seen):
        await trio.sleep_until(1)
        before = 0
        while len(seen.texts) < 5000:
            await trio.lowlevel.checkpoint()
            longest = max(longest, len(seen.texts) - before)
            before = len(seen.texts)
    assert seen.texts == ["a"] * 5000
    assert longest <= 16


async def test_nobody_waits_for_the_second_message_to_do_something_with_the_first(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """At the start of a response some messages come at once: whoever plays starts with the first."""

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        for number in range(20):
            await trio.sleep(1)
            await connection._stream.send_all(b"\x81\x03%02da\x81\x03%02db\x81\x03%02dc" % (number, number, number))
        await trio.sleep_forever()

    seen = Seen()
    known: list[str] = []
    async with served(websocket_peer(peer)) as network:
        news = trio.Event()

        def receive(text: str) -> None:
            seen.texts.append(text)
            news.set()

        async with open_websocket(URL, receive=receive, failed=seen.fail, dial=network.dial):
            while len(seen.texts) < 60:
                await news.wait()
                news = trio.Event()
                known.append(seen.texts[-1])
                await trio.sleep_until(int(trio.current_time()) + 0.5)
                news = trio.Event()
    assert known == [f"{number:02d}a" for number in range(20)]


async def test_pings_are_answered_while_a_message_comes_in_parts(autojump_clock: trio.testing.MockClock) -> None:
    answered: list[float] = []

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await connection._stream.send_all(b"\x01\x01a")
        for _ in range(3):
            await connection.ping()
            answered.append(trio.current_time())
            await connection._stream.send_all(b"\x00\x01b")
            await trio.sleep(1)
        await connection._stream.send_all(b"\x80\x01c")
        await trio.sleep_forever()

    seen = Seen()
    async with served(websocket_peer(peer)) as network, connected(network, seen):
        await trio.sleep(5)
    assert seen.texts == ["abbbc"]
    assert answered == pytest.approx([0, 1, 2])


async def test_what_cannot_be_sent_does_not_stop_the_reading(autojump_clock: trio.testing.MockClock) -> None:
    """The peer sends, pings and reads nothing: its audio arrives, until the deadline of what it does not take."""

    async def deaf(connection: trio_websocket.WebSocketConnection) -> None:
        connection._reader_running = False
        for number in itertools.count():
            await connection._stream.send_all(PING + b"\x81\x03" + b"%03d" % number)
            await trio.sleep(0.5)

    seen = Seen()
    async with served(websocket_peer(deaf), Link(window=1000)) as network, connected(network, seen) as websocket:
        await trio.sleep(0.1)
        with pytest.raises(DeadlineExpired, match="send_timeout"):
            await websocket.send("x" * 10_000)
        assert trio.current_time() == pytest.approx(5.1)
        assert seen.texts == [f"{number:03d}" for number in range(11)]


async def test_pings_that_cannot_be_answered_end_it_at_the_deadline_of_a_send(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def deaf(connection: trio_websocket.WebSocketConnection) -> None:
        connection._reader_running = False
        while True:
            await connection._stream.send_all(PING * 10)
            await trio.sleep(0.01)

    seen = Seen()
    async with served(websocket_peer(deaf), Link(window=100)) as network, connected(network, seen):
        await seen.failed.wait()
        assert tasks_of_a_connection() <= 2  # one answer waits, however many pings came
    assert isinstance(seen.failures[0], DeadlineExpired)
    assert "did not take a pong within 5 s (send_timeout)" in str(seen.failures[0])


async def test_a_process_that_was_late_does_not_take_the_peer_for_dead(autojump_clock: trio.testing.MockClock) -> None:
    """The answer has come and was not read: another task of this process had the processor for too long."""
    seen = Seen()
    async with (
        served(websocket_peer(for_ever), Link(latency=0.1)) as network,
        connected(network, seen, ping_interval=20, ping_timeout=5),
    ):
        await trio.sleep(20.1)
        autojump_clock.jump(30)
        await trio.sleep(100)
        assert seen.failures == []
        network.connections[0].silence()
        await seen.failed.wait()
    assert isinstance(seen.failures[0], DeadlineExpired)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\xf1\x02ab", 1002), (b"\x81\x02\xff\xff", 1007), (b"\x81\x7e\x03\xe9" + b"x" * 1001, 1009)],
    ids=["broken frames", "no utf-8", "too long"],
)
async def test_a_peer_is_told_what_was_wrong(autojump_clock: trio.testing.MockClock, data: bytes, code: int) -> None:
    told: list[object] = []

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await trio.sleep(1)
        await connection._stream.send_all(data)
        try:
            await connection.get_message()
        except trio_websocket.ConnectionClosed as closed:
            told.append(closed.reason.code if closed.reason else None)

    seen = Seen()
    async with served(websocket_peer(peer)) as network, connected(network, seen, max_message_size=1000):
        await seen.failed.wait()
        assert trio.current_time() == pytest.approx(1)
        await trio.sleep(1)
    assert isinstance(seen.failures[0], ProtocolViolation)
    assert told == [code]


async def test_who_sends_when_the_block_is_left_is_told_that_it_was_not_sent(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def deaf(connection: trio_websocket.WebSocketConnection) -> None:
        connection._reader_running = False
        await trio.sleep_forever()

    async def send(websocket: WebSocket, done: trio.Event) -> None:
        with pytest.raises(RuntimeError, match="its block was left"):
            await websocket.send("x" * 10_000)
        done.set()

    done = trio.Event()
    async with served(websocket_peer(deaf), Link(window=1000)) as network, trio.open_nursery() as nursery:
        async with connected(network, Seen(), close_timeout=0.5) as websocket:
            nursery.start_soon(send, websocket, done)  # noqa: ASYNC111 -- it outlives the block: that is the question
            await trio.sleep(1)
        assert trio.current_time() == pytest.approx(1.5)
    assert done.is_set()


def answer_to(request: bytes) -> bytes:
    """What a server says to the handshake."""
    (key,) = [line.split(b": ")[1] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")]
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # RFC 6455, 4.2.2
    return (
        b"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
        + accept
        + b"\r\n\r\n"
    )


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
async def test_frames_right_behind_the_handshake_are_read_however_it_is_cut(
    autojump_clock: trio.testing.MockClock, step: int
) -> None:
    async def peer(stream: trio.abc.Stream) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            request += await stream.receive_some()
        data = answer_to(request) + b"\x81\x02hi\x81\x05\n\r\n\r\n\x89\x00\x81\x03you"
        for at in range(0, len(data), step):
            await stream.send_all(data[at : at + step])
            await trio.sleep(0.001)
        await trio.sleep_forever()

    seen = Seen()
    async with served(peer) as network, connected(network, seen):
        await trio.sleep(1)
    assert seen.texts == ["hi", "\n\r\n\r\n", "you"]
    assert seen.failures == []


async def test_lines_that_end_without_a_return_are_taken_as_h11_takes_them(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def peer(stream: trio.abc.Stream) -> None:
        request = bytes(await stream.receive_some())
        await stream.send_all(answer_to(request).replace(b"\r\n", b"\n") + b"\x81\x02hi")
        await trio.sleep_forever()

    seen = Seen()
    async with served(peer) as network, connected(network, seen):
        await trio.sleep(1)
    assert seen.texts == ["hi"]


async def test_a_wrong_answer_to_the_key_is_a_failed_connection(autojump_clock: trio.testing.MockClock) -> None:
    async def peer(stream: trio.abc.Stream) -> None:
        await stream.receive_some()
        await stream.send_all(answer_to(b"sec-websocket-key: of another") + b"\x81\x02hi")
        await trio.sleep_forever()

    async with served(peer) as network:
        with pytest.raises(TTSError, match="does not speak WebSocket"):
            async with connected(network, Seen()):
                raise AssertionError("must not open")
        assert trio.current_time() < 1
