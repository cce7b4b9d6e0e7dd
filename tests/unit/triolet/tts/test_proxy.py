"""The way through an HTTP proxy: what the environment says, what it answers, and what shows nowhere."""

from __future__ import annotations

import functools
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trustme

from triolet.errors import ConnectionFailed
from triolet.tts._proxy import Proxy, proxy_for
from triolet.websocket import dialler

NAMES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "host", "tls", "expected"),
    [
        ({}, "a.example", True, None),
        ({"HTTPS_PROXY": "http://p:3128"}, "a.example", True, "p:3128"),
        ({"HTTPS_PROXY": "p:3128"}, "a.example", True, "p:3128"),
        ({"HTTPS_PROXY": "http://p"}, "a.example", False, None),
        ({"HTTP_PROXY": "http://q"}, "a.example", False, "q:80"),
        ({"ALL_PROXY": "https://r"}, "a.example", True, "r:443"),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "example"}, "a.example", True, None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "b.example, .c"}, "a.example", True, "p:80"),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}, "a.example", True, None),
        ({"ALL_PROXY": "http://p", "HTTP_PROXY": "http://p"}, "localhost", False, None),
        ({"ALL_PROXY": "http://p"}, "127.0.0.1", True, None),
    ],
)
def test_the_environment_says_which(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], host: str, tls: bool, expected: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = proxy_for(host, tls=tls)
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize("url", ["socks5://p", "http://", "http://p:99999", "ftp://u:secret@p", ""])
def test_what_is_no_http_proxy_is_told(url: str) -> None:
    with pytest.raises(ValueError, match=r"http://proxy\.example:3128") as caught:
        Proxy.parse(url)
    assert "secret" not in str(caught.value)


def test_a_password_shows_nowhere() -> None:
    proxy = Proxy.parse("http://me:p%40ss@p:1")
    assert proxy.authorization == "Basic bWU6cEBzcw=="
    assert "bWU6" not in f"{proxy!r} {proxy}"


@asynccontextmanager
async def serving(
    answer: Callable[[trio.SocketStream, bytes], Awaitable[object]],
) -> AsyncGenerator[tuple[int, list[bytes]]]:
    heads: list[bytes] = []

    async def handle(stream: trio.SocketStream) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += await stream.receive_some(1)
        heads.append(head)
        await answer(stream, head)

    async with trio.open_nursery() as nursery:
        listeners: Any = await nursery.start(functools.partial(trio.serve_tcp, handle, 0, host="127.0.0.1"))
        yield listeners[0].socket.getsockname()[1], heads
        nursery.cancel_scope.cancel()


async def test_tls_goes_through_it_with_certificates_of_ones_own() -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("service.example").configure_cert(server)  # pyright: ignore[reportUnknownMemberType]
    authority.configure_trust(client)  # pyright: ignore[reportUnknownMemberType]

    async def answer(stream: trio.SocketStream, _head: bytes) -> None:
        await stream.send_all(b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n")
        secure = trio.SSLStream(stream, server, server_side=True, https_compatible=True)
        await secure.send_all(await secure.receive_some())

    async with serving(answer) as (port, heads):
        dial = dialler(proxy=f"http://me:pass@127.0.0.1:{port}", ssl_context=client)
        stream = await dial("service.example", 443, True)
        await stream.send_all(b"hello")
        assert await stream.receive_some() == b"hello"
        await trio.aclose_forcefully(stream)
    assert heads == [
        b"CONNECT service.example:443 HTTP/1.1\r\nHost: service.example:443\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n\r\n"
    ]


@pytest.mark.parametrize(
    ("answer", "words", "retryable"),
    [
        (b"HTTP/1.1 407 Who are you\r\n\r\n", "407 Who are you; give user and password", False),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "refused to connect to a.example:443: 403", False),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno", "502 Bad Gateway", True),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "is no HTTP proxy", False),
        (b"HTTP/1.1 200 OK\r\n\r\nsurprise", "refused", False),
        (b"", "did not answer as an HTTP proxy does", True),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000, "did not answer", True),
    ],
)
async def test_what_it_refuses_is_typed(answer: bytes, words: str, retryable: bool) -> None:
    async def respond(stream: trio.SocketStream, _head: bytes) -> None:
        try:
            await stream.send_all(answer)
            await stream.send_eof()
        except trio.BrokenResourceError:
            pass

    async with serving(respond) as (port, _heads):
        with pytest.raises(ConnectionFailed, match=words) as caught:
            await dialler(proxy=f"http://me:secret@127.0.0.1:{port}")("a.example", 443, True)
    assert caught.value.retryable is retryable
    assert "secret" not in str(caught.value)


async def test_what_the_environment_says_wrong_is_told_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://me:secret@p:1")
    with pytest.raises(ConnectionFailed, match="that the environment names") as caught:
        await dialler()("a.example", 443, True)
    assert not caught.value.retryable
    assert "secret" not in str(caught.value)
