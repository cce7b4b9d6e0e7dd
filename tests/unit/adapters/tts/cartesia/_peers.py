"""Cartesia's voice and its local server, and servers that follow a script."""

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
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts import CartesiaTTS
from triolet_adapters.tts.cartesia.server import CartesiaServer, CartesiaServerOptions

QUIET = peers.QUIET
World = peers.World[CartesiaTTS, CartesiaServer]


def serving(
    options: CartesiaServerOptions | None = None, voice: ToneTTS | None = None, link: Link | None = None
) -> AbstractAsyncContextManager[World]:
    return peers.world_of(CartesiaTTS, functools.partial(CartesiaServer, options=options), voice, link)


@attrs.define
class Script:
    """The server's end of a connection, to send whatever is wanted."""

    connection: trio_websocket.WebSocketConnection
    context: str = ""

    async def begun(self) -> None:
        """Read a commit."""
        self.context = json.loads(await self.connection.get_message())["context_id"]

    async def send(self, kind: object, **fields: Any) -> None:
        message = {"type": kind, "context_id": self.context, "done": False, "status_code": 206, **fields}
        await self.connection.send_message(json.dumps(message))

    async def chunk(self, pcm: bytes, **fields: Any) -> None:
        await self.send("chunk", data=to_base64(pcm), step_time=1.0, **fields)

    async def done(self) -> None:
        await self.send("done", done=True)

    async def raw(self, data: bytes) -> None:
        await self.connection._stream.send_all(data)


Deed = Callable[[Script], Awaitable[object]]


def scripted(deed: Deed, **settings: Any) -> AbstractAsyncContextManager[CartesiaTTS]:
    return peers.scripted_as(CartesiaTTS, lambda connection: deed(Script(connection)), settings)
