"""Speech for programs without an event loop."""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable, Generator, Iterable
from functools import partial
from types import TracebackType
from typing import Self

import trio

from triolet._model._audio import AudioChunk, AudioFormat
from triolet.blocking._engine import Engine, Say, next_caption, next_piece
from triolet.blocking._pipe import Pipe
from triolet.blocking._thread import Call, TrioThread
from triolet.blocking._tokens import BlockingTokens
from triolet.captions._options import CaptionOptions
from triolet.chain._audio_stage import format_of
from triolet.chain._stages import Source, Stage
from triolet.conversation._budget import Budget
from triolet.conversation._conversation import Conversation
from triolet.conversation._filler import Filler
from triolet.conversation._live_captions import LiveCaption
from triolet.playout._output import Output
from triolet.playout._playout import Playout
from triolet.tts._session_pool import PoolOptions
from triolet.turn._events import Event
from triolet.turn._result import TurnResult


class Speaker:
    """Speaks on an output, or gives the audio: for scripts, notebooks, and threads.

        with Speaker(speech(tts), Loudspeaker()) as speaker:
            result = speaker.say(llm_stream)

        for pcm in Speaker(speech(tts)).pcm("Hello there."):
            ...

    It is a `Conversation` whose calls wait, and whose work is done in a thread of its own. It opens with the block or the first
    call. Without a block it stays open until `close()`, or the end of the program. Any thread may call it.
    """

    def __init__(
        self,
        chain: Stage[str, AudioChunk],
        output: Output | Playout | None = None,
        *,
        pool: PoolOptions | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Make a speaker. Nothing is opened yet.

        Args:
            chain: any stage from tokens to audio, such as `speech(tts)`.
            output: the device or file that `say` speaks on. `pcm` needs none.
            pool: how many sessions to keep open, and for how long; `PoolOptions()` by default.
            budget: how many characters a turn may say, or all turns of `say`; no limit by default.
        """
        self._chain = chain
        self._engine = Engine(chain, output, pool, budget)
        self._thread: TrioThread | None = None
        self._living: Call[None] | None = None
        self._at_exit: weakref.finalize[[], Speaker] | None = None

    @property
    def format(self) -> AudioFormat | None:
        """The format of the audio; None for a chain whose first chunk tells it."""
        return format_of(self._chain.parts)

    @property
    def last(self) -> TurnResult | None:
        """The result of the turn that ended last, also if it was interrupted, broken off, or failed. None before the first."""
        return self._engine.last

    def __enter__(self) -> Self:
        """Open the output, and start to open a session.

        Raises:
            OutputError: the device or file cannot be opened.
        """
        self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Interrupt what is being said, and close the output and all sessions. A second call does nothing; the next turn opens it
        again.
        """
        thread, living, at_exit = self._thread, self._living, self._at_exit
        self._thread = self._living = self._at_exit = None
        if thread is None or living is None or at_exit is None:
            return
        at_exit.detach()
        thread.soon(self._engine.leave.set)
        try:
            living.result()
        finally:
            thread.stop()

    def say(
        self,
        text: str | Iterable[str] | Source[str],
        *,
        voice: str | None = None,
        language: str | None = None,
        instructions: str | None = None,
        filler: Filler | None = None,
        replace: bool = False,
        observer: Callable[[Event], None] | None = None,
    ) -> TurnResult:
        """Say a text on the output. Return what the listener heard, when the last sample has been heard or the turn was interrupted.

        Ctrl-C silences the turn and is raised when its clean-up has ended.

        Args:
            text: the text, or its tokens as they come. An iterator may block, as a stream of an SDK does: other threads read it, one
                at a time, and close it (`close()`) at the end of the turn, or when it has given the token that is waited for then.
            voice: another voice for this turn; by default that of the chain.
            language: another language for this turn, by the service's own name.
            instructions: how to speak this turn, where the service takes instructions.
            filler: a few words to say if the text is slow to come; by default none.
            replace: interrupt the turns before this one; by default it waits for them.
            observer: called with each event of this turn (`triolet.events`) as it happens, in the speaker's thread. It must not
                raise or wait.

        Raises:
            ValueError: this speaker has no output; or the voice has no such setting, or does not take this value.
            OutputError: the output cannot be opened, or failed.
            BudgetExceeded: the text is longer than its budget. What the budget allows has been said.
            Exception: what any stage raises, by itself, not in an exception group, with `.result` set on it.
        """
        say = _turn(text, voice, language, instructions, filler, observer, replace=replace)
        return self._opened().call(partial(self._engine.say, say))

    def pcm(
        self,
        text: str | Iterable[str] | Source[str],
        *,
        voice: str | None = None,
        language: str | None = None,
        instructions: str | None = None,
        observer: Callable[[Event], None] | None = None,
    ) -> Generator[bytes]:
        """Give the audio of a text as it is made: 16-bit samples, one channel, of `format`, with the gaps between sentences.

        The next piece is made while you use one; a few sentences at most wait. Leaving the iteration ends the turn. What was taken
        counts as heard: `last` says what text it was.

        Args:
            text: the text, or its tokens as they come, as for `say`.
            voice: another voice for this turn; by default that of the chain.
            language: another language for this turn, by the service's own name.
            instructions: how to speak this turn, where the service takes instructions.
            observer: called with each event of this turn, as for `say`.

        Raises:
            Exception: what any stage raises, by itself, not in an exception group, with `.result` set on it.
        """
        thread, pipe, ended = self._opened(), Pipe(), trio.Event()
        say = _turn(text, voice, language, instructions, None, observer, replace=False)
        turn = thread.start(partial(self._engine.give, say, pipe, ended))
        try:
            while piece := thread.call(partial(next_piece, pipe, ended)):
                yield piece
            turn.result()
        finally:
            thread.end(turn)

    def captions(self, options: CaptionOptions | None = None, *, by_word: bool = False) -> Generator[LiveCaption]:
        """Give what is being said on the output, in time, for a screen. Iterate in a thread of its own, beside the one that calls `say`.

        Each item replaces the one before, and an empty one means that nothing is to be shown. An interruption ends a caption at once.
        The iteration ends when the speaker is closed.

        Args:
            options: how captions are cut; `CaptionOptions()` by default.
            by_word: give a caption again with each word that begins (`LiveCaption.said`). By default it comes once.

        Raises:
            ValueError: this speaker has no output.
            OutputError: the output cannot be opened.
        """
        thread = self._opened()
        captions = thread.call(partial(self._engine.captions, options, by_word=by_word))
        while True:
            try:
                caption = thread.call(partial(next_caption, captions))
            except RuntimeError:
                if self._thread is thread:
                    raise
                return  # closed meanwhile
            if caption is None:
                return
            yield caption

    def interrupt(self) -> None:
        """Silence what is being said, and end the turns that wait: their `say` returns, and their `pcm` ends. From any thread."""
        if self._thread is not None:
            self._thread.tell(self._engine.interrupt)

    def pause(self) -> None:
        """Stop the sound at this sample, until `resume()`. A pause ends with its turn. From any thread."""
        if self._thread is not None:
            self._thread.tell(self._engine.pause)

    def resume(self) -> None:
        """End a pause: go on with the sample after the last one heard. From any thread."""
        if self._thread is not None:
            self._thread.tell(self._engine.resume)

    def _opened(self) -> TrioThread:
        if self._thread is not None:
            return self._thread
        engine = self._engine = self._engine.anew()
        thread = TrioThread()
        try:
            living = thread.start(engine.live)
            thread.call(engine.opened.wait)
            if not engine.is_open:
                living.result()
        except BaseException:  # raised again
            thread.stop()
            raise
        self._thread, self._living = thread, living
        self._at_exit = weakref.finalize(self, thread.stop)
        return thread


def _turn(
    text: str | Iterable[str] | Source[str],
    voice: str | None,
    language: str | None,
    instructions: str | None,
    filler: Filler | None,
    observer: Callable[[Event], None] | None,
    *,
    replace: bool,
) -> Say:
    """Say the text, once there is a conversation."""
    if isinstance(text, str):
        text = [text]
    tokens = text if isinstance(text, (list, tuple, Source)) else BlockingTokens(text)

    def say(conversation: Conversation) -> Awaitable[TurnResult]:
        return conversation.say(
            tokens,
            voice=voice,
            language=language,
            instructions=instructions,
            filler=filler,
            replace=replace,
            observer=observer,
        )

    return say
