"""Who may connect to the local server: hosts, pages, keys, how many; and what others are told."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest
import trio
from tests.unit.adapters.tts.qwen._foes import Foe, dialled
from tests.unit.adapters.tts.qwen._peers import serving
from trio.testing import MockClock

from triolet._tools._loopback import is_this_machine
from triolet.errors import ConnectionFailed
from triolet_adapters.tts.frame.server._door import Door
from triolet_adapters.tts.frame.server._request import LONGEST_HEAD, BadRequest, HeadReader, Request
from triolet_adapters.tts.qwen import ServerOptions
from triolet_adapters.tts.qwen.protocol import PATH
from triolet_adapters.tts.qwen.server._server import SITE

HANDSHAKE = {
    "host": "localhost:8765",
    "upgrade": "websocket",
    "connection": "keep-alive, Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
}


def status(options: ServerOptions | None = None, listens_on: str = "127.0.0.1", **headers: str | None) -> int:
    """The HTTP status that a handshake with these headers gets; 101 if it may come in."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    merged = {name: value for name, value in {**HANDSHAKE, **named}.items() if value is not None}
    refusal = Door(options or ServerOptions(), SITE, listens_on).refusal(Request("GET", PATH, "model=m", merged))
    return 101 if refusal is None else refusal.status


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, 101),  # no browser
        ("http://localhost:3000", 101), ("https://app.localhost", 101), ("http://127.0.0.1", 101), ("http://[::1]:5173", 101),
        ("https://evil.example", 403), ("null", 403), ("", 403), ("file://", 403), ("http://evillocalhost", 403),
        ("http://localhost.evil.example", 403), ("http://203.0.113.7", 403), ("http://192.168.1.5:8765", 403),
        ("chrome-extension://abcdef", 403), ("http://localhost@evil.example", 403), ("http://evil.example/localhost", 403),
    ],
)  # fmt: skip
def test_pages_of_this_machine_alone_may_connect(origin: str | None, expected: int) -> None:
    assert status(origin=origin) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", 101), ("LOCALHOST:8765", 101), ("127.0.0.1:8765", 101), ("[::1]:8765", 101), ("192.168.1.5:8765", 101),
        ("0.0.0.0:8765", 101), ("evil.example", 421), ("evil.example:8765", 421), ("evillocalhost", 421), (None, 421), ("", 421),
        ("127.0.0.1.evil.example", 421), ("localhost.", 101), ("[::1", 101),
    ],
)  # fmt: skip
def test_a_name_that_is_not_this_machines_is_refused(host: str | None, expected: int) -> None:
    assert status(host=host) == expected


def test_what_is_listed_may_connect() -> None:
    options = ServerOptions(allowed_origins=("https://app.example", "null"), allowed_hosts=("speech.lan",))
    assert status(options, origin="https://app.example") == 101
    assert status(options, origin="HTTPS://App.Example/") == 101
    assert status(options, origin="null") == 101
    assert status(options, origin="https://app.example.evil") == 403
    assert status(options, origin="http://app.example") == 403
    assert status(options, host="speech.lan:8765") == 101
    assert status(options, host="speech.lan:8765", origin="http://speech.lan:8765") == 101, "its own page"
    assert status(options, host="speech.lan:8765", origin="http://speech.lan:80") == 403
    assert status(options, host="speech.lan:8765", origin="http://lan:8765") == 403, "a part of its name"
    assert status(options, host="speech.lan:8765", origin="http://my.speech.lan:8765") == 403
    assert status(options, host="myspeech.lan:8765") == status(options, host="my.speech.lan") == 421
    assert status(options, origin="https://myapp.example") == status(options, origin="xhttps://app.example") == 403
    assert status(ServerOptions(allowed_origins=("*",), allowed_hosts=("*",)), host="x.y", origin="z://") == 101
    assert status(listens_on="box.lan", host="box.lan:8765") == 101
    assert status(listens_on="", host=None) == status(listens_on="", host="") == 421


def test_a_key_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[Any, Any]] = []
    original = hmac.compare_digest

    def compare(given: Any, right: Any) -> bool:
        compared.append((given, right))
        return original(given, right)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    options = ServerOptions(api_key="sk-right")
    answers = {
        "Bearer sk-right": 101, "bearer sk-right": 101, "Bearer sk-wrong": 401, "Bearer": 401, "": 401, "sk-right": 401,
        "Bearer sk-right2": 401, "Basic sk-right": 401, "Bearer ключ": 401,
    }  # fmt: skip
    assert {value: status(options, authorization=value) for value in answers} == answers
    assert len(compared) == len(answers)
    assert status(options) == 401
    assert "sk-right" not in repr(options)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("sec-websocket-version", "8", 400), ("sec-websocket-key", None, 400), ("upgrade", "h2c", 426), ("connection", "close", 426),
    ],
)  # fmt: skip
def test_what_is_no_handshake_is_refused(name: str, value: str | None, expected: int) -> None:
    headers = {header: given for header, given in {**HANDSHAKE, name: value}.items() if given is not None}
    refusal = Door(ServerOptions(), SITE).refusal(Request("GET", PATH, "", headers))
    assert refusal is not None
    assert refusal.status == expected


