"""ElevenLabs' voice and its local server, and servers that follow a script."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import attrs
import trio_websocket
from tests.unit.adapters.tts import _peers as peers

from triolet.testing import Link, ToneTTS
from triolet.testing._network import LinkOf
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts import ElevenLabsTTS
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServer, ElevenLabsServerOptions

QUIET = peers.QUIET
World = peers.World[ElevenLabsTTS, ElevenLabsServer]


def serving(
    options: ElevenLabsServerOptions | None = None, voice: ToneTTS | None = None, link: Link | LinkOf | None = None
) -> AbstractAsyncContextManager[World]:
    return peers.world_of(ElevenLabsTTS, functools.partial(ElevenLabsServer, options=options), voice, link)


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


def scripted(deed: Deed, **settings: Any) -> AbstractAsyncContextManager[ElevenLabsTTS]:
    return peers.scripted_as(ElevenLabsTTS, lambda connection: deed(Script(connection)), settings)
