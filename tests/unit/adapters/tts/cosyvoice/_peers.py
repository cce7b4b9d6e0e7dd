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
from triolet_adapters.tts import CosyVoiceTTS
from triolet_adapters.tts.cosyvoice.server import CosyVoiceServer, CosyVoiceServerOptions
from triolet_adapters.tts.frame import VoiceOptions

URL = "ws://localhost/api-ws/v1/inference"
QUIET = VoiceOptions(ping_interval=None)


@attrs.define
class World:
    network: VirtualNetwork
    server: CosyVoiceServer
    voice: ToneTTS
    sent: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    received: list[str] = attrs.field(factory=list[str])
    """The events; `audio` for audio."""

    def tap(self, _time: float, direction: str, message: str) -> None:
        if direction == "sent":
            self.sent.append(json.loads(message))
        elif message.startswith("<"):
            self.received.append("audio")
        else:
            raw = json.loads(message)
            self.received.append(raw["payload"].get("output", {}).get("type", raw["header"]["event"]))

    @property
    def actions(self) -> list[str]:
        """What was sent."""
        return [message["header"]["action"] for message in self.sent]

    def tts(self, **settings: Any) -> CosyVoiceTTS:
        asked: dict[str, Any] = {
            "url": URL,
            "dial": self.network.dial,
            "tap": self.tap,
            "options": QUIET,
            **settings,
        }
        return CosyVoiceTTS(**asked)


@asynccontextmanager
async def serving(
    options: CosyVoiceServerOptions | None = None, voice: ToneTTS | None = None, link: Link | None = None
) -> AsyncGenerator[World]:
    voice = voice or ToneTTS()
    server = CosyVoiceServer(voice, options)
    async with served(server.handle_stream, link, host="localhost") as network:
        yield World(network, server, voice)


@attrs.define
class Script:
    """The server's end of a session, to send whatever is wanted."""

    connection: trio_websocket.WebSocketConnection
    task: str = ""

    async def until(self, action: str) -> None:
        """Read up to this action."""
        while True:
            message = json.loads(await self.connection.get_message())
            self.task = message["header"]["task_id"]
            if message["header"]["action"] == action:
                return

    async def begun(self) -> None:
        """Read a commit to its end, and start it."""
        await self.until("run-task")
        await self.event("task-started")
        await self.until("finish-task")

    async def event(self, event: str, header: dict[str, Any] | None = None, **payload: Any) -> None:
        named: dict[str, Any] = {"task_id": self.task, "event": event, "attributes": {}, **(header or {})}
        await self.connection.send_message(json.dumps({"header": named, "payload": payload}))

    async def audio(self, data: bytes) -> None:
        await self.connection.send_message(data)

    async def raw(self, data: bytes) -> None:
        await self.connection._stream.send_all(data)


Deed = Callable[[Script], Awaitable[object]]


@asynccontextmanager
async def scripted(deed: Deed, **settings: Any) -> AsyncGenerator[CosyVoiceTTS]:
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
        asked: dict[str, Any] = {"url": URL, "dial": network.dial, "options": QUIET, **settings}
        yield CosyVoiceTTS(**asked)
