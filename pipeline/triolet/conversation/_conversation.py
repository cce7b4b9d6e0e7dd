"""A conversation: turns on one output, said one after another, which can be interrupted at any moment."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Self

import attrs
import trio

from triolet._model._audio import AudioChunk
from triolet._model._voice_settings import VoiceSettings
from triolet._tools._alone import Alone
from triolet._tools._loop_lag import loop_lag
from triolet.captions._options import CaptionOptions
from triolet.chain._audio_stage import format_of
from triolet.chain._context import TurnContext
from triolet.chain._stages import IterableSource, Source, Stage
from triolet.conversation._budget import Budget, Meter, Metered
from triolet.conversation._filler import Filler
from triolet.conversation._live_captions import LiveCaptions
from triolet.conversation._rehearsal import rehearse
from triolet.errors import BudgetExceeded, Overloaded, TTSError
from triolet.playout._deck import Deck
from triolet.playout._output import Output
from triolet.playout._play_turn import play_part, play_turn
from triolet.playout._playout import Playout
from triolet.playout._turn_playout import TurnPlayout
from triolet.synthesis._recovery import Repeats
from triolet.synthesis._voice_stage import VoiceStage
from triolet.tts._contract import TTS
from triolet.tts._session_pool import PoolOptions, PoolStatistics
from triolet.tts._session_pools import SessionPools, open_session_pools
from triolet.turn._events import Event, FillerSaid
from triolet.turn._result import TurnResult
from triolet.turn._timeline import Timeline


@attrs.define(eq=False)
class _Running:
    """A turn that is being said, or that waits for others."""

    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    playing: list[TurnPlayout] = attrs.Factory(list[TurnPlayout])
    """The playout of the turn, and that of its filler while it is said."""
    interrupted: bool = False


class Conversation:
    """Speaks turns on one output, one at a time.

        async with Conversation(speech(tts), Loudspeaker()) as conversation:
            nursery.start_soon(when_the_caller_talks, conversation.interrupt)
            result = await conversation.say(llm.stream(messages))
            messages.append({"role": "assistant", "content": result.heard})

    Entering the block opens the output, and starts to open a session of the chain's voice. Leaving the block, or cancelling it,
    interrupts the turn that is being said, and closes the output and all sessions.
    """

    def __init__(
        self,
        chain: Stage[str, AudioChunk],
        output: Output | Playout,
        *,
        pool: PoolOptions | None = None,
        sessions: SessionPools | None = None,
        budget: Budget | None = None,
        max_lag: float | None = None,
    ) -> None:
        """Speak on an output. Nothing is opened before the block is entered.

        Args:
            chain: any stage from tokens to audio, such as `speech(tts)`.
            output: the device or file; or a `Playout`, to set the gaps between phrases.
            pool: how many sessions to keep open, and for how long; `PoolOptions()` by default.
            sessions: sessions that several conversations share, from `open_session_pools`; by default this one has its own.
            budget: how many characters a turn or the conversation may say; no limit by default.
            max_lag: seconds. While the event loop is later than this (`LoopLag.late`), `say` refuses to begin a turn; by default it never
                does. What the output holds, 0.1, is a good bound: a loop that is later breaks up what other listeners hear.

        Raises:
            ValueError: both `pool` and `sessions` are given; shared sessions have options of their own. Or `max_lag` is not above 0.
        """
        if pool is not None and sessions is not None:
            raise ValueError("give `pool` or `sessions`, not both: shared sessions have options of their own")
        if max_lag is not None and max_lag <= 0:
            raise ValueError(f"max_lag is {max_lag}; it must be above 0, or None")
        self._chain = chain
        self._deck = (Playout(output) if isinstance(output, Output) else output).deck
        self._pool_options = pool or PoolOptions()
        self._shared = sessions
        self._budget = budget
        self._meter = Meter(budget.characters) if budget is not None else None
        self._max_lag = max_lag
        self._turns: list[_Running] = []
        self._lock = trio.StrictFIFOLock()
        self._block: AbstractAsyncContextManager[SessionPools] | None = None
        self._pools: SessionPools | None = None
        self._last: TurnResult | None = None

    @property
    def last(self) -> TurnResult | None:
        """The result of the turn that ended last, also if it was interrupted, cancelled, or failed. None before the first."""
        return self._last

    @property
    def so_far(self) -> TurnResult | None:
        """The result so far of the turn that is being said, which counts what has been heard by now: for subtitles, and for a
        history that is kept while the turn is said. None between turns.
        """
        for running in self._turns:
            if running.playing:
                return running.playing[0].result_now
        return None

    async def __aenter__(self) -> Self:
        """Open the output, and start to open a session. If cancelled, nothing remains open.

        Raises:
            OutputError: the device or file cannot be opened.
            RuntimeError: this conversation is open already.
        """
        if self._block is not None:
            raise RuntimeError("this conversation is open already")
        if self._max_lag is not None:
            loop_lag()  # watched from now on
        self._block = self._opened()
        try:
            with Alone():
                self._pools = await self._block.__aenter__()
        except BaseException:  # raised again: a conversation that failed to open may be opened later
            self._block = None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Interrupt what is being said, and close the output and all sessions, each within its deadline."""
        block, self._block, self._pools = self._block, None, None
        if block is not None:
            with Alone():
                await block.__aexit__(kind, error, traceback)  # noqa: ASYNC102 -- the block bounds its own closing
            self._deck.tell()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[SessionPools]:
        audio = format_of(self._chain.parts)
        async with self._deck.running():
            if audio is not None:
                await self._deck.open(audio)
            shared = self._shared
            own = open_session_pools(self._pool_options) if shared is None else contextlib.nullcontext(shared)
            async with own as pools:
                for part in self._chain.parts:
                    if isinstance(part, VoiceStage) and not part.tts.whole_turns:
                        pools.pool(part.tts).warm_up()
                rehearse(self._chain.parts)
                try:
                    yield pools
                finally:
                    self.interrupt()
                    with trio.CancelScope(shield=True):  # the turns are cancelled, and their clean-up is bounded
                        await self._lock.acquire()
                        self._lock.release()

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
        """Say the text of the tokens. Return what the listener heard, when the last sample has been heard or the turn was
        interrupted.

        If another turn is being said, this one waits for its end; with `replace=True` it interrupts that turn, and those that
        wait. An interruption also ends the turns that wait: they return with nothing said, and their sources are not read.
        Cancellation does what an interruption does, and `last` is then the result.

        Args:
            tokens: the text, as it comes.
            voice: another voice for this turn; by default that of the chain.
            language: another language for this turn, by the service's own name.
            instructions: how to speak this turn, where the service takes instructions.
            filler: a few words to say if the text is slow to come; by default none.
            replace: interrupt the turns before this one; by default it waits for them.
            observer: called with each event of this turn (`triolet.events`) as it happens. It must not raise, and cannot wait.

        Raises:
            RuntimeError: this conversation is not open.
            ValueError: the voice has no such setting, or does not take this value.
            Overloaded: the event loop is later than `max_lag`. Nothing of the tokens has been read, and `last` is as before; with
                `replace=True` the turns before are interrupted all the same.
            BudgetExceeded: the text is longer than its budget. What the budget allows has been said.
            Exception: what any stage raises, by itself, not in an exception group, with `.result` set on it.
        """
        return await self._begin(
            tokens,
            settings=VoiceSettings(voice=voice, language=language, instructions=instructions),
            filler=filler,
            replace=replace,
            observer=observer,
        )()

    def _begin(
        self,
        tokens: Iterable[str] | AsyncIterable[str] | Source[str],
        *,
        settings: VoiceSettings,
        filler: Filler | None,
        replace: bool,
        observer: Callable[[Event], None] | None,
    ) -> Callable[[], Awaitable[TurnResult]]:
        """Begin a turn: from now on `interrupt` reaches it. A plain call. Await what it returns, once: that says the turn."""
        if self._pools is None:
            raise RuntimeError(
                "this conversation is not open: use it in `async with Conversation(...) as conversation:`"
            )
        if replace:
            self.interrupt()
        if self._max_lag is not None and (late := loop_lag().late) > self._max_lag:
            raise Overloaded(late, self._max_lag)
        turn = TurnContext(
            Timeline(observer), settings=settings, resources={SessionPools: self._pools, Repeats: Repeats()}
        )
        running = _Running()
        self._turns.append(running)
        source = tokens if isinstance(tokens, Source) else IterableSource(tokens)
        return partial(self._say, source, turn, running, filler)

    async def _say(
        self, source: Source[str], turn: TurnContext, running: _Running, filler: Filler | None
    ) -> TurnResult:
        """Say a turn that has begun, when those before it have ended."""
        meter = self._turn_meter()
        try:
            with running.scope:
                async with self._lock:
                    playing = TurnPlayout(self._deck, turn)
                    running.playing.append(playing)
                    metered = source if meter is None else Metered(source, meter)
                    interlude = None if filler is None else _FillerTurn(filler, self._chain, self._deck, turn, running)
                    try:
                        await play_turn(metered | self._chain, playing, turn, interlude)
                    finally:
                        if self._deck.paused:  # a pause ends with its turn: `resume()` reaches running turns only
                            playing.resume()
        except trio.Cancelled:  # raised again: a turn that only waited has recorded no event that says so
            running.interrupted = True
            raise
        finally:
            self._turns.remove(running)
            result = turn.timeline.result
            self._last = result = attrs.evolve(result, interrupted=True) if running.interrupted else result
        if meter is not None and meter.exceeded and not running.interrupted:
            raise self._over_budget(result)
        return result

    def interrupt(self) -> None:
        """Silence the turn that is being said, and end those that wait. A plain call, from any task of the Trio run. Without a
        turn it does nothing.

        First the output drops what has not been heard, and takes nothing more of these turns, whatever the service still
        sends. Then their tasks are cancelled.
        """
        for running in self._turns:
            running.interrupted = True
            for playing in running.playing:
                playing.shut()
            running.scope.cancel(reason="interrupted")

    def pause(self) -> None:
        """Stop the sound at this sample, until `resume()`. A plain call. Use it when the caller may have begun to talk.

        What follows waits, and by back-pressure the LLM soon waits too. A file does not pause. Without a turn it does nothing,
        and a pause ends with its turn.
        """
        for running in self._turns:
            for playing in running.playing:
                playing.pause()

    def resume(self) -> None:
        """End a pause: go on with the sample after the last one heard. A plain call. Without a pause it does nothing."""
        for running in self._turns:
            for playing in running.playing:
                playing.resume()

    def warm_up(self) -> None:
        """Open a session now, because a turn is likely to begin soon: call it while the caller talks. A plain call.

        Without a turn, the session is closed after `PoolOptions.cool_down` seconds.
        """
        if self._pools is not None:
            self._pools.warm_up()

    def captions(self, options: CaptionOptions | None = None, *, by_word: bool = False) -> LiveCaptions:
        """What is being said, in time, for a screen: `async for caption in conversation.captions():`. A plain call.

        A filler is captioned, too. An interruption ends a caption at once. Iterate from one task; several may iterate their own.

        Args:
            options: how captions are cut; `CaptionOptions()` by default.
            by_word: give a caption again with each word that begins (`LiveCaption.said`). By default it comes once.

        Raises:
            RuntimeError: this conversation is not open.
        """
        if self._pools is None:
            raise RuntimeError(
                "this conversation is not open: use it in `async with Conversation(...) as conversation:`"
            )
        return LiveCaptions(self._playing, self._deck.watchers, options or CaptionOptions(), by_word=by_word)

    def _playing(self) -> TurnPlayout | None:
        """What is being played: a filler rather than the turn in whose silence it is said.

        Raises:
            trio.EndOfChannel: this conversation is no longer open.
        """
        if self._block is None:
            raise trio.EndOfChannel
        return next((running.playing[-1] for running in self._turns if running.playing), None)

    def statistics(self) -> dict[TTS, PoolStatistics]:
        """A snapshot of the sessions of each voice. Empty while the conversation is not open."""
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
    """The filler of one turn: a short turn of its own, on the same output and sessions."""

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
        """Say the filler once, in a silence of the turn `within`."""
        self.said = True
        turn = TurnContext(
            Timeline(), settings=self._turn.settings, resources=self._turn.resources, number=self._turn.number
        )
        playing = TurnPlayout(self._deck, turn, within=within)
        self._running.playing.append(playing)
        try:
            with contextlib.suppress(
                TTSError
            ):  # a filler is optional; if the service is down, the answer raises its own error
                await play_part([self._text] | self._chain, playing, turn)
        finally:
            bill = turn.timeline.result
            self._turn.timeline.record(FillerSaid(turn.now(), bill.characters, bill.wasted, bill.repeated))
        self._running.playing.remove(playing)
        within.skip(playing)
