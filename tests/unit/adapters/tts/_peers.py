"""A voice over a WebSocket and its local server joined by the virtual network, and servers that follow a script: for every vendor."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import attrs
import trio
import trio_websocket
from tests.unit.triolet.tts._websocket_peers import served

from triolet.testing import Link, ToneTTS, VirtualNetwork
from triolet.testing._network import LinkOf
from triolet_adapters.tts.frame import VoiceOptions, WebSocketVoice
from triolet_adapters.tts.frame.server import LocalServer

BASE = "ws://localhost"
QUIET = VoiceOptions(ping_interval=None)

V = TypeVar("V", bound=WebSocketVoice)
S = TypeVar("S", bound=LocalServer)


@attrs.define
class World(Generic[V, S]):
    """The network with a server, and the messages of all voices made here."""

    make: Callable[..., V]
    network: VirtualNetwork
    server: S
    voice: ToneTTS
    sent: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    received: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    """Without messages of bytes."""

    def tap(self, _time: float, direction: str, message: str) -> None:
        if not message.startswith("<"):
            (self.sent if direction == "sent" else self.received).append(json.loads(message))

    def tts(self, **settings: Any) -> V:
        asked: dict[str, Any] = {"dial": self.network.dial, "tap": self.tap, **_usual(settings)}
        return self.make(**asked)


def _usual(settings: dict[str, Any]) -> dict[str, Any]:
    return {"base_url": BASE, "options": QUIET, **settings}


@asynccontextmanager
async def world_of(
    make: Callable[..., V],
    server: Callable[[ToneTTS], S],
    voice: ToneTTS | None = None,
    link: Link | LinkOf | None = None,
) -> AsyncGenerator[World[V, S]]:
    """A server of a vendor's protocol that speaks with tones."""
    voice = voice or ToneTTS()
    serves = server(voice)
    async with served(serves.handle_stream, link, host="localhost") as network:
        yield World(make, network, serves, voice)


@asynccontextmanager
async def scripted_as(
    make: Callable[..., V],
    act: Callable[[trio_websocket.WebSocketConnection], Awaitable[object]],
    settings: dict[str, Any],
) -> AsyncGenerator[V]:
    """A voice whose server does `act` and then nothing."""

    async def handle(stream: trio.abc.Stream) -> None:
        try:
            async with trio.open_nursery() as nursery:
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                await act(await request.accept())
                await trio.sleep_forever()
        except* (
            trio_websocket.ConnectionClosed,
            trio.BrokenResourceError,
            trio.ClosedResourceError,
            trio.BusyResourceError,
        ):
            pass

    async with served(handle, host="localhost") as network:
        yield make(**{"dial": network.dial, **_usual(settings)})
