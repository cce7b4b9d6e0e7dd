"""Stages, and how they join: `source | stage | ... | output`.

Each stage runs as a task of the pipeline's nursery. A bounded memory channel joins two neighbours. The end of the stream
travels down: a sender closes its channel when it has no more items. The end of a receiver travels up: a stage that sends to
one that has ended ends too. An error of any stage ends all stages.
"""

from __future__ import annotations

import abc
import itertools
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar, cast

import attrs
import trio

from triolet.chain._context import TurnContext
from triolet.turn._events import FirstToken, SourceEnded

In = TypeVar("In")
In_contra = TypeVar("In_contra", contravariant=True)
Out = TypeVar("Out")
Out_co = TypeVar("Out_co", covariant=True)
Next = TypeVar("Next")

CLOSE_SOURCE = 2.0
"""Seconds that a source has to close when a turn ends early: enough for an HTTP stream to hang up, and short enough that a
source that does not close holds nobody up."""


class Source(abc.ABC, Generic[Out_co]):
    """The head of a pipeline: gives its items. `source | stage` is a source again."""

    @property
    def parts(self) -> tuple[Source[Any] | Stage[Any, Any], ...]:
        """The source and the stages that this source is made of, in order."""
        return (self,)

    @abc.abstractmethod
    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Send every item downstream, then return. The engine closes the channel.

        Cancellation ends it at once; items that it has not sent are lost.
        """

    async def drive(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Call `run` as the engine does: close the channel afterwards, and return without an error if the receiver has ended."""
        try:
            with downstream:
                await self.run(downstream, turn)
        except* trio.BrokenResourceError:
            if downstream.statistics().open_receive_channels:
                raise  # our receiver is there: the error comes from a channel of the source's own

    def start(self, nursery: trio.Nursery, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Start the tasks of this source in the nursery of a turn."""
        nursery.start_soon(self.drive, downstream, turn)

    def __or__(self, other: Stage[Out_co, Next]) -> Source[Next]:
        """Join a stage to this source. (Joining a `Sink`, such as an output, makes a `Pipeline`.)"""
        return _SourceAndStages(self, other) if isinstance(other, Stage) else NotImplemented


class Stage(abc.ABC, Generic[In_contra, Out_co]):
    """Receives items from upstream and sends items downstream. Subclass it to write a stage of your own.

    A stage holds settings only; keep the state of a run in local variables of `run`. Then one stage may be part of several
    pipelines, even at the same time.
    """

    buffer: int = 1
    """How many items may wait in the channel before this stage. The default of 1 lets both neighbours work at the same time; more
    would only delay back-pressure."""

    @property
    def parts(self) -> tuple[Stage[Any, Any], ...]:
        """The stages that this stage is made of, in order."""
        return (self,)

    @abc.abstractmethod
    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        """Receive from `upstream` until it ends, send to `downstream`, then return. The engine closes both channels.

        Do not catch `trio.BrokenResourceError` from `downstream.send`: it says that the next stage has ended, and ends this
        one. Cancellation ends it at once; items that it has not sent are lost.
        """

    async def drive(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        """Call `run` as the engine does: close both channels afterwards, and return without an error if the receiver has ended."""
        try:
            with downstream, upstream:
                await self.run(upstream, downstream, turn)
        except* trio.BrokenResourceError:
            if downstream.statistics().open_receive_channels:
                raise  # our receiver is there: the error comes from a channel of the stage's own

    def in_task_of(self, before: Stage[Any, In_contra]) -> Stage[Any, Out_co] | None:
        """Return a stage that does the work of `before` and of this stage in one task; None (the default) if each needs its own."""
        return None

    def __or__(self, other: Stage[Out_co, Next]) -> Stage[In_contra, Next]:
        """Join two stages into one."""
        return _Stages(self, other) if isinstance(other, Stage) else NotImplemented

    def __ror__(
        self, items: Iterable[In_contra] | AsyncIterable[In_contra] | trio.abc.ReceiveChannel[In_contra]
    ) -> Source[Out_co]:
        """Start a pipeline with any iterable or async iterable of items, or with a Trio receive channel."""
        if isinstance(items, (Iterable, AsyncIterable)):
            return _SourceAndStages(IterableSource(items), self)
        return NotImplemented


@attrs.frozen
class Reader:
    """One of a turn's resources, where async iterables at the head of a pipeline are not Trio's: another event loop iterates them."""

    source: Callable[[AsyncIterable[Any]], Source[Any] | None]
    """Makes a source that gives the items of an async iterable, and closes its iterator. None if it is Trio's."""


class IterableSource(Source[Out_co]):
    """A source that gives the items of an iterable, an async iterable, or a Trio receive channel.

    One task iterates it, and never under a time-out of ours: a time-out inside a generator would end it silently. When the turn
    ends, its iterator is closed (`aclose`, within 2 s, or `close`), so that an LLM does not go on writing what nobody hears. An
    iterable that blocks would block the whole Trio run: give an async one instead.
    """

    def __init__(self, items: Iterable[Out_co] | AsyncIterable[Out_co]) -> None:
        self._items = items

    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Send every item. Record the first item and the end in the timeline. Cancellation closes the iterator."""
        reader = turn.resource(Reader)
        if reader is not None and isinstance(self._items, AsyncIterable):
            foreign = reader.source(self._items)
            if foreign is not None:
                await foreign.run(downstream, turn)
                return
        started = False

        async def send(item: Any) -> None:
            nonlocal started
            if not started:
                turn.timeline.record(FirstToken(turn.now()))
                started = True
            try:
                downstream.send_nowait(item)  # no checkpoint, so that the next stage takes many items in one hop
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
    """A source and the stages after it, as one source."""

    def __init__(self, source: Source[In], stage: Stage[In, Out_co]) -> None:
        head, *before = source.parts
        self._source = cast("Source[Any]", head)
        self._stages = (*cast("list[Stage[Any, Any]]", before), *stage.parts)

    @property
    def parts(self) -> tuple[Source[Any] | Stage[Any, Any], ...]:
        return (self._source, *self._stages)

    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        async with trio.open_nursery() as nursery:
            self.start(nursery, downstream, turn)

    def start(self, nursery: trio.Nursery, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        send, receive = trio.open_memory_channel[Any](self._stages[0].buffer)
        self._source.start(nursery, send, turn)
        _start_stages(nursery, self._stages, receive, downstream, turn)

    async def drive(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        await self.run(downstream, turn)  # each part minds its own channels


class _Stages(Stage[In_contra, Out_co]):
    """Stages in a row, as one stage."""

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
    """Start stages in a row, joined by channels. Each gets a task, except that neighbours which can share one do."""
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
    """Make a stage from an async function that receives from one channel and sends to another.

        @stage
        async def shout(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
            async for token in upstream:
                await downstream.send(token.upper())

    The engine closes both channels when the function ends. If your stage has settings or a type parameter, subclass `Stage`.
    """
    return _FunctionStage(function)
