"""The hardened connection, against real WebSocket peers and raw bytes over the virtual network."""

import signal

import attrs
import pytest
import trio
import trio.testing
import trio_websocket
from tests.unit.triolet.tts._websocket_peers import URL, Seen, connected, for_ever, served, websocket_peer

from triolet.errors import (
    ConnectionLost,
    DeadlineExpired,
    ProtocolViolation,
)
from triolet.testing._network import Link, VirtualNetwork
from triolet.tts._websocket import WebSocket, open_websocket


async def test_messages_go_both_ways_and_the_close_is_polite(autojump_clock: trio.testing.MockClock) -> None:
    heard: list[str | bytes] = []
    reasons: list[object] = []

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        try:
            while True:
                heard.append(await connection.get_message())
                await connection.send_message(f"answer {len(heard)}")
        except trio_websocket.ConnectionClosed as closed:
            reasons.append(closed.reason and closed.reason.code)

    seen = Seen()
    async with served(websocket_peer(peer), Link(latency=0.1, split=2000)) as network:
        async with connected(network, seen) as websocket:
            for text in ("one", "two", "x" * 200_000):
                await websocket.send(text)
            await trio.sleep(5)
            assert websocket.failure is None
        assert trio.current_time() == pytest.approx(5.9)  # the wait and round trips; nothing waits for TCP
        assert heard == ["one", "two", "x" * 200_000]
        assert seen.texts == ["answer 1", "answer 2", "answer 3"]
        await trio.sleep(1)
        assert reasons == [1000]
        assert seen.failures == []
        assert network.open == 0
        with pytest.raises(RuntimeError, match="closed"):
            await websocket.send("late")


@pytest.mark.parametrize(("code", "retryable"), [(1000, True), (1007, False), (1011, True), (4001, True)])
async def test_a_close_by_the_service_comes_after_its_last_message(
    autojump_clock: trio.testing.MockClock, code: int, retryable: bool
) -> None:
    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        for number in range(3):
            await connection.send_message(str(number))
        await connection.aclose(code, "because")

    seen = Seen()
    async with served(websocket_peer(peer)) as network, connected(network, seen) as websocket:
        await seen.failed.wait()
        assert seen.texts == ["0", "1", "2"]
        error = websocket.failure
        assert isinstance(error, ConnectionLost)
        assert str(error) == f"server:80 closed the connection: {code} because"
        assert (error.code, error.message, error.retryable) == (str(code), "because", retryable)
        with pytest.raises(ConnectionLost) as caught:
            await websocket.send("x")
        assert caught.value is error


