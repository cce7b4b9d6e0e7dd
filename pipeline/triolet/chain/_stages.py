"""Stages, and how they join: `source | stage | ... | output`.

Each stage runs as one task of the pipeline's nursery; neighbours are joined by a bounded memory channel. The end of the
stream travels down (a channel closes when its sender has no more), and "I have left" travels up (sending to a stage that
has ended ends the sender too). What a stage raises ends them all.
"""

from __future__ import annotations

import abc
import contextlib
import itertools
from collections.abc import AsyncIterable, Awaitable, Callable, Generator, Iterable
from typing import Any, Generic, TypeVar, cast

import trio

from triolet.chain._context import TurnContext
from triolet.turn._events import FirstToken, SourceEnded

In = TypeVar("In")
In_contra = TypeVar("In_contra", contravariant=True)
Out = TypeVar("Out")
Out_co = TypeVar("Out_co", covariant=True)
Next = TypeVar("Next")

CLOSE_SOURCE = 2.0
"""Seconds that a source has to close when a turn ends early: enough for an HTTP stream to hang up, short enough that nobody
waits for one that does not."""


@contextlib.contextmanager
def joined(
    downstream: trio.MemorySendChannel[Any], upstream: trio.MemoryReceiveChannel[Any] | None = None
) -> Generator[None]:
    """Around one stage's work: closes its channels when it ends, and takes "downstream has left" for an ordinary end."""
    try:
        with downstream, upstream or contextlib.nullcontext():
            yield
    except* trio.BrokenResourceError:
        if downstream.statistics().open_receive_channels:
            raise  # it comes from something else, which the stage uses


class Source(abc.ABC, Generic[Out_co]):
    """Where items come from: the head of a pipeline."""

    @property
    def parts(self) -> tuple[Source[Any] | Stage[Any, Any], ...]:
        """The source and the stages that it is made of, in order."""
        return (self,)

    @abc.abstractmethod
    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Send every item downstream and return. Cancellation ends it at once, in the middle of an item or not."""

    async def drive(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Run as the engine does it: close the channel afterwards, and end without an error when nobody listens any more."""
        with joined(downstream):
            await self.run(downstream, turn)

    def __or__(self, other: Stage[Out_co, Next]) -> Source[Next]:
        """Join a stage. (A `Sink`, such as an output, ends the pipeline.)"""
        return _SourceAndStages(self, other) if isinstance(other, Stage) else NotImplemented


