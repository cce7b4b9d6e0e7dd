"""How a connection begins, or does not: addresses, handshakes, refusals, what an error may show."""

import logging

import pytest
import trio
import trio.testing
import trio_websocket
from tests.unit.triolet.tts._websocket_peers import URL, Seen, connected, for_ever, hang_up, served, websocket_peer

from triolet.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    DeadlineExpired,
    TTSError,
)
from triolet.testing._network import Link, VirtualNetwork
from triolet.tts._websocket import WebSocketOptions, open_websocket


@pytest.mark.parametrize(
    ("status", "error", "retryable"),
    [
        (401, AuthenticationFailed, False),
        (403, AuthenticationFailed, False),
        (404, ConnectionFailed, False),
        (429, ConnectionFailed, True),
        (503, ConnectionFailed, True),
    ],
)
@pytest.mark.parametrize("framed", [True, False])
async def test_a_refused_handshake_tells_status_and_body(
    autojump_clock: trio.testing.MockClock, status: int, error: type[TTSError], retryable: bool, framed: bool
) -> None:
    body = b'{"code":"InvalidApiKey","message":"no such key"}'

    async def refuse(stream: trio.abc.Stream) -> None:
        await stream.receive_some()
        length = b"Content-Length: %d\r\n" % len(body) if framed else b""
        await stream.send_all(b"HTTP/1.1 %d No\r\n%s\r\n" % (status, length) + body)
        await stream.aclose()

    async with served(refuse) as network:
        with pytest.raises(error, match=f"{status}.*no such key") as caught:
            async with connected(network, Seen()):
                raise AssertionError("must not open")
    assert type(caught.value) is error
    assert caught.value.code == str(status)
    assert caught.value.message == body.decode()
    assert caught.value.retryable is retryable


@pytest.mark.parametrize(
    ("status", "head", "seconds"),
    [
        (429, b"Retry-After: 20\r\n", 20.0),
        (503, b"retry-after:  7 \r\n", 7.0),
        (429, b"Retry-After: Wed, 21 Oct 2026 07:28:30 GMT\r\nDate: Wed, 21 Oct 2026 07:28:00 GMT\r\n", 30.0),
        (429, b"Retry-After: Wed, 21 Oct 2015 07:28:30 GMT\r\n", 0.0),
        (429, b"", None),
        (429, b"Retry-After: soon\r\n", None),
        (429, b"Retry-After: -5\r\n", None),
        (429, b"Retry-After: 1e99\r\n", None),
        (500, b"Retry-After: 20\r\n", None),
    ],
)
@pytest.mark.parametrize("framed", [True, False])
async def test_a_refused_handshake_tells_how_long_the_service_asks_to_wait(
    autojump_clock: trio.testing.MockClock, status: int, head: bytes, seconds: float | None, framed: bool
) -> None:
    async def refuse(stream: trio.abc.Stream) -> None:
        await stream.receive_some()
        length = b"Content-Length: 4\r\n" if framed else b""
        await stream.send_all(b"HTTP/1.1 %d No\r\n%s%s\r\nbusy" % (status, head, length))
        await stream.aclose()

    async with served(refuse) as network:
        with pytest.raises(ConnectionFailed) as caught:
            async with connected(network, Seen()):
                raise AssertionError("must not open")
    assert caught.value.retry_after == seconds
    assert caught.value.retryable
    assert caught.value.throttled is (status == 429 or seconds is not None)
    assert (f"asks for {seconds:g} s" in str(caught.value)) if seconds is not None else "asks" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "does not speak WebSocket.*SSH"),
        (b"", "closed the connection during the handshake"),
    ],
)
async def test_a_peer_that_speaks_something_else(
    autojump_clock: trio.testing.MockClock, answer: bytes, text: str
) -> None:
    async def nonsense(stream: trio.abc.Stream) -> None:
        if answer:
            await stream.send_all(answer)
        await stream.receive_some()
        await stream.aclose()

    async with served(nonsense) as network:
        with pytest.raises(ConnectionFailed, match=text):
            async with connected(network, Seen()):
                raise AssertionError("must not open")


