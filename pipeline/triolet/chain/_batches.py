"""Stages that share a task. A batch of items then costs one hop between tasks, instead of one for each item and each stage.

Their methods `_work` and `_pull` call each other across classes. They are private because `Batches` is not public.
"""

from __future__ import annotations

import abc
from typing import Any, Generic, TypeVar

import trio

from triolet.chain._context import TurnContext
from triolet.chain._stages import Stage
from triolet.chain._take import send_all, take_waiting, waiting

In = TypeVar("In")
Out = TypeVar("Out")
Item = TypeVar("Item")

AT_ONCE = 200
"""Characters of text that a stage reads before it lets other tasks work. The stages that share a task need about half a millisecond
for so many, and two where each character is a word or each line an item. A source may give a whole book as one token."""


class Batches(abc.ABC, Generic[Item]):
    """Gives items, many at a time."""

    @abc.abstractmethod
    async def next(self) -> list[Item]:
        """Wait until there is an item, then return all that are there.

        Raises:
            trio.EndOfChannel: there will be no more items.
        """

    def waiting(self) -> list[Item]:
        """Return the items that are there now; an empty list if there are none. A plain call."""
        return []

    def close(self) -> None:
        """End the work: record what is held, and let the batches before these do so. A plain call."""


class FromChannel(Batches[Item]):
    """The items of a channel."""

    def __init__(self, channel: trio.MemoryReceiveChannel[Item]) -> None:
        self._channel = channel

    async def next(self) -> list[Item]:
        """Wait for one item, then take all that wait in the channel."""
        return await take_waiting(self._channel)

    def waiting(self) -> list[Item]:
        """Take all items that wait in the channel."""
        return waiting(self._channel)


class BatchStage(Stage[In, Out]):
    """A stage that takes batches of items. If the stage before it is a `PulledStage`, the two share one task."""

    @abc.abstractmethod
    async def _work(self, upstream: Batches[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext) -> None:
        """Do the work of `Stage.run`, with batches in place of a channel."""

    async def run(
        self, upstream: trio.MemoryReceiveChannel[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext
    ) -> None:
        """Work until the items end."""
        await self._work(FromChannel(upstream), downstream, turn)

    def in_task_of(self, before: Stage[Any, In]) -> Stage[Any, Out] | None:
        """One stage for both, if the other is a `PulledStage`; else None."""
        return _PulledAndLast(before, self) if isinstance(before, PulledStage) else None


class PulledStage(BatchStage[In, Out]):
    """A stage that works only while the next stage asks it for items."""

    @abc.abstractmethod
    def _pull(self, upstream: Batches[In], turn: TurnContext) -> Batches[Out]:
        """Give what comes out of the stage. Closing it closes `upstream`."""

    async def _work(self, upstream: Batches[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext) -> None:
        """Send all that comes out."""
        batches = self._pull(upstream, turn)
        try:
            while True:
                await send_all(downstream, await batches.next())
        except trio.EndOfChannel:
            pass
        finally:
            batches.close()

    def in_task_of(self, before: Stage[Any, In]) -> Stage[Any, Out] | None:
        """One stage for both, if the other is a `PulledStage` too; else None."""
        return _BothPulled(before, self) if isinstance(before, PulledStage) else None


class _PulledAndLast(BatchStage[In, Out]):
    """Two stages in one task: the last pulls the one before it."""

    def __init__(self, pulled: PulledStage[In, Item], last: BatchStage[Item, Out]) -> None:
        self._pulled: PulledStage[In, Any] = pulled
        self._last: BatchStage[Any, Out] = last
        self.buffer = pulled.buffer

    async def _work(self, upstream: Batches[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext) -> None:
        batches = self._pulled._pull(upstream, turn)  # noqa: SLF001 -- see the module
        try:
            await self._last._work(batches, downstream, turn)  # noqa: SLF001
        finally:
            batches.close()


class _BothPulled(PulledStage[In, Out]):
    """Two stages in one task: the second pulls the first, and is itself pulled by the stage after them."""

    def __init__(self, first: PulledStage[In, Item], second: PulledStage[Item, Out]) -> None:
        self._first: PulledStage[In, Any] = first
        self._second: PulledStage[Any, Out] = second
        self.buffer = first.buffer

    def _pull(self, upstream: Batches[In], turn: TurnContext) -> Batches[Out]:
        return self._second._pull(self._first._pull(upstream, turn), turn)  # noqa: SLF001 -- see the module
