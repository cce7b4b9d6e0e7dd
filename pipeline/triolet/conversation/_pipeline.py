"""A whole pipeline, from a source to an output: it runs once."""

from __future__ import annotations

from collections.abc import Callable

import trio

from triolet._model._audio import AudioChunk
from triolet.chain._context import TurnContext
from triolet.chain._stages import Source
from triolet.conversation._turn_run import run_turn
from triolet.playout._playout import CLOSE_OUTPUT, Playout
from triolet.playout._turn_playout import TurnPlayout
from triolet.turn._timeline import Event, Timeline, TurnResult


class Pipeline:
    """`source | stage | ... | output`. Runs once, in one nursery: when `run` returns or raises, nothing is left behind."""

    def __init__(self, source: Source[AudioChunk], playout: Playout) -> None:
        self._source = source
        self._playout = playout
        self._timeline: Timeline | None = None

    @property
    def result(self) -> TurnResult:
        """What has been said and heard so far; final once `run` has ended, however it ended."""
        return TurnResult.fold(self._timeline or ())

    @property
    def timeline(self) -> Timeline:
        """The events so far.

        Raises:
            RuntimeError: before `run`.
        """
        if self._timeline is None:
            raise RuntimeError("this pipeline has not run yet; await pipeline.run() first")
        return self._timeline

    async def run(self, observer: Callable[[Event], None] | None = None) -> TurnResult:
        """Speak until the source has ended and the last sample has been heard.

        `observer` is called with each event of the timeline as it happens; it must not raise nor wait.
        An error of any stage ends the whole pipeline at once and is raised here, alone, with `.result` set on it.
        Cancellation ends every stage and closes the output (what was accepted and not heard is dropped); `result` then
        tells what was heard.

        Raises:
            RuntimeError: it has run before. Sources cannot be read twice: build a new pipeline.
        """
        if self._timeline is not None:
            raise RuntimeError("a pipeline runs once; build a new one with a fresh source")
        self._timeline = Timeline(observer)
        turn = TurnContext(self._timeline)
        try:
            if self._source.audio_format is not None:
                await self._playout.open(self._source.audio_format)
            await run_turn(self._source, TurnPlayout(self._playout, turn), turn)
        finally:
            with trio.move_on_after(CLOSE_OUTPUT, shield=True):
                await self._playout.close()
        return self.result
