"""The voice and its local server joined by the virtual network, and servers that follow a script."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio
import trio_websocket
from tests.unit.triolet.tts._websocket_peers import served

from triolet.testing import Link, ToneTTS, VirtualNetwork
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts import ElevenLabsTTS
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServer, ElevenLabsServerOptions
from triolet_adapters.tts.frame import VoiceOptions

BASE = "ws://localhost"
QUIET = VoiceOptions(ping_interval=None)


@attrs.define
class World:
    network: VirtualNetwork
    server: ElevenLabsServer
    voice: ToneTTS
    sent: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    received: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])

    def tap(self, _time: float, direction: str, message: str) -> None:
        (self.sent if direction == "sent" else self.received).append(json.loads(message))

    def tts(self, **settings: Any) -> ElevenLabsTTS:
        asked: dict[str, Any] = {
            "base_url": BASE,
            "dial": self.network.dial,
            "tap": self.tap,
            "options": QUIET,
            **settings,
        }
        return ElevenLabsTTS(**asked)


@asynccontextmanager
async def serving(
    options: ElevenLabsServerOptions | None = None, voice: ToneTTS | None = None, link: Link | None = None
) -> AsyncGenerator[World]:
    voice = voice or ToneTTS()
    server = ElevenLabsServer(voice, options)
    async with served(server.handle_stream, link, host="localhost") as network:
        yield World(network, server, voice)


@attrs.define
class Script:
    """The server's end of a session, to send whatever is wanted."""

    connection: trio_websocket.WebSocketConnection
    context: str = ""

    async def begun(self) -> None:
        """Read a commit to its end."""
        while True:
            message = json.loads(await self.connection.get_message())
            self.context = message.get("context_id", self.context)
            if message.get("close_context"):
                return

    async def send(self, **fields: Any) -> None:
        await self.connection.send_message(json.dumps(fields))

    async def audio(self, pcm: bytes, **fields: Any) -> None:
        await self.send(**{"audio": to_base64(pcm), "isFinal": None, "contextId": self.context, **fields})

    async def final(self) -> None:
        await self.send(audio=None, isFinal=True, contextId=self.context)

    async def raw(self, data: bytes) -> None:
        await self.connection._stream.send_all(data)


Deed = Callable[[Script], Awaitable[object]]


@asynccontextmanager
async def scripted(deed: Deed, **settings: Any) -> AsyncGenerator[ElevenLabsTTS]:
    async def handle(stream: trio.abc.Stream) -> None:
        try:
            async with trio.open_nursery() as nursery:
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                await deed(Script(await request.accept()))
                await trio.sleep_forever()
        except* (
            trio_websocket.ConnectionClosed,
            trio.BrokenResourceError,
            trio.ClosedResourceError,
            trio.BusyResourceError,
        ):
            pass

    async with served(handle, host="localhost") as network:
        asked: dict[str, Any] = {"base_url": BASE, "dial": network.dial, "options": QUIET, **settings}
        yield ElevenLabsTTS(**asked)
