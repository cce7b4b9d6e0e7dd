"""The frames of `WS /v1/speech` over a real socket, judged by the bytes on the wire."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import pytest
import trio
from tests.integration.service.serving import Served, serving
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Pong, TextMessage

from triolet.testing import ToneTTS
from triolet_adapters.service import Limits, ServiceConfig

KEY = base64.b64encode(b"sixteen bytes ..").decode()
ACCEPT = base64.b64encode(hashlib.sha1(f"{KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
TEXT, CONTINUATION, CLOSE = 0x1, 0x0, 0x8
LONGEST = 1024


def frame(opcode: int, payload: bytes, *, final: bool = True, masked: bool = True) -> bytes:
    """As a client sends it."""
    head = bytes([(0x80 if final else 0) | opcode])
    mask = 0x80 if masked else 0
    head += (
        bytes([mask | len(payload)]) if len(payload) < 126 else bytes([mask | 126]) + len(payload).to_bytes(2, "big")
    )
    key = b"\x01\x80\x7f\x33"
    return head + (key + bytes(byte ^ key[at % 4] for at, byte in enumerate(payload)) if masked else payload)


@attrs.define(eq=False)
class Peer:
    """A client whose frames are made by hand; wsproto reads what the service sends."""

    stream: trio.SocketStream
    head: str
    protocol: Connection = attrs.Factory(lambda: Connection(ConnectionType.CLIENT))
    events: list[Event] = attrs.Factory(list[Event])
    audio: bytearray = attrs.Factory(bytearray)

    async def read(self) -> bool:
        """Read once. False: nothing more comes."""
        data = await self.stream.receive_some()
        self.protocol.receive_data(bytes(data) or None)
        self.events += self.protocol.events()
        return bool(data)

    async def until(self, kind: str) -> dict[str, object]:
        """The next message of this type."""
        parts, sound = "", bytearray()
        while True:
            while self.events:
                match event := self.events.pop(0):
                    case TextMessage():
                        parts += event.data
                        if event.message_finished:
                            told, parts = json.loads(parts), ""
                            if told["type"] == kind:
                                return dict(told)
                    case BytesMessage():
                        sound += event.data
                        if event.message_finished:
                            self.audio += sound[8:]
                            sound.clear()
                    case _:
                        raise AssertionError(event)
            assert await self.read(), f"the service has hung up before {kind}"

    async def close(self) -> CloseConnection:
        """The Close of the service. It is answered, and then the service ends the connection."""
        while not (closes := [event for event in self.events if isinstance(event, CloseConnection)]):
            assert await self.read(), "there was no Close"
        if self.protocol.state is ConnectionState.REMOTE_CLOSING:
            await self.stream.send_all(self.protocol.send(closes[0].response()))
        await self.stream.send_eof()
        assert await self.stream.receive_some() == b"", "something came behind the Close"
        return closes[0]


@asynccontextmanager
async def to(served: Served, offers: str = "", played: str = "realtime") -> AsyncGenerator[Peer]:
    """A connection to a service whose handshake is over."""
    async with await trio.open_tcp_stream("127.0.0.1", int(served.url.rpartition(":")[2])) as stream:
        await stream.send_all(
            f"GET /v1/speech?played={played} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"{offers}Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += await stream.receive_some()
        begin, rest = head.split(b"\r\n\r\n", 1)
        peer = Peer(stream, begin.decode())
        peer.protocol.receive_data(rest)
        peer.events += peer.protocol.events()
        yield peer


@asynccontextmanager
async def connected(offers: str = "") -> AsyncGenerator[Peer]:
    """A service, and a connection to it."""
    config = ServiceConfig(port=0, limits=Limits(message=LONGEST))
    with trio.fail_after(20):
        async with serving(config=config) as served, to(served, offers) as peer:
            yield peer


async def test_the_answer_to_the_handshake_agrees_on_no_compression() -> None:
    offers = "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: other, triolet\r\n"
    async with connected(offers=offers) as peer:
        status, *lines = peer.head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        assert status.startswith("HTTP/1.1 101")
        assert headers["upgrade"].lower() == "websocket"
        assert headers["connection"].lower() == "upgrade"
        assert headers["sec-websocket-accept"] == ACCEPT
        assert headers["sec-websocket-protocol"] == "triolet"
        assert "sec-websocket-extensions" not in headers


async def test_messages_of_all_lengths_cut_anywhere_are_one_text() -> None:
    texts = ["Hello ", "there, ", "é" * 60 + " ", "x" * 125 + " ", "y" * 126 + " ", "z" * (LONGEST - 1) + "."]
    sent = b"".join(frame(TEXT, text.encode()) for text in texts)
    sent += frame(TEXT, b"In ", final=False) + frame(0x9, b"?") + frame(CONTINUATION, b"par", final=False)
    sent += frame(CONTINUATION, b"ts.") + frame(TEXT, b'{"type": "turn.end"}')
    async with connected() as peer:
        await peer.until("session.open")
        for at in range(0, len(sent), 97):
            await peer.stream.send_all(sent[at : at + 97])
        while not any(isinstance(event, Pong) for event in peer.events):
            await peer.read()
        [pong] = [event for event in peer.events if isinstance(event, Pong)]
        assert bytes(pong.payload) == b"?"
        peer.events.remove(pong)
        await peer.stream.send_all(frame(TEXT, b'{"type": "interrupt"}'))
        ended = await peer.until("turn.ended")
        assert f"{ended['heard']}{ended['unheard']}" == "".join(texts) + "In parts."


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(TEXT, b"x" * (LONGEST + 1)), 1009),
        (frame(TEXT, b"x" * LONGEST, final=False) + frame(CONTINUATION, b"x"), 1009),
        (frame(TEXT, b"\xff"), 1007),
        (frame(TEXT, b"bare", masked=False), 1002),
        (frame(0x3, b""), 1002),
        (frame(0x2, b"bytes"), 1008),
        (frame(TEXT, b'{"type": "nonsense"}'), 1008),
        (frame(CLOSE, b"\x03\xe8bye"), 1000),
        (
            b"".join(frame(CONTINUATION if at else TEXT, b"", final=False) for at in range(5000)) + frame(CLOSE, b""),
            1005,
        ),
    ],
    ids=["long", "long in parts", "no UTF-8", "unmasked", "opcode", "binary", "no message", "bye", "empty parts"],
)
async def test_who_breaks_the_protocol_or_leaves_gets_a_close_with_its_code(sent: bytes, code: int) -> None:
    async with connected() as peer:
        await peer.until("session.open")
        await peer.stream.send_all(sent)
        assert (await peer.close()).code == code


async def test_draining_says_so_waits_for_the_close_and_hangs_up() -> None:
    async with serving() as served, to(served) as peer:
        await peer.until("session.open")
        served.stop.set()
        await peer.until("draining")
        assert (await peer.close()).code == 1001


async def test_draining_does_not_wait_for_a_client_that_has_said_nothing() -> None:
    async with serving() as served, to(served, played="acknowledged") as peer:
        served.stop.set()
        assert (await peer.close()).code == 1001


async def test_a_client_that_takes_nothing_is_hung_up_on_in_the_midst_of_a_message() -> None:
    config = ServiceConfig(port=0, limits=Limits(send_timeout=0.1))
    tone = ToneTTS(seconds_per_character=1)
    async with serving(tone, config) as served, to(served, played="taken") as peer:
        for number in range(20):
            await peer.stream.send_all(frame(TEXT, f"This is sentence number {number} of many. ".encode()))
        await peer.stream.send_all(frame(TEXT, b'{"type": "turn.end"}'))
        with trio.fail_after(20):
            while served.service.guard.turns:
                await trio.sleep(0.05)
        with pytest.raises(AssertionError, match="hung up"):
            await peer.until("turn.ended")
        assert len(tone.commits) < 20
