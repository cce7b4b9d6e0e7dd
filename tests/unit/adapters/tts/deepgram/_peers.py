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
from triolet_adapters.tts import DeepgramTTS
from triolet_adapters.tts.deepgram.server import DeepgramServer, DeepgramServerOptions
from triolet_adapters.tts.frame import VoiceOptions

BASE = "ws://localhost"
QUIET = VoiceOptions(ping_interval=None)


@attrs.define
class World:
    network: VirtualNetwork
    server: DeepgramServer
    voice: ToneTTS
    sent: list[str] = attrs.field(factory=list[str])

    def tap(self, _time: float, direction: str, message: str) -> None:
        if direction == "sent":
            self.sent.append(json.loads(message)["type"])

    def tts(self, **settings: Any) -> DeepgramTTS:
        asked: dict[str, Any] = {
            "base_url": BASE,
            "dial": self.network.dial,
            "tap": self.tap,
            "options": QUIET,
            **settings,
        }
        return DeepgramTTS(**asked)


@asynccontextmanager
async def serving(
    options: DeepgramServerOptions | None = None, voice: ToneTTS | None = None, link: Link | None = None
) -> AsyncGenerator[World]:
    voice = voice or ToneTTS()
    server = DeepgramServer(voice, options)
    async with served(server.handle_stream, link, host="localhost") as network:
        yield World(network, server, voice)


@asynccontextmanager
async def scripted(
    deed: Callable[[trio_websocket.WebSocketConnection], Awaitable[object]], **settings: Any
) -> AsyncGenerator[DeepgramTTS]:
    async def handle(stream: trio.abc.Stream) -> None:
        try:
            async with trio.open_nursery() as nursery:
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                connection = await request.accept()
                while json.loads(await connection.get_message())["type"] != "Flush":
                    pass
                await deed(connection)
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
        yield DeepgramTTS(**asked)
