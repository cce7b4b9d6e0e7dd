"""A client of `WS /v1/speech` in the same Trio program: Starlette's WebSocket over memory channels, so that time can be virtual."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import attrs
import trio
from starlette.websockets import WebSocket

from triolet import TTS, SessionPools, open_session_pools
from triolet.events import Event
from triolet.testing import ToneTTS
from triolet_adapters.service.live import LiveSessions, speak_live

HEADER = 8


@attrs.define(eq=False)
class FakeHost:
    """A service with one tone voice."""

    pools: SessionPools
    nursery: trio.Nursery
    tts: TTS = attrs.field(factory=lambda: ToneTTS(seconds_per_character=0.05))
    language_model: Any = None
    name: str | None = None
    most_characters: int = 10_000
    longest_message: int = 10_000
    max_lag: float | None = None
    longest_pause: float = 900.0
    drain_seconds: float = 5.0
    drains: trio.Event = attrs.field(factory=trio.Event)
    observed: list[tuple[str, str, str | None]] = attrs.field(factory=list)
    most_turns: int = 1000

    def speaking(self, model: str | None, voice: str | None, speed: float | None) -> tuple[str, TTS, str]:
        if (model or "tone") != "tone":
            raise ValueError(f"there is no model {model}; there is tone")
        return "tone", self.tts, "auto"

    def new_turn(self) -> str:
        return f"turn_{len(self.observed)}"

    def observer(self, turn: str, *, caller: str, parent: str | None, model: str) -> Callable[[Event], None] | None:
        self.observed.append((turn, caller, parent))
        return None

    async def begin_turn(self, caller: str) -> None:
        if self.most_turns == 0:
            raise ValueError("too many turns: the next may begin in 3 s")
        self.most_turns -= 1


class Echo:
    """A language model that answers with what it knows of the talk."""

    async def answer(self, history: Sequence[dict[str, str]]) -> AsyncGenerator[str]:
        for message in history:
            yield f"{message['role']} said {message['content']} "


class Client:
    """One connection, from the client's side."""

    def __init__(self) -> None:
        self._to_server, self._server_reads = trio.open_memory_channel[dict[str, Any]](1000)
        self._server_writes, self._from_server = trio.open_memory_channel[dict[str, Any]](100_000)
        self.audio = bytearray()
        self.places: list[int] = []
        self.told: list[dict[str, Any]] = []
        self.code: int | None = None
        self.reads = trio.Event()
        self.reads.set()

    async def receive(self) -> dict[str, Any]:
        return await self._server_reads.receive()

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        await self._server_writes.send(message)

    def say(self, message: str | dict[str, Any]) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self._to_server.send_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, data: bytes) -> None:
        self._to_server.send_nowait({"type": "websocket.receive", "bytes": data})

    def hang_up(self, code: int = 1006) -> None:
        self._to_server.send_nowait({"type": "websocket.disconnect", "code": code})

    async def next(self) -> dict[str, Any]:
        """The next text message; audio before it is kept."""
        while True:
            with trio.fail_after(100):
                message = await self._from_server.receive()
            if message["type"] == "websocket.close":
                self.code = message["code"]
                raise trio.EndOfChannel
            if (data := message.get("bytes")) is not None:
                self.places.append(int.from_bytes(data[:HEADER], "little"))
                self.audio += data[HEADER:]
            elif (text := message.get("text")) is not None:
                told: dict[str, Any] = json.loads(text)
                self.told.append(told)
                return told

    async def until(self, kind: str) -> dict[str, Any]:
        """The next message of this type."""
        while True:
            message = await self.next()
            if message["type"] == kind:
                return message

    async def rest(self) -> None:
        """Read until the server closes."""
        while True:
            try:
                await self.next()
            except trio.EndOfChannel:
                return

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]


@attrs.define(eq=False)
class Service:
    """A host, and clients of it."""

    host: FakeHost
    sessions: LiveSessions
    nursery: trio.Nursery

    def connect(
        self,
        caller: str = "",
        headers: dict[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        **others: str,
    ) -> Client:
        client = Client()
        client._to_server.send_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": "/v1/speech",
            "query_string": urlencode({**(parameters or {}), **others}).encode(),
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
            "subprotocols": [],
            "state": {},
        }

        async def serve() -> None:
            websocket = WebSocket(scope, client.receive, client.send)
            await speak_live(websocket, self.host, self.sessions, caller=caller)

        self.nursery.start_soon(serve)
        return client


@asynccontextmanager
async def service(**options: Any) -> AsyncGenerator[Service]:
    async with trio.open_nursery() as nursery, open_session_pools() as pools:
        host = FakeHost(pools, nursery, **options)
        yield Service(host, LiveSessions(), nursery)
        nursery.cancel_scope.cancel()


HELLO = {"type": "audio.hello", "version": 1, "session": None, "played": 0, "received": 0, "codecs": ["pcm"]}
