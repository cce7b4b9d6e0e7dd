"""Many items in one hop. A hop over a channel costs the same for one item as for many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import trio

Item = TypeVar("Item")


async def take_waiting(channel: trio.MemoryReceiveChannel[Item]) -> list[Item]:
    """Wait for one item, then take all that are waiting.

    Raises:
        trio.EndOfChannel: there will be no more.
    """
    return [await channel.receive(), *waiting(channel)]


def waiting(channel: trio.MemoryReceiveChannel[Item]) -> list[Item]:
    """Take all items that are waiting, if any. A plain call."""
    items: list[Item] = []
    try:
        while True:
            items.append(channel.receive_nowait())
    except (trio.WouldBlock, trio.EndOfChannel):
        return items


async def send_all(channel: trio.MemorySendChannel[Item], items: Iterable[Item]) -> None:
    """Send items in order. It is no checkpoint while the channel has room for them.

    Cancellation leaves out the items that had no room.
    """
    for item in items:
        try:
            channel.send_nowait(item)
        except trio.WouldBlock:
            await channel.send(item)