class Stage(abc.ABC, Generic[In_contra, Out_co]):
    """Takes items from above and sends items down. Holds settings only: what belongs to a run lives in `run`.

    The same stage may be part of several pipelines, at the same time too.
    """

    buffer: int = 1
    """How many items may wait at the join before this stage. One is enough to let both sides work at once; more only
    delays the moment when back-pressure is felt."""

    @property
    def parts(self) -> tuple[Stage[Any, Any], ...]:
        """The stages that it is made of, in order."""
        return (self,)

    @abc.abstractmethod
    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        """Work until `upstream` ends, then return. The engine closes both channels.

        Let `trio.BrokenResourceError` from `downstream.send` through: it means that nobody listens any more.
        """

    async def drive(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        """Run as the engine does it: close both channels afterwards, and end without an error when nobody listens any more."""
        with joined(downstream, upstream):
            await self.run(upstream, downstream, turn)

    def in_task_of(self, before: Stage[Any, In_contra]) -> Stage[Any, Out_co] | None:
        """One stage that does the work of `before` and of this one in one task; None if each needs a task of its own."""
        return None

    def __or__(self, other: Stage[Out_co, Next]) -> Stage[In_contra, Next]:
        """Join two stages to one."""
        return _Stages(self, other) if isinstance(other, Stage) else NotImplemented

    def __ror__(
        self, items: Iterable[In_contra] | AsyncIterable[In_contra] | trio.abc.ReceiveChannel[In_contra]
    ) -> Source[Out_co]:
        """Start a pipeline with any iterable or async iterable of items."""
        if isinstance(items, (Iterable, AsyncIterable)):
            return _SourceAndStages(IterableSource(items), self)
        return NotImplemented


class IterableSource(Source[Out_co]):
    """Items from an iterable, an async iterable, or a Trio receive channel.

    It is iterated in one task and never under a time-out of ours, since that would end a generator silently. When the turn
    ends, its iterator is closed (`aclose`, `close`), so that an LLM stops writing what nobody will hear. An iterable that
    blocks blocks the whole Trio run: give an async one.
    """

    def __init__(self, items: Iterable[Out_co] | AsyncIterable[Out_co]) -> None:
        self._items = items

    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Send every item; record the first and the end."""
        started = False

        async def send(item: Any) -> None:
            nonlocal started
            if not started:
                turn.timeline.record(FirstToken(turn.now()))
                started = True
            try:
                downstream.send_nowait(item)  # no checkpoint: the stage after it then takes many items in one hop
            except trio.WouldBlock:
                await downstream.send(item)

        if isinstance(self._items, AsyncIterable):
            iterator = aiter(self._items)
            try:
                async for item in iterator:
                    await send(item)
            finally:
                aclose = getattr(iterator, "aclose", None)
                if aclose is not None:
                    with trio.move_on_after(CLOSE_SOURCE, shield=True):
                        await aclose()
        else:
            plain = iter(self._items)
            try:
                for item in plain:
                    await send(item)
            finally:
                close = getattr(plain, "close", None)
                if close is not None:
                    close()
        turn.timeline.record(SourceEnded(turn.now()))


class _SourceAndStages(Source[Out_co]):
    """A source and the stages after it are a source."""

    def __init__(self, source: Source[In], stage: Stage[In, Out_co]) -> None:
        head, *before = source.parts
        self._source = cast("Source[Any]", head)
        self._stages = (*cast("list[Stage[Any, Any]]", before), *stage.parts)

    @property
    def parts(self) -> tuple[Source[Any] | Stage[Any, Any], ...]:
        return (self._source, *self._stages)

    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        async with trio.open_nursery() as nursery:
            send, receive = trio.open_memory_channel[Any](self._stages[0].buffer)
            nursery.start_soon(self._source.drive, send, turn)
            _start_stages(nursery, self._stages, receive, downstream, turn)

    async def drive(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        await self.run(downstream, turn)  # each part minds its own channels


class _Stages(Stage[In_contra, Out_co]):
    """Stages in a row are a stage."""

    def __init__(self, first: Stage[In_contra, Next], second: Stage[Next, Out_co]) -> None:
        self._stages: tuple[Stage[Any, Any], ...] = first.parts + second.parts
        self.buffer = first.buffer

    @property
    def parts(self) -> tuple[Stage[Any, Any], ...]:
        return self._stages

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        async with trio.open_nursery() as nursery:
            _start_stages(nursery, self._stages, upstream, downstream, turn)

    async def drive(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        await self.run(upstream, downstream, turn)  # each part minds its own channels


def _start_stages(
    nursery: trio.Nursery,
    stages: tuple[Stage[Any, Any], ...],
    upstream: trio.MemoryReceiveChannel[Any],
    downstream: trio.MemorySendChannel[Any],
    turn: TurnContext,
) -> None:
    """Start stages in a row, joined by channels: one task each, but for those that can share one."""
    row = _sharing_tasks(stages)
    for stage, after in itertools.pairwise(row):
        send, receive = trio.open_memory_channel[Any](after.buffer)
        nursery.start_soon(stage.drive, upstream, send, turn)
        upstream = receive
    nursery.start_soon(row[-1].drive, upstream, downstream, turn)


def _sharing_tasks(stages: tuple[Stage[Any, Any], ...]) -> list[Stage[Any, Any]]:
    row = [stages[0]]
    for stage in stages[1:]:
        both = stage.in_task_of(row[-1])
        if both is None:
            row.append(stage)
        else:
            row[-1] = both
    return row


class _FunctionStage(Stage[In_contra, Out_co]):
    """A plain async function of two channels, as a stage."""

    def __init__(
        self,
        function: Callable[[trio.MemoryReceiveChannel[In_contra], trio.MemorySendChannel[Out_co]], Awaitable[None]],
    ) -> None:
        self._function = function

    def __repr__(self) -> str:
        return f"stage({getattr(self._function, '__name__', self._function)!s})"

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        await self._function(upstream, downstream)


def stage(
    function: Callable[[trio.MemoryReceiveChannel[In], trio.MemorySendChannel[Out]], Awaitable[None]],
) -> Stage[In, Out]:
    """Make a stage of an async function that receives from one channel and sends to another.

        @stage
        async def shout(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
            async for token in upstream:
                await downstream.send(token.upper())

    The engine closes both channels when the function ends. A stage with settings, or with a type parameter, is a subclass
    of `Stage`.
    """
    return _FunctionStage(function)
