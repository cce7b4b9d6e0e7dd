"""Pings of a connection, and what a peer may still say: against a peer that answers as it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio
import wsproto
from tests.unit.triolet.tts._websocket_peers import Seen, connected, served
from trio.testing import MockClock
from wsproto.events import AcceptConnection, CloseConnection, Ping, Pong, Request, TextMessage

from triolet.errors import DeadlineExpired
from triolet.tts import _websocket_failures as failures
from triolet.tts._websocket_failures import Address

Answer = Callable[["Peer", wsproto.events.Event], Awaitable[None]]


class Peer:
    """A server that answers nothing by itself but the handshake."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._protocol = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        self.pings: list[float] = []

    async def handle(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        while data := await stream.receive_some():
            self._protocol.receive_data(bytes(data))
            for event in self._protocol.events():
                if isinstance(event, Request):
                    await self.send(AcceptConnection())
                    continue
                if isinstance(event, Ping):
                    self.pings.append(trio.current_time())
                await self._answer(self, event)

    async def send(self, event: wsproto.events.Event) -> None:
        await self._stream.send_all(self._protocol.send(event))


async def test_a_ping_follows_the_answer_to_the_one_before_by_the_interval(autojump_clock: MockClock) -> None:
    async def answer(peer: Peer, event: wsproto.events.Event) -> None:
        if isinstance(event, Ping):
            await peer.send(event.response())

    peer, seen = Peer(answer), Seen()
    async with served(peer.handle) as network, connected(network, seen, ping_interval=10.0, ping_timeout=25.0):
        await trio.sleep(95)
    assert peer.pings == pytest.approx([10.0 * number for number in range(1, 10)], abs=0.1)
    assert not seen.failures


async def test_only_the_answer_to_the_ping_itself_shows_that_the_peer_is_alive(autojump_clock: MockClock) -> None:
    """A pong may come unasked (RFC 6455, 5.5.3)."""

    async def answer(peer: Peer, event: wsproto.events.Event) -> None:
        if isinstance(event, Ping):
            await peer.send(Pong(b"another"))

    seen = Seen()
    async with served(Peer(answer).handle) as network, connected(network, seen, ping_interval=10.0, ping_timeout=5.0):
        await seen.failed.wait()
        assert trio.current_time() == pytest.approx(15.0, abs=0.1)
    assert isinstance(seen.failures[0], DeadlineExpired)


async def test_nothing_is_handed_over_after_we_have_said_goodbye(autojump_clock: MockClock) -> None:
    async def answer(peer: Peer, event: wsproto.events.Event) -> None:
        if isinstance(event, TextMessage):
            await peer.send(TextMessage("in time"))
        elif isinstance(event, CloseConnection):
            # wsproto sends nothing more after a Close was received: the frame is written by hand.
            await peer._stream.send_all(b"\x81\x04late")
            await peer.send(event.response())

    seen = Seen()
    async with served(Peer(answer).handle) as network:
        async with connected(network, seen) as websocket:
            await websocket.send("hello")
            await trio.sleep(1)
        assert trio.current_time() < 1.5
    assert seen.texts == ["in time"]
    assert not seen.failures


@pytest.mark.parametrize("code", [1003, 1007, 1008, 1009, 1010])
def test_what_the_peer_does_not_accept_is_not_sent_again(code: int) -> None:
    address = Address.parse("ws://server/")
    assert not failures.closed(address, code, "").retryable
    for other in (1000, 1001, 1006, 1011, 1012, 1013, 4000):
        assert failures.closed(address, other, "").retryable


@pytest.mark.parametrize(
    ("status", "retryable", "throttled", "wait"),
    [
        (400, False, False, None),
        (404, False, False, None),
        (429, True, True, 7.0),
        (499, False, False, None),
        (500, True, False, None),
        (502, True, False, None),
        (503, True, False, 7.0),
    ],
)
def test_the_status_of_a_refusal_says_whether_and_when_to_come_again(
    status: int, retryable: bool, throttled: bool, wait: float | None
) -> None:
    """One that says when to come again is treated as one that was asked too fast."""
    address = Address.parse("ws://server/")
    error = failures.refused(address, status, "", f"HTTP/1.1 {status} No\r\n\r\n")
    assert (error.retryable, error.throttled, error.retry_after) == (retryable, throttled, None)
    error = failures.refused(address, status, "", f"HTTP/1.1 {status} No\r\nRetry-After: 7\r\n\r\n")
    assert (error.retryable, error.throttled, error.retry_after) == (retryable, throttled or wait is not None, wait)


@pytest.mark.parametrize(
    ("url", "port", "header", "resource"),
    [
        ("ws://host", 80, "host", "/"),
        ("wss://host/a?b=c", 443, "host", "/a?b=c"),
        ("ws://host:8765/a", 8765, "host:8765", "/a"),
        ("wss://[::1]:8765", 8765, "[::1]:8765", "/"),
    ],
)
def test_an_address_has_the_port_of_its_scheme(url: str, port: int, header: str, resource: str) -> None:
    address = Address.parse(url)
    assert (address.port, address.host_header, address.resource) == (port, header, resource)
    assert address.tls == url.startswith("wss")
