"""What a hostile server does, whatever its protocol."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import trio
import trio_websocket


class Connected(Protocol):
    """A server that follows a script."""

    connection: trio_websocket.WebSocketConnection


S = TypeVar("S", bound=Connected)


def message(text: str | bytes) -> Callable[[Connected], Awaitable[object]]:
    return lambda server: server.connection.send_message(text)


def then(*deeds: Callable[[S], Awaitable[object]]) -> Callable[[S], Awaitable[object]]:
    async def all_of_them(server: S) -> None:
        for deed in deeds:
            await deed(server)

    return all_of_them


def closed(code: int, reason: str) -> Callable[[Connected], Awaitable[object]]:
    return lambda server: server.connection.aclose(code, reason)


async def reset(server: Connected) -> None:
    await trio.lowlevel.checkpoint()
    stream: Any = server.connection._stream
    stream.connection.reset()


async def a_second(_server: Connected) -> None:
    await trio.sleep(1)
