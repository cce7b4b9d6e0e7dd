"""Turns on one output: said one after another, interrupted at any moment."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Self

import attrs
import trio

from triolet._model._audio import AudioChunk
from triolet._model._voice_settings import VoiceSettings
from triolet._tools._alone import Alone
from triolet.chain._audio_stage import format_of
from triolet.chain._context import TurnContext
from triolet.chain._stages import IterableSource, Source, Stage
from triolet.conversation._budget import Budget, Meter, Metered
from triolet.conversation._filler import Filler
from triolet.errors import BudgetExceeded, TTSError
from triolet.playout._deck import Deck
from triolet.playout._output import Output
from triolet.playout._play_turn import play_turn
from triolet.playout._playout import Playout
from triolet.playout._turn_playout import TurnPlayout
from triolet.synthesis._voice_stage import VoiceStage
from triolet.tts._contract import TTS
from triolet.tts._session_pool import PoolOptions, PoolStatistics, SessionPools, open_pools
from triolet.turn._events import Event, FillerSaid
from triolet.turn._result import TurnResult
from triolet.turn._timeline import Timeline


@attrs.define(eq=False)
class _Running:
    """A turn that is being said, or waits to be."""

    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    playing: list[TurnPlayout] = attrs.Factory(list[TurnPlayout])
    """The turn's own, and that of its filler."""
    interrupted: bool = False


