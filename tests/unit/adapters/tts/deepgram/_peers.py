"""Deepgram's voice and its local server, and servers that follow a script."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import trio_websocket
from tests.unit.adapters.tts._peers import World, scripted_as, world_of

from triolet.testing import Link, ToneTTS
from triolet_adapters.tts import DeepgramTTS
from triolet_adapters.tts.deepgram.server import DeepgramServer, DeepgramServerOptions


def serving(
    options: DeepgramServerOptions | None = None, voice: ToneTTS | None = None, link: Link | None = None
) -> AbstractAsyncContextManager[World[DeepgramTTS, DeepgramServer]]:
    return world_of(DeepgramTTS, functools.partial(DeepgramServer, options=options), voice, link)


def scripted(
    deed: Callable[[trio_websocket.WebSocketConnection], Awaitable[object]], **settings: Any
) -> AbstractAsyncContextManager[DeepgramTTS]:
    """`deed` begins when a commit has been read."""

    async def act(connection: trio_websocket.WebSocketConnection) -> None:
        while json.loads(await connection.get_message())["type"] != "Flush":
            pass
        await deed(connection)

    return scripted_as(DeepgramTTS, act, settings)
