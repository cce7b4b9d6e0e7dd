"""A client's session: turns that are spoken one after another, whatever becomes of the connection."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import attrs
import trio

from triolet import AudioChunk, Conversation, Stage, TurnResult, speech
from triolet.errors import Overloaded, TrioletError
from triolet.events import Event
from triolet_adapters.outputs.browser import BrowserOutput
from triolet_adapters.service.live import _messages as messages
from triolet_adapters.service.live._events import TurnTeller
from triolet_adapters.service.live._host import Host
from triolet_adapters.service.live._inbox import TextInbox, TooMuchText
from triolet_adapters.service.live._journal import Journal
from triolet_adapters.service.live._outputs import RealtimeOutput, TakenOutput
from triolet_adapters.service.live._settings import Settings

RESUMABLE = 30.0
"""Seconds that a session waits for a client whose connection has broken."""

WAITING_TURNS = 16
"""Turns that may wait for the one that is spoken: a client that is so far ahead has lost count."""

HISTORY = 20
"""Messages of a talk with the language model that it is told again."""

LiveOutput = BrowserOutput | RealtimeOutput | TakenOutput


@attrs.define(eq=False)
class _Turn:
    """A turn that a client has begun."""

    number: int
    inbox: TextInbox
    start: messages.TurnStart = attrs.field(factory=messages.TurnStart)
    question: str | None = None
    dropped: bool = False


class _Refused(Exception):
    """A turn that may not begin. The text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class LiveSession:
    """One client's conversation. `run` it in a nursery; give it what the client says."""

    _nursery: trio.Nursery

    def __init__(self, host: Host, settings: Settings, output: LiveOutput, *, caller: str, parent: str | None) -> None:
        """Make a session.

        Raises:
            ValueError: there is no such model, voice or language.
        """
        self.model, tts, language = host.speaking(settings.model, settings.voice, settings.speed)
        chain: Stage[str, AudioChunk] = speech(tts, settings.language or language)
        self.settings = settings
        self.output = output
        self.journal = Journal()
        self.caller = caller
        self._host = host
        self._parent = parent
        self._talk = Conversation(chain, output, sessions=host.pools, max_lag=host.max_lag)
        self._turns, self._next = trio.open_memory_channel[_Turn](WAITING_TURNS + 1)
        self._numbers = 0
        self._writing: _Turn | None = None
        self._waiting: list[_Turn] = []
        self._history: list[dict[str, str]] = []
        self._idle = trio.Event()
        self._idle.set()
        self._pausing = trio.CancelScope()
        """Around the wait for the end of a pause. Cancelled: there is none."""
        self._pausing.cancel()
        self.over = False

    @property
    def resumable(self) -> float:
        """Seconds that it outlives a connection."""
        return RESUMABLE if isinstance(self.output, BrowserOutput) else 0.0

    @property
    def busy(self) -> bool:
        """Whether a turn is being spoken or waits."""
        return not self._idle.is_set()

    async def idle(self) -> None:
        """Wait until no turn is spoken or waits."""
        await self._idle.wait()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Speak the turns, until cancelled.

        Raises:
            TrioletError: the output cannot be opened.
        """
        try:
            async with self._talk, trio.open_nursery() as nursery:
                self._nursery = nursery
                if self.settings.by_word:
                    nursery.start_soon(self._tell_words)
                nursery.start_soon(self._say_turns)
                task_status.started()
        finally:
            self.over = True
            self._turns.close()

    def take(self, message: messages.FromClient) -> None:
        """Do what a client says. A plain call, since what a client has played must get through whatever else it says."""
        match message:
            case messages.Text(text=text):
                if text:
                    self._write(text)
            case messages.TurnStart():
                self._end_writing()
                self._begin(message)
            case messages.TurnEnd():
                self._end_writing()
            case messages.Ask(text=text):
                self._end_writing()
                if self._host.language_model is None:
                    self._fail("no_language_model", "this service has no language model: send the text yourself")
                else:
                    self._begin(messages.TurnStart(), question=text)
                    self._end_writing()
            case messages.Interrupt():
                self._interrupt()
            case messages.Pause():
                self._pause()
            case messages.Resume():
                self._talk.resume()
                self._pausing.cancel()

    def tell(self, message: messages.Numbered) -> None:
        """Tell the client something. A plain call."""
        self.journal.tell(message)

    def _write(self, text: str) -> None:
        if self._writing is None:
            self._begin(messages.TurnStart())
        turn = self._writing
        assert turn is not None
        try:
            turn.inbox.put(text)
        except TooMuchText:
            turn.inbox.end()  # what still comes of it is dropped
            self._fail(
                "too_much_text",
                f"{self._host.most_characters} characters of this turn wait to be spoken already, so it ends here, and what follows of it is not spoken: send it later, as another turn",
                turn.number,
            )

    def _begin(self, start: messages.TurnStart, question: str | None = None) -> None:
        turn = _Turn(self._numbers + 1, TextInbox(self._host.most_characters), start, question)
        self._writing = turn
        try:
            self._check_may_begin()
            self._turns.send_nowait(turn)
        except _Refused as refused:
            turn.inbox.end()  # its text is dropped, until it is complete or another turn begins
            self._fail(refused.code, str(refused))
        else:
            self._numbers += 1
            self._waiting.append(turn)
            if self._idle.is_set():  # whoever waits for it keeps waiting for the same
                self._idle = trio.Event()

    def _check_may_begin(self) -> None:
        """Raise `_Refused`, with what the client is told, if no turn may begin now."""
        if self.over:
            raise _Refused("internal", "this session is over: connect again")
        if self._host.drains.is_set():
            raise _Refused("draining", "the service is about to end and begins no more turns: connect again")
        if len(self._waiting) > WAITING_TURNS:
            raise _Refused("too_many_turns", f"{WAITING_TURNS} turns wait already: wait for `turn.ended`, or interrupt")

    def _end_writing(self) -> None:
        if self._writing is not None:
            self._writing.inbox.end()
            self._writing = None

    def _interrupt(self) -> None:
        self._end_writing()
        for turn in self._waiting:
            turn.dropped = True
        self._talk.interrupt()

    def _fail(self, code: str, message: str, turn: int | None = None) -> None:
        self.tell(messages.Failure(code=code, message=message, turn=turn))

    def _pause(self) -> None:
        self._talk.pause()
        if self._waiting and not self.over and self._pausing.cancel_called:
            self._pausing = trio.CancelScope()
            self._nursery.start_soon(self._end_pause, self._pausing)

    async def _end_pause(self, pausing: trio.CancelScope) -> None:
        """Interrupt a turn that is paused for too long: it holds a place among all turns, and sessions of its voice."""
        with pausing:
            await trio.sleep(self._host.longest_pause)
            seconds = f"{self._host.longest_pause:g} s"
            self._fail(
                "paused_too_long", f"a pause may last {seconds}, so the turn was interrupted", self._waiting[0].number
            )
            self._interrupt()

    async def _say_turns(self) -> None:
        async for turn in self._next:
            name = self._host.new_turn()
            teller = TurnTeller(turn.number, name, self.tell)
            result = TurnResult(interrupted=True) if turn.dropped else await self._say(turn, name, teller)
            rest = turn.inbox.take_rest()
            turn.inbox.end()
            if self._writing is turn:  # text that still comes belongs to a turn that is over
                self._writing = _Turn(turn.number, turn.inbox)
            if rest:
                result = attrs.evolve(result, text=result.text + rest, unheard=result.unheard + rest)
            self._waiting.remove(turn)
            self._pausing.cancel()  # a pause ends with its turn
            teller.ended(result, trio.current_time())
            if not self._waiting:
                self._idle.set()

    async def _say(self, turn: _Turn, name: str, teller: TurnTeller) -> TurnResult:
        others = self._host.observer(name, caller=self.caller, parent=self._parent, model=self.model)

        def observe(event: Event) -> None:
            teller(event)
            if others is not None:
                others(event)

        tokens = turn.inbox if turn.question is None else self._answer(turn, teller)
        start = turn.start
        try:
            await self._host.begin_turn(self.caller)
        except ValueError as error:
            self._fail("too_many_turns", str(error), turn.number)
            return TurnResult(error=str(error))
        except TrioletError as error:
            self._fail("turn_failed", f"{error}; try again in a moment", turn.number)
            return TurnResult(error=str(error))
        if turn.dropped:
            return TurnResult(interrupted=True)
        try:
            result = await self._talk.say(
                tokens, voice=start.voice, language=start.language, instructions=start.instructions, observer=observe
            )
        except Overloaded as error:
            self._fail("overloaded", f"{error}; try again later, or elsewhere", turn.number)
            result = TurnResult(error=str(error))
        except ValueError as error:  # the voice has no such setting
            self._fail("unknown_setting", str(error), turn.number)
            result = TurnResult(error=str(error))
        except TrioletError as error:
            self._fail("turn_failed", f"{type(error).__name__}: {error}", turn.number)
            result = error.result or TurnResult(error=f"{type(error).__name__}: {error}")
        if turn.question is not None:
            self._remember(turn.question, result.heard)
        return result

    async def _answer(self, turn: _Turn, teller: TurnTeller) -> AsyncGenerator[str]:
        model = self._host.language_model
        assert model is not None
        assert turn.question is not None
        history = [*self._history, {"role": "user", "content": turn.question}]
        async with aclosing(model.answer(history)) as tokens:
            async for token in tokens:
                self.tell(messages.TurnText(turn=turn.number, after=teller.after(trio.current_time()), text=token))
                yield token  # noqa: ASYNC119 -- `say` closes this generator

    def _remember(self, question: str, heard: str) -> None:
        """What was heard is the history: the model must not refer to words that nobody has heard."""
        self._history.append({"role": "user", "content": question})
        if heard:
            self._history.append({"role": "assistant", "content": heard})
        del self._history[:-HISTORY]

    async def _tell_words(self) -> None:
        async for caption in self._talk.captions(by_word=True):
            result = self._talk.so_far
            if self._waiting:
                self.tell(
                    messages.TurnHeard(
                        turn=self._waiting[0].number,
                        end=0 if result is None else len(result.heard),
                        caption=caption.text,
                        said=caption.said,
                    )
                )