class Conversation:
    """Speaks turns on one output, one at a time.

        async with Conversation(speech(tts), Loudspeaker()) as conversation:
            nursery.start_soon(when_the_caller_talks, conversation.interrupt)
            spoken = await conversation.say(llm.stream(messages))
            messages.append({"role": "assistant", "content": spoken.heard})

    `chain` is any stage from tokens to audio. The output is opened when the block is entered, and a session of the chain's
    voice begins to open; both are closed when the block is left. Leaving it, or cancelling it, ends the turn that is being
    said as an interruption does.
    """

    def __init__(
        self,
        chain: Stage[str, AudioChunk],
        output: Output | Playout,
        *,
        pool: PoolOptions | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._chain = chain
        self._deck = (Playout(output) if isinstance(output, Output) else output).deck
        self._pool_options = pool or PoolOptions()
        self._budget = budget
        self._meter = Meter(budget.characters) if budget is not None else None
        self._turns: list[_Running] = []
        self._lock = trio.StrictFIFOLock()
        self._block: AbstractAsyncContextManager[SessionPools] | None = None
        self._pools: SessionPools | None = None
        self._last: TurnResult | None = None

    @property
    def last(self) -> TurnResult | None:
        """What became of the last turn that ended, however it ended; None before the first."""
        return self._last

    async def __aenter__(self) -> Self:
        """Open the output.

        Raises:
            OutputError: it cannot be had.
            RuntimeError: the conversation is open already.
        """
        if self._block is not None:
            raise RuntimeError("this conversation is open already")
        self._block = self._opened()
        try:
            self._pools = await self._block.__aenter__()
        except BaseException:  # raised again: what did not open can be opened again
            self._block = None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End what is being said, and close the output and all sessions."""
        block, self._block, self._pools = self._block, None, None
        if block is not None:
            with Alone():
                await block.__aexit__(kind, error, traceback)  # noqa: ASYNC102 -- the block bounds its own closing

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[SessionPools]:
        audio = format_of(self._chain.parts)
        if audio is not None:
            await self._deck.open(audio)
        try:
            async with open_pools(self._pool_options) as pools:
                for part in self._chain.parts:
                    if isinstance(part, VoiceStage) and not part.tts.whole_turns:
                        pools.pool(part.tts).warm_up()
                try:
                    yield pools
                finally:
                    self.interrupt()
                    with trio.CancelScope(shield=True):  # the turns are cancelled, and their clean-up is bounded
                        await self._lock.acquire()
                        self._lock.release()
        finally:
            await self._deck.close()

    async def say(
        self,
        tokens: Iterable[str] | AsyncIterable[str] | Source[str],
        *,
        voice: str | None = None,
        language: str | None = None,
        instructions: str | None = None,
        filler: Filler | None = None,
        replace: bool = False,
        observer: Callable[[Event], None] | None = None,
    ) -> TurnResult:
        """Say what the tokens say; return what the listener heard, when the last sample has been heard or the turn was
        interrupted.

        A `say` during another turn waits until that has ended; with `replace` it interrupts it, and those that wait. An
        interruption ends the waiting ones, too: they return with nothing said, and their sources are not read.
        Cancellation does what an interruption does; what was heard is then `last`.

        Args:
            tokens: the text, as it comes.
            voice: speak this turn with another voice.
            language: in another language, in the service's own terms.
            instructions: in another manner, where the service takes instructions.
            filler: a few words for a listener who waits.
            replace: do not wait for the turns before.
            observer: called with each event of this turn (`triolet.events`) as it happens. It must not raise and cannot wait.

        Raises:
            RuntimeError: the conversation is not open.
            BudgetExceeded: the text was longer than its budget; what the budget allowed has been said.
            Exception: whatever a stage raises, alone, with `.result` set on it.
        """
        if self._pools is None:
            raise RuntimeError(
                "this conversation is not open: use it in `async with Conversation(...) as conversation:`"
            )
        if replace:
            self.interrupt()
        turn = TurnContext(
            Timeline(observer),
            settings=VoiceSettings(voice=voice, language=language, instructions=instructions),
            resources={SessionPools: self._pools},
        )
        running = _Running()
        meter = self._turn_meter()
        self._turns.append(running)
        try:
            with running.scope:
                async with self._lock:
                    playing = TurnPlayout(self._deck, turn)
                    running.playing.append(playing)
                    source = tokens if isinstance(tokens, Source) else IterableSource(tokens)
                    metered = source if meter is None else Metered(source, meter)
                    interlude = None if filler is None else _FillerTurn(filler, self._chain, self._deck, turn, running)
                    try:
                        await play_turn(metered | self._chain, playing, turn, interlude)
                    finally:
                        if self._deck.paused:  # a pause ends with its turn: nobody could end it later
                            playing.resume()
        except trio.Cancelled:  # a turn that waited has no event that tells of it
            running.interrupted = True
            raise
        finally:
            self._turns.remove(running)
            result = TurnResult.fold(turn.timeline)
            self._last = result = attrs.evolve(result, interrupted=True) if running.interrupted else result
        if meter is not None and meter.exceeded and not running.interrupted:
            raise self._over_budget(result)
        return result

    def interrupt(self) -> None:
        """Silence the turn that is being said, and those that wait. A plain call from any task; without a turn it does
        nothing.

        The gate shuts first: the output drops what has not been heard, and takes nothing more of these turns whatever the
        service still sends. Then their tasks are cancelled.
        """
        for running in self._turns:
            running.interrupted = True
            for playing in running.playing:
                playing.shut()
            running.scope.cancel(reason="interrupted")

    def pause(self) -> None:
        """Stop sounding, at this sample: a voice detector thinks that the caller talks. A plain call.

        What follows waits; after a while the LLM does, too. An output without a listener (a file) does not pause.
        """
        for running in self._turns:
            for playing in running.playing:
                playing.pause()

    def resume(self) -> None:
        """It was a false alarm: go on with the sample after the last one heard. A plain call."""
        for running in self._turns:
            for playing in running.playing:
                playing.resume()

    def warm_up(self) -> None:
        """A turn is likely to begin soon (the caller talks): have a session open by then. A plain call."""
        if self._pools is not None:
            self._pools.warm_up()

    def statistics(self) -> dict[TTS, PoolStatistics]:
        """What the sessions of each voice do and have done; empty while the conversation is not open."""
        return self._pools.statistics() if self._pools is not None else {}

    def _turn_meter(self) -> Meter | None:
        if self._budget is None or self._budget.per == "conversation":
            return self._meter
        return Meter(self._budget.characters)

    def _over_budget(self, result: TurnResult) -> BudgetExceeded:
        assert self._budget is not None
        error = BudgetExceeded(
            f"the text is longer than the {self._budget.characters} characters that Budget allows a {self._budget.per}; "
            "it was said up to there"
        )
        error.result = result
        return error


class _FillerTurn:
    """The filler of one turn: a little turn of its own, on the same output and sessions."""

    def __init__(
        self, filler: Filler, chain: Stage[str, AudioChunk], deck: Deck, turn: TurnContext, running: _Running
    ) -> None:
        self.after = filler.after
        self.said = False
        self._text = filler.text
        self._chain = chain
        self._deck = deck
        self._turn = turn
        self._running = running

    async def say(self, within: TurnPlayout) -> None:
        """Say it."""
        self.said = True
        turn = TurnContext(Timeline(), settings=self._turn.settings, resources=self._turn.resources)
        playing = TurnPlayout(self._deck, turn, within=within)
        self._running.playing.append(playing)
        try:
            with contextlib.suppress(TTSError):  # the answer is what matters, and it will meet the same error, or not
                await play_turn([self._text] | self._chain, playing, turn)
        finally:
            bill = TurnResult.fold(turn.timeline)
            self._turn.timeline.record(FillerSaid(turn.now(), bill.characters, bill.wasted))
        self._running.playing.remove(playing)
        within.skip(playing)