async def test_refused_and_unreachable(autojump_clock: trio.testing.MockClock) -> None:
    network = VirtualNetwork()
    with pytest.raises(ConnectionFailed, match="nobody listens on server:80") as caught:
        async with connected(network, Seen()):
            raise AssertionError("must not open")
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    network.unreachable.add("server")
    start = trio.current_time()
    with pytest.raises(DeadlineExpired, match=r"server:80 within 3 s \(connect_timeout\)"):
        async with connected(network, Seen(), connect_timeout=3):
            raise AssertionError("must not open")
    assert trio.current_time() - start == pytest.approx(3)


async def test_a_server_that_accepts_and_says_nothing_ends_at_the_connect_deadline(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with served(for_ever) as network:
        with pytest.raises(DeadlineExpired, match="connect_timeout"):
            async with connected(network, Seen()):
                raise AssertionError("must not open")
        assert trio.current_time() == pytest.approx(10)


async def test_a_secret_in_a_header_shows_nowhere(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    network = VirtualNetwork()
    for secret in ("sk-secret", "sk-secret\n", "sk-secret…"):
        with pytest.raises((ConnectionFailed, ValueError)) as caught:
            async with (
                served(hang_up) as network,
                open_websocket(
                    URL,
                    receive=print,
                    failed=print,
                    headers=lambda secret=secret: [("Authorization", secret)],  # type: ignore[misc]
                    dial=network.dial,
                ),
            ):
                raise AssertionError("must not open")
        error: BaseException | None = caught.value
        while error is not None:
            assert "secret" not in repr(error)
            error = error.__cause__ or error.__context__
    assert "secret" not in caplog.text


@pytest.mark.parametrize("url", ["http://server", "server:80", "wss://", ""])
async def test_what_is_no_websocket_url_is_said_at_once(autojump_clock: trio.testing.MockClock, url: str) -> None:
    with pytest.raises(ValueError, match="no WebSocket URL"):
        async with open_websocket(url, receive=print, failed=print):
            raise AssertionError("must not open")


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="send_timeout is 0; it must be above 0"):
        WebSocketOptions(send_timeout=0)
    with pytest.raises(ValueError, match="ping_interval"):
        WebSocketOptions(ping_interval=-1)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"HTTP/1.1 101 Sure\r\n\r\n", "does not speak WebSocket"),
        (b"HTTP/1.1 999 What\r\nX: y\r\n\r\n", "HTTP status 999"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20_000, "HTTP status 200"),
        (b"HTTP/1.1 401 No\r\n\r\nbad key", "HTTP status 401: bad key"),
    ],
    ids=["no upgrade", "no such status", "a header too long", "a body that does not end"],
)
async def test_an_answer_that_no_library_understands_is_a_failed_connection(
    autojump_clock: trio.testing.MockClock, head: bytes, words: str
) -> None:
    async def peer(stream: trio.abc.Stream) -> None:
        await stream.receive_some()
        await stream.send_all(head)
        await trio.sleep_forever()

    async with served(peer) as network:
        with pytest.raises(ConnectionFailed, match=words):
            async with connected(network, Seen()):
                raise AssertionError("must not open")
        assert trio.current_time() <= 10.1


async def test_events_that_follow_the_handshake_at_once_are_received(autojump_clock: trio.testing.MockClock) -> None:
    async def peer(connection: trio_websocket.WebSocketConnection) -> None:
        for _ in range(20):
            await connection.send_message("x" * 60_000)
        await trio.sleep_forever()

    seen = Seen()
    async with served(websocket_peer(peer), Link(window=10**7)) as network, connected(network, seen):
        await trio.sleep(1)
    assert seen.texts == ["x" * 60_000] * 20
