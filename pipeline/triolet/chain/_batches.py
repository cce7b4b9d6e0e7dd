"""Stages that share a task, so that a batch of items costs one hop, and not one hop for each item and each stage.

Their methods `_work` and `_pull` call each other. They are private because what they take is no part of the public interface.
"""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Generator
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

import trio

from triolet.chain._context import TurnContext
from triolet.chain._stages import Stage
from triolet.chain._take import send_all, take_waiting, waiting

In = TypeVar("In")
Out = TypeVar("Out")
Item = TypeVar("Item")


class Batches(abc.ABC, Generic[Item]):
    """Items, many at a time."""

    @abc.abstractmethod
    async def next(self) -> list[Item]:
        """Wait for items. Return all that are there, at least one.

        Raises:
            trio.EndOfChannel: there will be no more.
        """

    def waiting(self) -> list[Item]:
        """Take the items that are there, if any. A plain call."""
        return []


class FromChannel(Batches[Item]):
    """The items of a channel."""

    def __init__(self, channel: trio.MemoryReceiveChannel[Item]) -> None:
        self._channel = channel

    async def next(self) -> list[Item]:
        """Wait for one item, then take all that are waiting."""
        return await take_waiting(self._channel)

    def waiting(self) -> list[Item]:
        """Take what waits in the channel."""
        return waiting(self._channel)


class BatchStage(Stage[In, Out]):
    """A stage that takes batches. It works in the task of the `PulledStage` before it, if there is one."""

    @abc.abstractmethod
    async def _work(self, upstream: Batches[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext) -> None:
        """Do what `Stage.run` does."""

    async def run(
        self, upstream: trio.MemoryReceiveChannel[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext
    ) -> None:
        """Work until the items end."""
        await self._work(FromChannel(upstream), downstream, turn)

    def in_task_of(self, before: Stage[Any, In]) -> Stage[Any, Out] | None:
        """The two as one, if the other is a `PulledStage`."""
        return _PulledAndLast(before, self) if isinstance(before, PulledStage) else None


class PulledStage(BatchStage[In, Out]):
    """A stage that works only while the next one asks it for items."""

    @abc.abstractmethod
    def _pull(self, upstream: Batches[In], turn: TurnContext) -> AbstractContextManager[Batches[Out]]:
        """What comes out of the stage. Leaving the context ends its work."""

    async def _work(self, upstream: Batches[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext) -> None:
        """Send all that comes out."""
        with self._pull(upstream, turn) as batches, contextlib.suppress(trio.EndOfChannel):
            while True:
                await send_all(downstream, await batches.next())

    def in_task_of(self, before: Stage[Any, In]) -> Stage[Any, Out] | None:
        """The two as one, if the other is a `PulledStage`, too."""
        return _BothPulled(before, self) if isinstance(before, PulledStage) else None


class _PulledAndLast(BatchStage[In, Out]):
    """A stage that is pulled by the one after it, in one task."""

    def __init__(self, pulled: PulledStage[In, Item], last: BatchStage[Item, Out]) -> None:
        self._pulled: PulledStage[In, Any] = pulled
        self._last: BatchStage[Any, Out] = last
        self.buffer = pulled.buffer

    async def _work(self, upstream: Batches[In], downstream: trio.MemorySendChannel[Out], turn: TurnContext) -> None:
        with self._pulled._pull(upstream, turn) as batches:  # noqa: SLF001 -- see the module
            await self._last._work(batches, downstream, turn)  # noqa: SLF001


class _BothPulled(PulledStage[In, Out]):
    """Two stages of which the second pulls the first, and is pulled itself."""

    def __init__(self, first: PulledStage[In, Item], second: PulledStage[Item, Out]) -> None:
        self._first: PulledStage[In, Any] = first
        self._second: PulledStage[Any, Out] = second
        self.buffer = first.buffer

    @contextlib.contextmanager
    def _pull(self, upstream: Batches[In], turn: TurnContext) -> Generator[Batches[Out]]:
        between = self._first._pull(upstream, turn)  # noqa: SLF001 -- see the module
        with between as items, self._second._pull(items, turn) as batches:  # noqa: SLF001
            yield batches
