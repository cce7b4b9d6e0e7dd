"""Turns on one output: said one after another, interrupted at any moment."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from types import TracebackType
from typing import Self

import attrs
import trio

from triolet._audio import AudioChunk
from triolet._output import Output
from triolet._playout import CLOSE_OUTPUT, Playout, TurnPlayout
from triolet._stages import IterableSource, Source, Stage
from triolet._timeline import Spoken, Timeline
from triolet._turn import Turn
from triolet._turn_run import run_turn


@attrs.define(eq=False)
class _Running:
    """A turn that is being said, or waits to be."""

    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    playing: TurnPlayout | None = None
    interrupted: bool = False


class Conversation:
    """Speaks turns on one output, one at a time.

        async with Conversation(speech(tts), Loudspeaker()) as conversation:
            nursery.start_soon(when_the_caller_talks, conversation.interrupt)
            spoken = await conversation.say(llm.stream(messages))
            messages.append({"role": "assistant", "content": spoken.heard})

    `chain` is any stage from tokens to audio. The output is opened when the block is entered and closed when it is left;
    leaving it, or cancelling it, ends the turn that is being said as an interruption does.
    """

    def __init__(self, chain: Stage[str, AudioChunk], output: Output | Playout) -> None:
        self._chain = chain
        self._playout = Playout(output) if isinstance(output, Output) else output
        self._turns: list[_Running] = []
        self._lock = trio.StrictFIFOLock()
        self._open = False
        self._last: Spoken | None = None

    @property
    def last(self) -> Spoken | None:
        """What became of the last turn that ended, however it ended; None before the first."""
        return self._last

    async def __aenter__(self) -> Self:
        """Open the output.

        Raises:
            OutputError: it cannot be had.
            RuntimeError: the conversation is open already.
        """
        if self._open:
            raise RuntimeError("this conversation is open already")
        if self._chain.audio_format is not None:
            await self._playout.open(self._chain.audio_format)
        else:
            await trio.lowlevel.checkpoint()
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End what is being said, and close the output."""
        self._open = False
        self.interrupt()
        with trio.CancelScope(shield=True):  # the turns end at once: they are cancelled, and their clean-up is bounded
            async with self._lock:
                with trio.move_on_after(CLOSE_OUTPUT):
                    await self._playout.close()

    async def say(self, tokens: Iterable[str] | AsyncIterable[str] | Source[str]) -> Spoken:
        """Say what the tokens say; return what the listener heard, when the last sample has been heard or the turn was
        interrupted.

        A `say` during another turn waits until that has ended. An interruption ends the waiting ones, too: they return
        with nothing said, and their sources are not read.
        Cancellation does what an interruption does; what was heard is then `last`.

        Raises:
            RuntimeError: the conversation is not open.
            Exception: whatever a stage raises, alone, with `.spoken` set on it.
        """
        if not self._open:
            raise RuntimeError(
                "this conversation is not open: use it in `async with Conversation(...) as conversation:`"
            )
        running = _Running()
        self._turns.append(running)
        turn = Turn(Timeline())
        try:
            with running.scope:
                async with self._lock:
                    running.playing = TurnPlayout(self._playout, turn)
                    source = (tokens if isinstance(tokens, Source) else IterableSource(tokens)) | self._chain
                    await run_turn(source, running.playing, turn)
        finally:
            self._turns.remove(running)
            spoken = Spoken.fold(turn.timeline)
            self._last = spoken = attrs.evolve(spoken, interrupted=True) if running.interrupted else spoken
        return spoken

    def interrupt(self) -> None:
        """Silence the turn that is being said, and those that wait. A plain call from any task; without a turn it does
        nothing.

        The gate shuts first: the output drops what has not been heard, and takes nothing more of these turns whatever the
        service still sends. Then their tasks are cancelled.
        """
        for running in self._turns:
            running.interrupted = True
            if running.playing is not None:
                running.playing.shut()
            running.scope.cancel(reason="interrupted")
