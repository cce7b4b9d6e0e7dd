"""Move many items over a channel in one hop: waking the next task costs the same for one item as for many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import trio

Item = TypeVar("Item")


async def take_waiting(channel: trio.MemoryReceiveChannel[Item]) -> list[Item]:
    """Wait for one item, then take all that wait in the channel. Cancellation loses no item.

    Raises:
        trio.EndOfChannel: there will be no more items.
    """
    return [await channel.receive(), *waiting(channel)]


def waiting(channel: trio.MemoryReceiveChannel[Item]) -> list[Item]:
    """Take all items that wait in the channel; none if it is empty or at its end. A plain call."""
    items: list[Item] = []
    try:
        while True:
            items.append(channel.receive_nowait())
    except (trio.WouldBlock, trio.EndOfChannel):
        return items


async def send(channel: trio.MemorySendChannel[Item], item: Item) -> None:
    """Send an item, waiting while the channel is full. It is no checkpoint if the channel has room: the next task runs once for it,
    and this one goes on. If cancelled, the item is dropped.
    """
    try:
        channel.send_nowait(item)
    except trio.WouldBlock:
        await channel.send(item)


async def send_all(channel: trio.MemorySendChannel[Item], items: Iterable[Item]) -> None:
    """Send items in order, as `send` does. If cancelled, those that are not yet sent are dropped."""
    for item in items:
        await send(channel, item)
