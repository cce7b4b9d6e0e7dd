"""A whole pipeline, from a source to an output: it runs once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import trio

from triolet._audio import AudioChunk
from triolet._lone import lone_error
from triolet._playout import Playout, TurnPlayout, play_all
from triolet._stages import Source
from triolet._timeline import Event, Spoken, Timeline, TurnEnded, TurnStarted
from triolet._turn import Turn


class Pipeline:
    """`source | stage | ... | output`. Runs once, in one nursery: when `run` returns or raises, nothing is left behind."""

    def __init__(self, source: Source[AudioChunk], playout: Playout) -> None:
        self._source = source
        self._playout = playout
        self._timeline: Timeline | None = None

    @property
    def spoken(self) -> Spoken:
        """What has been said and heard so far; final once `run` has ended, however it ended."""
        return Spoken.fold(self._timeline or ())

    @property
    def timeline(self) -> Timeline:
        """The events so far.

        Raises:
            RuntimeError: before `run`.
        """
        if self._timeline is None:
            raise RuntimeError("this pipeline has not run yet; await pipeline.run() first")
        return self._timeline

    async def run(self, observer: Callable[[Event], None] | None = None) -> Spoken:
        """Speak until the source has ended and the last sample has been heard.

        `observer` is called with each event of the timeline as it happens; it must not raise nor wait.
        An error of any stage ends the whole pipeline at once and is raised here, alone, with `.spoken` set on it.
        Cancellation ends every stage and closes the output (what was accepted and not heard is dropped); `spoken` then
        tells what was heard.

        Raises:
            RuntimeError: it has run before. Sources cannot be read twice: build a new pipeline.
        """
        if self._timeline is not None:
            raise RuntimeError("a pipeline runs once; build a new one with a fresh source")
        self._timeline = timeline = Timeline(observer)
        turn = Turn(timeline)
        timeline.record(TurnStarted(turn.now()))
        try:
            await self._run(turn)
        except BaseException as error:  # a cancelled turn has its end recorded too; all are raised again
            raised = lone_error(error)
            cancelled = isinstance(raised, trio.Cancelled)
            timeline.record(
                TurnEnded(turn.now(), interrupted=cancelled, error=None if cancelled else _describe(raised))
            )
            if not cancelled:
                with contextlib.suppress(AttributeError):  # an exception type with slots cannot carry it
                    raised.spoken = self.spoken  # type: ignore[attr-defined]
            if raised is error:
                raise
            context = raised.__context__
            try:
                raise raised
            finally:
                raised.__context__ = context  # the group around it says nothing more
        timeline.record(TurnEnded(turn.now()))
        return self.spoken

    async def _run(self, turn: Turn) -> None:
        send, receive = trio.open_memory_channel[AudioChunk](1)
        playing = TurnPlayout(self._playout, turn)
        try:
            if self._source.audio_format is not None:
                await self._playout.open(self._source.audio_format)
                playing.begin()
            with receive:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._source.drive, send, turn)
                    await play_all(receive, playing)
        finally:
            playing.finish()
            await self._playout.close()


def _describe(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
