"""Run a part of a pipeline by itself."""

from __future__ import annotations

from typing import TypeVar

import trio

from triolet._tools._alone import Alone
from triolet.chain._context import TurnContext
from triolet.chain._stages import Source

Item = TypeVar("Item")


async def collect(source: Source[Item], *, turn: TurnContext | None = None) -> list[Item]:
    """Run a source with the stages that are joined to it. Return all items that come out.

        words = await collect(["a"] | my_stage)

    An error of any stage is raised by itself, not in an exception group. Cancellation ends all stages.

    Args:
        source: the source, with its stages.
        turn: what the stages share; a new `TurnContext()` by default. Give one to read its timeline or to set its clock.
    """
    turn = turn or TurnContext()
    items: list[Item] = []
    send, receive = trio.open_memory_channel[Item](1)
    with Alone():
        async with trio.open_nursery() as nursery:
            source.start(nursery, send, turn)
            with receive:
                async for item in receive:
                    items.append(item)  # noqa: PERF401 -- a comprehension would lose what came before an error
    return items