def test_this_machine_has_these_names_only() -> None:
    ours = ("localhost", "LOCALHOST", "a.localhost", "localhost.", "127.0.0.1", "127.9.9.9", "::1")
    others = ("evillocalhost", "localhost.example", "127.0.0.1.example", "192.168.0.1", "", "::2", "0.0.0.0")
    assert [name for name in ours + others if is_this_machine(name)] == list(ours)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_head_may_come_cut_anywhere(size: int) -> None:
    raw = b"GET /x?model=a HTTP/1.1\r\nHost: localhost\r\nX: a\r\nX:b\r\n\r\nand more"
    reader = HeadReader()
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    found = None
    while found is None:
        found = reader.feed(pieces.pop(0))
    request = Request.parse(found[0])
    assert (request.method, request.path, request.query) == ("GET", "/x", "model=a")
    assert request.headers == {"host": "localhost", "x": "a, b"}
    assert b"and more".startswith(found[1])


@pytest.mark.parametrize(
    "head",
    [
        b"GET /", b"GET  HTTP/1.1", b"GET / HTTP/2.0", b"GET / x HTTP/1.1", b"GET / HTTP/1.1\r\nno colon",
        b"GET / HTTP/1.1\r\nHost : x", b"GET / HTTP/1.1\r\n folded: x", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b",
        b"GET / HTTP/1.1\r\nOrigin: http://localhost\r\norigin: http://evil.example",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(head: bytes) -> None:
    with pytest.raises(BadRequest):
        Request.parse(head)


def test_a_head_is_bounded_and_begins_as_a_request() -> None:
    reader = HeadReader()
    with pytest.raises(BadRequest, match="more than"):
        for _ in range(LONGEST_HEAD):
            reader.feed(b"GE")
    with pytest.raises(BadRequest, match="no HTTP request"):
        HeadReader().feed(b"\x16\x03\x01")


async def answer(foe: Foe) -> tuple[str, str]:
    """The status line and the body of an HTTP answer."""
    await foe.read()
    head, _, body = bytes(foe.came).decode().partition("\r\n\r\n")
    assert f"Content-Length: {len(body.encode())}" in head or not body
    return head.partition("\r\n")[0], body


@pytest.mark.parametrize(
    ("request_line", "expected", "words"),
    [
        ("GET / HTTP/1.1", "200 OK", "triolet say"),
        ("HEAD / HTTP/1.1", "200 OK", ""),
        (f"GET {PATH} HTTP/1.1", "426 Upgrade Required", "speaks the Qwen-TTS realtime protocol over WebSocket"),
        ("GET /health HTTP/1.1", "404 Not Found", "nothing is served at /health"),
        ("POST / HTTP/1.1", "405 Method Not Allowed", "only GET"),
        ("nonsense", "400 Bad Request", "no HTTP/1.1 request"),
        ("\x16\x03\x01", "400 Bad Request", "wss:// needs a server with TLS"),
    ],
)
async def test_whoever_looks_at_it_is_told_what_it_is(
    autojump_clock: MockClock, request_line: str, expected: str, words: str
) -> None:
    async with serving() as world:
        foe = await dialled(world)
        await foe.send(f"{request_line}\r\nHost: localhost\r\n\r\n".encode())
        first, body = await answer(foe)
        assert first == f"HTTP/1.1 {expected}"
        assert words in body
        assert bool(words) == bool(body)


async def test_one_more_than_may_be_open_is_told_so(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(max_connections=2)) as world:
        async with world.tts().connect(), world.tts().connect():
            with pytest.raises(ConnectionFailed, match=r"503.*2 connections are open.*--max-connections") as caught:
                async with world.tts().connect():
                    raise AssertionError("must not open")
            assert caught.value.retryable
        async with world.tts().connect():
            assert world.server.open == 1


async def test_a_refusal_is_logged_and_no_key_with_it(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="triolet_adapters.tts.server")
    async with serving(ServerOptions(api_key="sk-right")) as world:
        with pytest.raises(ConnectionFailed, match="401"):
            async with world.tts(api_key="sk-wrong").connect():
                raise AssertionError("must not open")
    assert "refused a connection: 401" in caplog.text
    assert "sk-" not in caplog.text


async def test_an_idle_client_is_sent_away_and_a_dead_one_is_noticed(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(idle_timeout=300)) as world:
        idle, dead = await dialled(world), await dialled(world)
        await idle.shake_hands()
        await dead.shake_hands()
        world.network.connections[1].silence()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pongs, idle)
            await trio.sleep(50)
            assert world.server.open == 1, "one does not answer pings"
            await trio.sleep(240)
            assert world.server.open == 1
            await trio.sleep(20)
            assert world.server.open == 0
            nursery.cancel_scope.cancel()
        assert json.dumps("request timeout").encode() in idle.came


async def pongs(foe: Foe) -> None:
    """Answer every ping, and say nothing else."""
    while True:
        data = await foe.stream.receive_some()
        foe.came += data
        if not data:
            return
        if data.startswith(b"\x89"):
            await foe.send(b"\x8a\x80\x00\x00\x00\x00")
