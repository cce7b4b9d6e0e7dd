"""A conversation of an asyncio program: turns on one output, said one after another, which can be interrupted at any moment."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from types import TracebackType
from typing import Self

import trio

import triolet.conversation._conversation as trio_conversation
from triolet._model._audio import AudioChunk
from triolet._model._voice_settings import VoiceSettings
from triolet.asyncio._block import Block
from triolet.asyncio._host import Host
from triolet.asyncio._live_captions import LiveCaptions
from triolet.asyncio._tokens import in_loop
from triolet.captions._options import CaptionOptions
from triolet.chain._stages import Source, Stage
from triolet.conversation._budget import Budget
from triolet.conversation._filler import Filler
from triolet.playout._output import Output
from triolet.playout._playout import Playout
from triolet.tts._contract import TTS
from triolet.tts._session_pool import PoolOptions, PoolStatistics
from triolet.tts._session_pools import SessionPools
from triolet.turn._events import Event
from triolet.turn._result import TurnResult


class Conversation:
    """Speaks turns on one output, one at a time, for an asyncio program.

        async with triolet.asyncio.Conversation(speech(tts), triolet.asyncio.Sink(websocket.send_bytes)) as conversation:
            turn = asyncio.create_task(conversation.say(llm.stream(messages)))
            ...  # conversation.interrupt(), when the caller talks
            result = await turn
            messages.append({"role": "assistant", "content": result.heard})

    Entering the block opens the output, and starts to open a session of the chain's voice. Leaving the block, or cancelling it,
    interrupts the turn that is being said, and closes the output and all sessions.

    All methods are for the thread of the event loop. All conversations of a loop run in one run of Trio on that thread. It begins
    with the first of them and ends with the last.
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
            output: the device or file; or a `Sink`, for a coroutine function that takes the audio; or a `Playout` of one of
                these, to set the gaps between phrases.
            pool: how many sessions to keep open, and for how long; `PoolOptions()` by default.
            sessions: sessions that several conversations share, from `triolet.asyncio.open_session_pools`; by default this one
                has its own.
            budget: how many characters a turn or the conversation may say; no limit by default.
            max_lag: seconds. While the event loop is later than this (`LoopLag.late`), `say` refuses to begin a turn; by default it never
                does. What the output holds, 0.1, is a good bound: a loop that is later breaks up what other listeners hear.

        Raises:
            ValueError: both `pool` and `sessions` are given; shared sessions have options of their own. Or `max_lag` is not above 0.
        """
        self._inner = trio_conversation.Conversation(
            chain, output, pool=pool, sessions=sessions, budget=budget, max_lag=max_lag
        )
        self._block: Block[trio_conversation.Conversation] | None = None
        self._host: Host | None = None
        self._begun: trio.Event | None = None  # of the newest turn

    @property
    def last(self) -> TurnResult | None:
        """The result of the turn that ended last, also if it was interrupted, cancelled, or failed. None before the first."""
        return self._inner.last

    @property
    def so_far(self) -> TurnResult | None:
        """The result so far of the turn that is being said, which counts what has been heard by now: for subtitles, and for a
        history that is kept while the turn is said. None between turns.
        """
        return self._inner.so_far

    async def __aenter__(self) -> Self:
        """Open the output, and start to open a session. If cancelled, nothing remains open.

        Raises:
            OutputError: the device or file cannot be opened.
            RuntimeError: this conversation is open already.
        """
        if self._block is not None:
            raise RuntimeError("this conversation is open already")
        self._block = Block(self._inner)
        try:
            self._host, _ = await self._block.enter()
        except BaseException:  # raised again: a conversation that failed to open may be opened later
            self._block = None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Interrupt what is being said, and close the output and all sessions, each within its deadline."""
        block, self._block, self._host = self._block, None, None
        if block is not None:
            await block.leave()  # noqa: ASYNC102 -- the block bounds its own closing

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

        An async iterable is iterated by a task of its own, in a copy of the context of the caller. When the turn ends early, that
        task is cancelled and the iterator closed (`aclose`), within 2 s.

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
        if self._host is None:
            raise RuntimeError(
                "this conversation is not open: use it in `async with Conversation(...) as conversation:`"
            )
        say = self._inner._begin(  # noqa: SLF001 -- this is its other face
            in_loop(tokens, self._host),
            settings=VoiceSettings(voice=voice, language=language, instructions=instructions),
            filler=filler,
            replace=replace,
            observer=observer,
        )
        before, begun = self._begun, trio.Event()
        self._begun = begun

        async def in_order() -> TurnResult:
            if before is not None and not before.is_set():  # Trio runs what became ready at once in any order
                with trio.CancelScope(shield=True):
                    await before.wait()
            begun.set()
            return await say()

        return await self._host.call(in_order)

    def interrupt(self) -> None:
        """Silence the turn that is being said, and end those that wait. A plain call, from any task or callback of the event
        loop. Without a turn it does nothing.

        First the output drops what has not been heard, and takes nothing more of these turns, whatever the service still
        sends. Then their tasks are cancelled.
        """
        self._inner.interrupt()

    def pause(self) -> None:
        """Stop the sound at this sample, until `resume()`. A plain call. Use it when the caller may have begun to talk.

        What follows waits, and by back-pressure the LLM soon waits too. A file does not pause. Without a turn it does nothing,
        and a pause ends with its turn.
        """
        self._inner.pause()

    def resume(self) -> None:
        """End a pause: go on with the sample after the last one heard. A plain call. Without a pause it does nothing."""
        self._inner.resume()

    def warm_up(self) -> None:
        """Open a session now, because a turn is likely to begin soon: call it while the caller talks. A plain call.

        Without a turn, the session is closed after `PoolOptions.cool_down` seconds.
        """
        self._inner.warm_up()

    def captions(self, options: CaptionOptions | None = None, *, by_word: bool = False) -> LiveCaptions:
        """What is being said, in time, for a screen: `async for caption in conversation.captions():`. A plain call.

        A filler is captioned, too. An interruption ends a caption at once. Iterate from one task; several may iterate their own.

        Args:
            options: how captions are cut; `CaptionOptions()` by default.
            by_word: give a caption again with each word that begins (`LiveCaption.said`). By default it comes once.

        Raises:
            RuntimeError: this conversation is not open.
        """
        return LiveCaptions(self._inner.captions(options, by_word=by_word), lambda: self._host)

    def statistics(self) -> dict[TTS, PoolStatistics]:
        """A snapshot of the sessions of each voice. Empty while the conversation is not open."""
        return self._inner.statistics()
