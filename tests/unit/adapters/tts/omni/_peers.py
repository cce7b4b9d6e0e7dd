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
from triolet_adapters.tts import OmniTTS
from triolet_adapters.tts.frame import VoiceOptions
from triolet_adapters.tts.omni import DIALECTS
from triolet_adapters.tts.omni.server import OmniServer, OmniServerOptions

BASE = "ws://localhost"
QUIET = VoiceOptions(ping_interval=None)


@attrs.define
class World:
    network: VirtualNetwork
    server: OmniServer
    voice: ToneTTS
    dialect: str
    sent: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    received: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])

    def tap(self, _time: float, direction: str, message: str) -> None:
        if not message.startswith("<"):
            (self.sent if direction == "sent" else self.received).append(json.loads(message))

    def tts(self, **settings: Any) -> OmniTTS:
        asked: dict[str, Any] = {
            "dialect": self.dialect,
            "base_url": BASE,
            "dial": self.network.dial,
            "tap": self.tap,
            "options": QUIET,
            **settings,
        }
        return OmniTTS(**asked)

    @property
    def kinds(self) -> list[str]:
        return [message["type"] for message in self.sent]


@asynccontextmanager
async def serving(
    dialect: str, voice: ToneTTS | None = None, link: Link | None = None, **options: Any
) -> AsyncGenerator[World]:
    voice = voice or ToneTTS()
    server = OmniServer(voice, OmniServerOptions(dialect=dialect, **options))
    async with served(server.handle_stream, link, host="localhost") as network:
        yield World(network, server, voice, dialect)


Deed = Callable[[trio_websocket.WebSocketConnection], Awaitable[object]]


@asynccontextmanager
async def scripted(dialect: str, deed: Deed, **settings: Any) -> AsyncGenerator[OmniTTS]:
    """A server that says it is ready, and does a deed at each commit."""
    words = DIALECTS[dialect]

    async def handle(stream: trio.abc.Stream) -> None:
        try:
            async with trio.open_nursery() as nursery:
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                connection = await request.accept()
                if words.ready is not None:
                    await connection.send_message(json.dumps({"type": words.ready}))
                while True:
                    while json.loads(await connection.get_message())["type"] != words.commit:
                        pass
                    await deed(connection)
        except* (
            trio_websocket.ConnectionClosed,
            trio.BrokenResourceError,
            trio.ClosedResourceError,
            trio.BusyResourceError,
        ):
            pass

    async with served(handle, host="localhost") as network:
        asked: dict[str, Any] = {
            "dialect": dialect,
            "base_url": BASE,
            "dial": network.dial,
            "options": QUIET,
            **settings,
        }
        yield OmniTTS(**asked)