async def test_a_close_frame_without_closing_tcp_does_not_hang_the_leaving(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await connection._send(trio_websocket._impl.CloseConnection(code=1001, reason=None))  # type: ignore[attr-defined]
        await trio.sleep_forever()

    seen = Seen()
    async with served(websocket_peer(peer)) as network:
        async with connected(network, seen):
            await seen.failed.wait()
        assert trio.current_time() < 0.1
    assert isinstance(seen.failures[0], ConnectionLost)


async def test_a_peer_that_never_answers_our_close_costs_the_close_deadline(
    autojump_clock: trio.testing.MockClock,
) -> None:
    network = VirtualNetwork()

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        await nursery.start(network.serve, websocket_peer(peer))
        async with connected(network, Seen(), close_timeout=0.75):
            network.connections[0].silence()
        assert trio.current_time() == pytest.approx(0.75)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("fault", ["reset", "end"])
async def test_a_broken_stream_reaches_the_one_who_waits(autojump_clock: trio.testing.MockClock, fault: str) -> None:
    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await connection.get_message()

    seen = Seen()
    async with served(websocket_peer(peer)) as network, connected(network, seen) as websocket:
        if fault == "reset":
            network.connections[0].reset()
        else:
            await network.connections[0].server.aclose()
        with trio.fail_after(1):
            await seen.failed.wait()
        assert isinstance(websocket.failure, ConnectionLost)
        assert websocket.failure.retryable


async def test_a_half_open_connection_is_found_by_the_ping(autojump_clock: trio.testing.MockClock) -> None:
    seen = Seen()
    async with (
        served(websocket_peer(for_ever)) as network,
        connected(network, seen, ping_interval=20, ping_timeout=5),
    ):
        await trio.sleep(90)
        assert seen.failures == []
        network.connections[0].silence()
        start = trio.current_time()
        await seen.failed.wait()
        assert trio.current_time() - start <= 25
    assert isinstance(seen.failures[0], DeadlineExpired)
    assert "ping_timeout" in str(seen.failures[0])


async def test_a_send_that_cannot_be_sent_drops_the_connection(autojump_clock: trio.testing.MockClock) -> None:
    async def deaf(connection: trio_websocket.WebSocketConnection) -> None:
        connection._reader_running = False  # reads one thing more and then never again
        await trio.sleep_forever()

    seen = Seen()
    async with served(websocket_peer(deaf), Link(window=1000)) as network, connected(network, seen) as websocket:
        with pytest.raises(DeadlineExpired, match=r"within 5 s \(send_timeout\)"):
            for _ in range(10):
                await websocket.send("x" * 1000)
        assert trio.current_time() == pytest.approx(5)
        with pytest.raises(DeadlineExpired):
            await websocket.send("again")
        await trio.testing.wait_all_tasks_blocked()
        assert network.connections[0].client.closed


async def test_a_send_behind_a_close_is_never_taken_for_sent(autojump_clock: trio.testing.MockClock) -> None:
    async def deaf(connection: trio_websocket.WebSocketConnection) -> None:
        connection._reader_running = False
        await trio.sleep(1)
        await connection._send(trio_websocket._impl.CloseConnection(code=1001, reason=None))  # type: ignore[attr-defined]
        await trio.sleep_forever()

    async with served(websocket_peer(deaf), Link(window=1000)) as network, connected(network, Seen()) as websocket:

        async def clog() -> None:  # the peer reads no more, and says so: nobody waits for the rest of the message
            with pytest.raises(ConnectionLost, match="closed the connection: 1001"):
                await websocket.send("x" * 5000)
            assert trio.current_time() <= 2.1

        async with trio.open_nursery() as nursery:
            nursery.start_soon(clog)
            await trio.sleep(1.5)
            # The Close has come, and its answer waits behind the message that cannot go out.
            with pytest.raises(ConnectionLost, match="closed the connection: 1001"):
                await websocket.send("y")


async def test_a_cancelled_send_is_still_whole(autojump_clock: trio.testing.MockClock) -> None:
    heard: list[str | bytes] = []

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        while True:
            heard.append(await connection.get_message())

    async def quiet(connection: trio_websocket.WebSocketConnection) -> None:
        try:
            await peer(connection)
        except trio_websocket.ConnectionClosed:
            return

    async with (
        served(websocket_peer(quiet), Link(latency=0.1, window=1000)) as network,
        connected(network, Seen()) as websocket,
    ):
        with trio.move_on_after(0.25) as scope:
            await websocket.send("a" * 5000)
            await trio.sleep_forever()
        assert scope.cancelled_caught
        await websocket.send("b")
        await trio.sleep(2)
        assert heard == ["a" * 5000, "b"]


async def test_who_sends_while_all_is_cancelled_is_cancelled(autojump_clock: trio.testing.MockClock) -> None:
    """Its first message goes out whole; the second meets a connection that its keeper has closed meanwhile."""
    heard: list[str | bytes] = []

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        while True:
            heard.append(await connection.get_message())

    async with served(websocket_peer(peer), Link(latency=0.1, window=1000)) as network:
        opened, ready = list[WebSocket](), trio.Event()

        async def keep() -> None:
            async with connected(network, Seen()) as websocket:
                opened.append(websocket)
                ready.set()
                await trio.sleep_forever()

        with trio.move_on_after(0.5) as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(keep)
                await ready.wait()
                await opened[0].send("a" * 5000)
                assert scope.cancel_called
                await opened[0].send("b")
        assert scope.cancelled_caught
        assert heard == ["a" * 5000]


@attrs.define
class Pressed(trio.abc.Stream):
    """Somebody presses Ctrl-C while the third message is read."""

    stream: trio.abc.Stream
    reads: int = 0

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self.stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self.stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        data = await self.stream.receive_some(max_bytes)
        self.reads += 1
        if self.reads == 4:  # the first is the handshake
            signal.raise_signal(signal.SIGINT)
        return data

    async def aclose(self) -> None:
        await self.stream.aclose()


def test_ctrl_c_while_a_message_is_read_is_no_lost_connection() -> None:
    """Whoever takes it for one connects again and goes on."""
    seen = Seen()

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        while True:
            await connection.send_message("more")
            await trio.sleep(0.1)

    async def main() -> None:
        async with served(websocket_peer(peer)) as network:

            async def dial(host: str, port: int, tls: bool) -> trio.abc.Stream:
                return Pressed(await network.dial(host, port, tls))

            async with open_websocket(URL, receive=seen.texts.append, failed=seen.fail, dial=dial):
                await seen.failed.wait()

    with pytest.RaisesGroup(KeyboardInterrupt, flatten_subgroups=True):
        trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert seen.texts == ["more", "more"]
    assert seen.failures == []


async def test_a_huge_message_is_refused_by_name(autojump_clock: trio.testing.MockClock) -> None:
    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await connection.send_message("x" * 1001)
        await trio.sleep_forever()

    seen = Seen()
    async with served(websocket_peer(peer)) as network:
        async with connected(network, seen, max_message_size=1000):
            await seen.failed.wait()
        assert trio.current_time() < 1.1
    assert isinstance(seen.failures[0], ProtocolViolation)
    assert "more than 1000 characters (max_message_size)" in str(seen.failures[0])
    assert seen.texts == []


async def test_binary_messages_and_broken_frames_are_violations(autojump_clock: trio.testing.MockClock) -> None:
    async def binary(connection: trio_websocket.WebSocketConnection) -> None:
        await trio.sleep(0.1)
        await connection.send_message(b"12345")
        await trio.sleep_forever()

    async def garbage(connection: trio_websocket.WebSocketConnection) -> None:
        await trio.sleep(0.1)
        await connection._stream.send_all(b"\xff" * 100)
        await trio.sleep_forever()

    async def no_utf8(connection: trio_websocket.WebSocketConnection) -> None:
        await trio.sleep(0.1)
        await connection._stream.send_all(b"\x81\x02\xff\xff")
        await trio.sleep_forever()

    for peer, text in (
        (binary, "binary message of 5 bytes"),
        (garbage, "broken WebSocket frames"),
        (no_utf8, "text that is no UTF-8"),
    ):
        seen = Seen()
        async with served(websocket_peer(peer)) as network, connected(network, seen):
            with trio.fail_after(1):
                await seen.failed.wait()
        assert isinstance(seen.failures[0], ProtocolViolation)
        assert text in str(seen.failures[0])


async def test_binary_messages_go_to_who_wants_them(autojump_clock: trio.testing.MockClock) -> None:
    async def binary(connection: trio_websocket.WebSocketConnection) -> None:
        await trio.sleep(0.1)
        await connection.send_message(b"12345")
        await trio.sleep_forever()

    got: list[bytes] = []
    seen = Seen()
    async with (
        served(websocket_peer(binary)) as network,
        open_websocket(URL, receive=seen.texts.append, receive_bytes=got.append, failed=seen.fail, dial=network.dial),
    ):
        await trio.sleep(1)
    assert got == [b"12345"]
    assert seen.failures == []


async def test_an_error_of_the_receiver_is_given_as_it_is(autojump_clock: trio.testing.MockClock) -> None:
    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        await connection.send_message("x")
        await trio.sleep_forever()

    class BugError(Exception):
        pass

    def receive(_text: str) -> None:
        raise BugError

    seen = Seen()
    async with served(websocket_peer(peer)) as network:
        with pytest.raises(BugError):
            async with open_websocket(URL, receive=receive, failed=seen.fail, dial=network.dial) as websocket:
                await seen.failed.wait()
                await websocket.send("x")


async def test_errors_of_the_body_leave_alone_even_when_cancelled_meanwhile(
    autojump_clock: trio.testing.MockClock,
) -> None:
    class OwnError(Exception):
        pass

    async with served(websocket_peer(for_ever), Link(latency=0.1)) as network:
        own = OwnError()
        with pytest.raises(OwnError) as caught, trio.CancelScope() as scope:
            async with connected(network, Seen()):
                scope.cancel()
                raise own
        assert caught.value is own
        assert own.__context__ is None


async def test_cancelling_inside_closes_politely_and_soon(autojump_clock: trio.testing.MockClock) -> None:
    codes: list[int | None] = []

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        try:
            await connection.get_message()
        except trio_websocket.ConnectionClosed as closed:
            codes.append(closed.reason.code if closed.reason else None)

    async with served(websocket_peer(peer), Link(latency=0.05)) as network:
        with trio.move_on_after(10) as scope:
            async with connected(network, Seen()):
                await trio.sleep_forever()
        assert scope.cancelled_caught
        assert trio.current_time() <= 10.2
        await trio.sleep(0.1)
        assert codes == [1000]
        assert network.open == 0


async def test_cancelling_at_every_moment_leaves_nothing_open(autojump_clock: trio.testing.MockClock) -> None:
    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        try:
            while True:
                await connection.send_message(str(await connection.get_message()))
        except trio_websocket.ConnectionClosed:
            return

    async with served(websocket_peer(peer), Link(latency=0.1)) as network:
        for step in range(60):
            start = trio.current_time()
            with trio.move_on_after(step * 0.02):
                async with connected(network, Seen()) as websocket:
                    for _ in range(3):
                        await websocket.send("x")
                        await trio.sleep(0.2)
            assert trio.current_time() - start < 0.02 * step + 1.1
        # The other ends are trio-websocket's: as a server it waits for ever for a request that never came.
        assert all(connection.client.closed or connection.to_client.broken for connection in network.connections)


async def test_whoever_is_cancelled_leaves_the_block_within_its_deadline(
    autojump_clock: trio.testing.MockClock,
) -> None:
    left: list[float] = []
    open_now: list[WebSocket] = []
    async with served(websocket_peer(for_ever)) as network, trio.open_nursery() as nursery:

        async def use(scope: trio.CancelScope) -> None:
            with scope:
                async with connected(network, Seen()) as websocket:
                    open_now.append(websocket)
                    await trio.sleep_forever()
            left.append(trio.current_time())

        scope = trio.CancelScope()
        nursery.start_soon(use, scope)
        await trio.sleep(5)
        scope.cancel()
        await trio.sleep(5)
        in_time = list(left)
        open_now[0]._stop()  # so that a block that is not left fails, and does not hang
    assert in_time
    assert in_time[0] <= 6.1


class CancelsAtYes(trio.abc.Stream):
    """Cancels a scope when the peer's answer to the handshake has come, before anybody has looked at it."""

    def __init__(self, stream: trio.abc.Stream, scope: trio.CancelScope) -> None:
        self._stream = stream
        self._scope = scope

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        data = await self._stream.receive_some(max_bytes)
        if data.startswith(b"HTTP/1.1 101"):
            self._scope.cancel()
        return data

    async def aclose(self) -> None:
        await self._stream.aclose()


async def test_a_peer_that_has_said_yes_is_told_that_we_do_not_come(autojump_clock: trio.testing.MockClock) -> None:
    """It takes the connection for open, and would wait for our messages."""
    codes: list[int | None] = []

    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        try:
            await connection.get_message()
        except trio_websocket.ConnectionClosed as closed:
            codes.append(closed.reason.code if closed.reason else None)

    async with served(websocket_peer(peer), Link(latency=0.05)) as network:
        with trio.CancelScope() as scope:

            async def dial(host: str, port: int, tls: bool) -> trio.abc.Stream:
                return CancelsAtYes(await network.dial(host, port, tls), scope)

            async with open_websocket(URL, receive=lambda _: None, failed=lambda _: None, dial=dial):
                raise AssertionError("cancelled before it opens")
        assert scope.cancelled_caught
        assert trio.current_time() < 1
        await trio.sleep(1)
        assert codes == [1000]
        assert network.open == 0
