"""Stages, and how they join: `source | stage | ... | output`.

Each stage runs as one task of the pipeline's nursery; neighbours are joined by a bounded memory channel. The end of the
stream travels down (a channel closes when its sender has no more), and "I have left" travels up (sending to a stage that
has ended ends the sender too). What a stage raises ends them all.
"""

from __future__ import annotations

import abc
import contextlib
from collections.abc import AsyncIterable, Awaitable, Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import trio

from triolet._model._audio import AudioChunk, AudioFormat
from triolet.chain._context import TurnContext
from triolet.playout._contract import Output
from triolet.tts._contract import TTS
from triolet.turn._timeline import FirstToken, SourceEnded

if TYPE_CHECKING:  # a pipeline is made of stages, and joining stages makes one
    from triolet.conversation._pipeline import Pipeline
    from triolet.playout._playout import Playout

In = TypeVar("In")
In_contra = TypeVar("In_contra", contravariant=True)
Out = TypeVar("Out")
Out_co = TypeVar("Out_co", covariant=True)
Next = TypeVar("Next")

CLOSE_SOURCE = 2.0
"""Seconds that a source has to close when a turn ends early: enough for an HTTP stream to hang up, short enough that nobody
waits for one that does not."""


async def take_waiting(channel: trio.MemoryReceiveChannel[In]) -> list[In]:
    """Wait for one item, then take all that are waiting: a hop over a channel costs the same for one as for many.

    Raises:
        trio.EndOfChannel: there will be no more.
    """
    return [await channel.receive(), *waiting(channel)]


def waiting(channel: trio.MemoryReceiveChannel[In]) -> list[In]:
    """Take all items that are waiting, if any. A plain call."""
    items: list[In] = []
    try:
        while True:
            items.append(channel.receive_nowait())
    except (trio.WouldBlock, trio.EndOfChannel):
        return items


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
    def audio_format(self) -> AudioFormat | None:
        """The format of the audio that comes out, where audio does and the format is known before."""
        return None

    @abc.abstractmethod
    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """Send every item downstream and return. Cancellation ends it at once, in the middle of an item or not."""

    async def drive(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        """`run` as the engine does it: the channel is closed afterwards, and it is no error that nobody listens any more."""
        with joined(downstream):
            await self.run(downstream, turn)

    @overload
    def __or__(self, other: Stage[Out_co, Next]) -> Source[Next]: ...
    @overload
    def __or__(self: Source[AudioChunk], other: Output | Playout) -> Pipeline: ...
    def __or__(self, other: Stage[Out_co, Any] | Output | Playout) -> Source[Any] | Pipeline:
        """Join a stage, or end the pipeline with an output."""
        from triolet.conversation._pipeline import Pipeline  # noqa: PLC0415 -- see above
        from triolet.playout._playout import Playout  # noqa: PLC0415

        if isinstance(other, Stage):
            return _Joined(self, other)
        if isinstance(other, (Output, Playout)):
            audio = cast("Source[AudioChunk]", self)  # as the overloads say
            return Pipeline(audio, Playout(other) if isinstance(other, Output) else other)
        return NotImplemented


class Stage(abc.ABC, Generic[In_contra, Out_co]):
    """Takes items from above and sends items down. Holds settings only: what belongs to a run lives in `run`.

    The same stage may be part of several pipelines, at the same time too.
    """

    buffer: int = 1
    """How many items may wait at the join before this stage. One is enough to let both sides work at once; more only
    delays the moment when back-pressure is felt."""

    @property
    def audio_format(self) -> AudioFormat | None:
        """The format of the audio that comes out, where audio does and the format is known before."""
        return None

    @property
    def voices(self) -> tuple[TTS, ...]:
        """The voices that it speaks with: their sessions can be opened before the first turn."""
        return ()

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
        """`run` as the engine does it: the channels are closed afterwards, and it is no error that nobody listens any more."""
        with joined(downstream, upstream):
            await self.run(upstream, downstream, turn)

    def __or__(self, other: Stage[Out_co, Next]) -> Stage[In_contra, Next]:
        """Join two stages to one."""
        return _Chain(self, other) if isinstance(other, Stage) else NotImplemented

    def __ror__(
        self, items: Iterable[In_contra] | AsyncIterable[In_contra] | trio.abc.ReceiveChannel[In_contra]
    ) -> Source[Out_co]:
        """Start a pipeline with any iterable or async iterable of items."""
        return _Joined(IterableSource(items), self) if isinstance(items, (Iterable, AsyncIterable)) else NotImplemented


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


class _Joined(Source[Out_co]):
    """A source and the stage after it are a source."""

    def __init__(self, source: Source[In], stage: Stage[In, Out_co]) -> None:
        self._source: Source[Any] = source
        self._stage: Stage[Any, Out_co] = stage

    @property
    def audio_format(self) -> AudioFormat | None:
        return self._stage.audio_format or self._source.audio_format

    async def run(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        send, receive = trio.open_memory_channel[Any](self._stage.buffer)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._source.drive, send, turn)
            nursery.start_soon(self._stage.drive, receive, downstream, turn)

    async def drive(self, downstream: trio.MemorySendChannel[Out_co], turn: TurnContext) -> None:
        await self.run(downstream, turn)  # each part minds its own channels


class _Chain(Stage[In_contra, Out_co]):
    """Two stages are a stage."""

    def __init__(self, first: Stage[In_contra, Next], second: Stage[Next, Out_co]) -> None:
        self._first: Stage[In_contra, Any] = first
        self._second: Stage[Any, Out_co] = second
        self.buffer = first.buffer

    @property
    def audio_format(self) -> AudioFormat | None:
        return self._second.audio_format or self._first.audio_format

    @property
    def voices(self) -> tuple[TTS, ...]:
        return self._first.voices + self._second.voices

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        send, receive = trio.open_memory_channel[Any](self._second.buffer)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._first.drive, upstream, send, turn)
            nursery.start_soon(self._second.drive, receive, downstream, turn)

    async def drive(
        self,
        upstream: trio.MemoryReceiveChannel[In_contra],
        downstream: trio.MemorySendChannel[Out_co],
        turn: TurnContext,
    ) -> None:
        await self.run(upstream, downstream, turn)  # each part minds its own channels


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
