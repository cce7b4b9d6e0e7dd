"""A client and a server joined by the virtual network, and servers that follow a script."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import attrs
import trio
import trio_websocket
from tests.unit.triolet.tts._websocket_peers import served

from triolet.testing._network import Link, LinkOf, VirtualNetwork
from triolet.testing._tone import ToneTTS
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, QwenTTS, ServerOptions

URL = "ws://localhost/api-ws/v1/realtime"

_event_numbers = itertools.count()


@attrs.define
class Tap:
    """Raw events, both directions."""

    events: list[tuple[float, str, dict[str, Any]]] = attrs.field(factory=list[tuple[float, str, dict[str, Any]]])

    def __call__(self, time: float, direction: str, text: str) -> None:
        self.events.append((time, direction, json.loads(text)))

    @property
    def order(self) -> list[str]:
        """`C session.update`, `S session.updated`, ...; neighbouring audio deltas once."""
        lines: list[str] = []
        for _, direction, event in self.events:
            line = f"{'C' if direction == 'sent' else 'S'} {event['type']}"
            if line != "S response.audio.delta" or lines[-1:] != [line]:
                lines.append(line)
        return lines

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [event for _, _, event in self.events if event["type"] == kind]


@attrs.define
class World:
    network: VirtualNetwork
    server: QwenServer
    voice: ToneTTS

    def tts(self, *, options: QwenOptions | None = None, api_key: str = "", **settings: Any) -> QwenTTS:
        quiet = options or QwenOptions(ping_interval=None)
        return QwenTTS(api_key=api_key, url=URL, options=quiet, dial=self.network.dial, **settings)


@asynccontextmanager
async def serving(
    options: ServerOptions | None = None,
    voice: ToneTTS | None = None,
    link: Link | LinkOf | None = None,
    *,
    seed: int = 0,
) -> AsyncGenerator[World, None]:
    voice = voice or ToneTTS()
    server = QwenServer(voice, options)
    async with listening(server.handle_stream, link, seed) as network:
        yield World(network, server, voice)


Peer = Callable[["Script"], Awaitable[object]]

TEXT, CONTINUATION, CLOSE, PING = 1, 0, 8, 9


def frame(opcode: int, payload: bytes, *, final: bool = True, length: int | None = None) -> bytes:
    """A WebSocket frame of a server, with a length of its own if wanted."""
    length = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | opcode])
    if length < 126:
        return head + bytes([length]) + payload
    if length < 2**16:
        return head + b"\x7e" + length.to_bytes(2, "big") + payload
    return head + b"\x7f" + length.to_bytes(8, "big") + payload


@attrs.frozen
class Script:
    """The server's end of a session, to send whatever is wanted."""

    connection: trio_websocket.WebSocketConnection

    async def send(self, kind: str, **fields: Any) -> None:
        event_id = f"event_{next(_event_numbers)}"
        await self.connection.send_message(json.dumps({"event_id": event_id, "type": kind, **fields}))

    async def raw(self, data: bytes) -> None:
        """Bytes below the WebSocket."""
        await self.connection._stream.send_all(data)

    async def receive(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(await self.connection.get_message())
        return event

    async def until(self, kind: str) -> dict[str, Any]:
        while (event := await self.receive())["type"] != kind:
            pass
        return event

    async def open(self) -> None:
        """As far as session.updated."""
        await self.send("session.created", session={"id": "s"})
        await self.until("session.update")
        await self.send("session.updated", session={"id": "s"})

    async def respond(self, response_id: str = "r") -> None:
        """Up to response.created, after a commit."""
        await self.until("input_text_buffer.commit")
        await self.send("input_text_buffer.committed", item_id="")
        await self.send("response.created", response={"id": response_id})


def websocket_peer(peer: Peer) -> Callable[[trio.abc.Stream], Awaitable[None]]:
    """What runs a script for each connection, and then keeps it open."""

    async def handle(stream: trio.abc.Stream) -> None:
        try:
            async with trio.open_nursery() as nursery:
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                connection = await request.accept()
                await peer(Script(connection))
                await trio.sleep_forever()
        except* (
            trio_websocket.ConnectionClosed,
            trio.BrokenResourceError,
            trio.ClosedResourceError,
            trio.BusyResourceError,
        ):
            pass

    return handle


@asynccontextmanager
async def scripted(peer: Peer, options: QwenOptions | None = None, **settings: Any) -> AsyncGenerator[QwenTTS, None]:
    async with listening(websocket_peer(peer)) as network:
        quiet = options or QwenOptions(ping_interval=None)
        yield QwenTTS(api_key="", url=URL, options=quiet, dial=network.dial, **settings)


def listening(
    handle: Callable[[trio.abc.Stream], Awaitable[None]], link: Link | LinkOf | None = None, seed: int = 0
) -> AbstractAsyncContextManager[VirtualNetwork]:
    return served(handle, link, host="localhost", seed=seed)
