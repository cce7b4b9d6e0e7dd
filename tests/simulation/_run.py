"""One run: the whole system, from a plan, on a clock that jumps; and what was seen of it."""

from __future__ import annotations

import contextlib
import logging
import random
import signal
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import cast
from unittest import mock

import attrs
import trio
from tests.simulation._kinds import Kind, Moment, Since
from tests.simulation._ledger import Ledger
from tests.simulation._listener import Ear
from tests.simulation._plan import Action, Plan, Turn, network_kinds
from tests.simulation._vendor import SimulatedVendor
from tests.simulation._words import PROBE_TEXT
from trio.testing import MockClock

from triolet import (
    TTS,
    Conversation,
    Failover,
    FailoverOptions,
    Filler,
    Phraser,
    PhrasingOptions,
    PoolOptions,
    RecoveryPolicy,
    SentenceSegmenter,
    Synthesizer,
    TextNormalizer,
    TurnResult,
    speech,
)
from triolet.conversation._bounds import text_bound
from triolet.errors import TrioletError
from triolet.testing import ScriptedSource
from triolet.tts import _hedging

AFTERWARDS = 20.0
"""Seconds after the conversation in which nothing may happen: longer than any deadline on either side."""
LONGEST = 3000.0
"""Seconds of a run: one that waits for ever is an error, not a test that does."""
STUCK = 60
"""Seconds of work for a run: one in which the clock does not go on is an error, too. The longest, 40 s of audio in reads of 100 bytes,
works for 10 s, and on a busy machine for 25 s."""
LONGEST_COMMIT = 40.0


class LLMFailed(Exception):
    """What an LLM raises."""


@attrs.define
class TurnRecord:
    """What became of one turn, seen from outside."""

    plan: Turn
    source: ScriptedSource
    asked: float
    begun: int
    """Samples that had been heard when it was asked for."""
    result: TurnResult | None = None
    ended: int = -1
    """Samples that had been heard when it was interrupted, or had returned."""
    ended_at: float = -1.0
    returned_at: float = -1.0
    interrupted: bool = False
    moment: Moment | None = None
    """What it was at when it was ended from outside."""
    silenced: float = 0.0
    """Seconds for which the listener or the device paused."""
    failure: BaseException | None = None
    saying: bool = False
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    over: trio.Event = attrs.Factory(trio.Event)


@attrs.define
class Record:
    """All that was seen."""

    plan: Plan
    ledger: Ledger
    turns: list[TurnRecord] = attrs.Factory(list[TurnRecord])
    pcm: bytes = b""
    seconds: float = 0.0
    began: float = 0.0
    left: bool = False
    """Whether the listener hung up before the end."""
    steps: int = 0
    """Of all tasks until the first turn was over, where they are counted."""
    goodbyes: dict[int, int] = attrs.Factory(dict[int, int])
    """How many sessions each code has ended, as the vendors saw it."""
    opened: int = 0
    """Sessions that the client knew to be open."""
    connections: int = 0
    most_open: int = 0
    """The most sessions that one vendor had at the same time."""


def run(plan: Plan, ledger: Ledger | None = None) -> Record:
    """Run it; the same every time. Raises what is wrong already while it runs, or what leaves it that should not."""
    scheduling = trio._core._run
    before = scheduling._r.getstate(), random.getstate()
    scheduling._r.seed(plan.seed)
    random.seed(plan.seed)
    try:
        with (
            mock.patch.object(scheduling, "_ALLOW_DETERMINISTIC_SCHEDULING", new=True),
            mock.patch.object(_hedging, "TIMES_USUAL", 4.0 if (plan.hedge_after or 1.0) >= 1.0 else 0.5),
            _impatient(),
        ):
            return trio.run(_live, plan, ledger or Ledger(), clock=MockClock(autojump_threshold=0))
    finally:
        scheduling._r.setstate(before[0])
        random.setstate(before[1])


@contextlib.contextmanager
def _impatient() -> Generator[None]:
    """Of this process's own seconds: how busy the machine is makes no difference, and pytest has the other timer."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def give_up(*_: object) -> None:
        raise AssertionError(f"a run took more than {STUCK} s")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, STUCK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


async def _live(plan: Plan, ledger: Ledger) -> Record:
    record = Record(plan, ledger, began=trio.current_time())
    logging.getLogger("triolet_adapters.tts.server").addHandler(told := _Told(ledger))
    try:
        await _live_told(record, plan)
    finally:
        logging.getLogger("triolet_adapters.tts.server").removeHandler(told)
    return record


async def _live_told(record: Record, plan: Plan) -> None:
    tasks = trio.lowlevel.current_statistics().tasks_living
    async with _vendors(plan, record.ledger) as vendors:
        for vendor in vendors:
            for kind in network_kinds(vendor.plan.link):
                record.ledger.counts[kind] += 1
        record.ledger.lead = plan.lead if plan.pace is None else None
        ear = Ear(record.ledger, hold=plan.hold, pace=plan.pace)
        if plan.pace is not None:
            record.ledger.did(Kind.FILE)
        with trio.fail_after(LONGEST):
            await _Course(plan, record, ear, vendors).run()
        record.pcm = ear.pcm
        record.seconds = trio.current_time() - record.began
        for vendor in vendors:
            for done in vendor.afterwards:
                await done()
        await trio.sleep(AFTERWARDS)
        assert ear.pcm == record.pcm, "something sounds after the conversation"
        _nothing_open(vendors)
        assert not record.ledger.wrong, record.ledger.wrong[0]
        record.connections = sum(len(vendor.network.connections) for vendor in vendors)
        record.opened = sum(vendor.opened for vendor in vendors)
        for vendor in vendors:
            for code, count in vendor.server.left.items():
                record.goodbyes[code] = record.goodbyes.get(code, 0) + count
        record.most_open = max(vendor.most_live for vendor in vendors)
    left = trio.lowlevel.current_statistics().tasks_living - tasks
    assert left == 0, f"{left} tasks are left"


class _Told(logging.Handler):
    """Keeps what has left a session of a local server, which goes on with the others: else nobody would know."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(logging.ERROR)
        self._ledger = ledger

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        while isinstance(error, BaseExceptionGroup):
            error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
        self._ledger.wrong.append(f"a server failed: {error!r}")


@asynccontextmanager
async def _vendors(plan: Plan, ledger: Ledger) -> AsyncGenerator[list[SimulatedVendor]]:
    vendors = [SimulatedVendor(index, vendor, ledger, plan) for index, vendor in enumerate(plan.vendors)]
    async with trio.open_nursery() as nursery:
        for vendor in vendors:
            await nursery.start(vendor.serve)
        yield vendors
        nursery.cancel_scope.cancel()


def _nothing_open(vendors: list[SimulatedVendor]) -> None:
    for vendor in vendors:
        for connection in vendor.network.connections:
            name = f"connection {connection.index} of vendor {vendor.index}"
            assert connection.client.closed or connection.closed, f"{name} is open at the client"
            told = not connection.to_client._silent  # nobody tells the server of a dead line
            assert connection.closed or not told, f"{name} is open at the service"
        for connection in vendor.live:
            assert connection.to_client._silent, f"vendor {vendor.index} has a session on connection {connection.index}"


def _script(turn: Turn, ledger: Ledger, check: Callable[[int], None]) -> Iterator[str | float | BaseException]:
    """What the LLM does; noted as it does it. `check` is told how many characters it will have given."""
    yield turn.thinking
    text = turn.text
    burst = False
    at = 0
    while at < len(text):
        for hiccup in turn.hiccups:
            if turn.places[hiccup.word] in range(at, at + turn.token):
                ledger.did(hiccup.kind)
                if hiccup.kind is Kind.LLM_RAISE:
                    yield LLMFailed("the LLM has failed")
                elif hiccup.kind is Kind.LLM_PAUSE:
                    yield hiccup.seconds
                else:
                    burst = True
        if at and not burst:
            yield 1 / turn.rate
        check(at + turn.token)
        yield text[at : at + turn.token]
        at += turn.token
    yield turn.tail


class _Course:
    """The turns of one conversation, one after another."""

    def __init__(self, plan: Plan, record: Record, ear: Ear, vendors: list[SimulatedVendor]) -> None:
        self._plan = plan
        self._record = record
        self._ear = ear
        self._vendors = vendors
        self._ledger = record.ledger

    async def run(self) -> None:
        plan = self._plan
        with trio.CancelScope() as scope, self._stepping(scope):
            async with trio.open_nursery() as nursery:
                if plan.leave is not None:
                    nursery.start_soon(self._leave, scope, plan.leave)
                await self._hold()
                nursery.cancel_scope.cancel()
        self._record.left = scope.cancelled_caught
        if scope.cancelled_caught:
            for each in self._living():
                each.over.set()

    @contextlib.contextmanager
    def _stepping(self, scope: trio.CancelScope) -> Generator[None]:
        """Do what is planned for a step of any task, the vendors' included."""
        planned = [action for turn in self._plan.turns for action in turn.actions if action.since is Since.STEP]
        self._stepped = bool(planned)
        if not planned:
            yield
            return
        (action,) = planned
        instrument = _AtStep(round(action.after), lambda: self._at_step(action.kind, scope), self._record)
        trio.lowlevel.add_instrument(instrument)
        try:
            yield
        finally:
            trio.lowlevel.remove_instrument(instrument)

    def _at_step(self, kind: Kind, scope: trio.CancelScope) -> None:
        living = self._living()
        if kind is Kind.LEAVE:
            self._mark_interrupted()
            scope.cancel()
        elif living and living[0].plan.number == 0 and living[0].saying:
            self._mark(living[0])
            if kind is Kind.INTERRUPT:
                self._conversation.interrupt()
            else:
                living[0].scope.cancel()
        else:
            return  # the turn is not asked for yet, or over
        self._ledger.did(kind)

    async def _leave(self, scope: trio.CancelScope, after: float) -> None:
        await trio.sleep(after)
        self._ledger.did(Kind.LEAVE)
        self._mark_interrupted()
        scope.cancel()

    async def _hold(self) -> None:
        plan = self._plan
        chain, pool = speech(self._tts(), "en"), PoolOptions()
        if not plan.usual:
            recovery = RecoveryPolicy(
                lost=plan.lost,
                attempts=plan.attempts,
                per_turn=plan.per_turn,
                repeats=plan.repeats,
                hedge_after=plan.hedge_after,
            )
            chain = (
                SentenceSegmenter("en")
                | TextNormalizer()
                | Phraser(PhrasingOptions(merge=plan.join, longest=plan.longest))
                | Synthesizer(self._tts(), lead=plan.lead, longest_commit=LONGEST_COMMIT, recovery=recovery)
            )
            pool = PoolOptions(maximum=plan.maximum, spares=plan.spares)
        async with Conversation(chain, self._ear, pool=pool) as conversation:
            self._conversation = conversation
            replace = False
            async with trio.open_nursery() as nursery:
                for turn, following in zip(plan.turns, [*plan.turns[1:], None], strict=True):
                    if replace:  # the next one does it
                        self._mark_interrupted()
                    script = _script(turn, self._ledger, partial(self._not_too_far, turn))
                    record = TurnRecord(turn, ScriptedSource(script), trio.current_time(), self._ear.heard)
                    self._record.turns.append(record)
                    nursery.start_soon(self._say, record, replace)
                    await trio.testing.wait_all_tasks_blocked()
                    replace = False
                    if following is not None and following.behind:
                        continue
                    replace = await self._disturb(turn, record) and following is not None
                    if not replace:
                        for each in self._living():
                            await each.over.wait()
                        await trio.sleep(turn.gap)

    def _not_too_far(self, turn: Turn, given: int) -> None:
        """What the LLM has given and the listener has not been given is bounded, where each sentence is a phrase."""
        if self._plan.join:
            return
        taken = turn.places[word.number] if (word := self._ear.last_word) and word.turn == turn.number else 0
        bound = text_bound(turn.token, turn.longest, turn.longest)
        assert given - taken <= bound, f"the LLM is {given - taken} characters ahead of the listener, not {bound}"

    def _tts(self) -> TTS:
        plan = self._plan
        if len(self._vendors) == 1:
            return self._vendors[0].tts
        first, second, *others = (vendor.tts for vendor in self._vendors)
        options = FailoverOptions(
            connect_timeout=min(3.0, plan.deadline),
            first_audio_timeout=min(3.0, plan.deadline),
            probe_after=plan.probe_after,
            probe=PROBE_TEXT,
        )
        return Failover(first, second, *others, options=options)

    async def _say(self, record: TurnRecord, replace: bool) -> None:
        turn = record.plan
        self._ledger.note(f"turn {turn.number} is asked for: {turn.text!r}")
        filler = None if turn.filler_after is None else Filler(turn.filler, after=turn.filler_after)
        if turn.voice is not None:
            self._ledger.did(Kind.SETTINGS)
        with record.scope:
            record.saying = True
            try:
                record.result = await self._conversation.say(
                    record.source, voice=turn.voice, filler=filler, replace=replace
                )
            except (TrioletError, LLMFailed) as error:
                record.failure, record.result = error, getattr(error, "result", None)
        if record.scope.cancelled_caught:
            record.result = self._conversation.last
        elif record.scope.cancel_called or (self._stepped and self._came_too_late(record)):
            record.interrupted, record.moment, record.ended = False, None, -1
        if record.ended < 0:
            record.ended, record.ended_at = self._ear.heard, trio.current_time()
        record.returned_at = trio.current_time()
        for _ in range(0 if record.result is None else record.result.hedged):
            self._ledger.did(Kind.HEDGED)
        self._ledger.note(f"turn {turn.number} is over: {record.failure!r} {record.result}")
        record.over.set()

    def _came_too_late(self, record: TurnRecord) -> bool:
        """Whether it was interrupted in the steps between its end and its return."""
        result = record.result
        return result is not None and not result.interrupted and record.ended_at == trio.current_time()

    def _living(self) -> list[TurnRecord]:
        return [record for record in self._record.turns if not record.over.is_set()]

    async def _disturb(self, turn: Turn, record: TurnRecord) -> bool:
        """Do what the listener does; True if the next turn is to replace this one."""
        for action in turn.actions:
            if action.since is Since.STEP or not await self._comes(turn, record, action):
                continue
            if action.kind is Kind.REPLACE:
                self._ledger.did(action.kind)
                return True
            await self._act(record, action)
        return False

    async def _comes(self, turn: Turn, record: TurnRecord, action: Action) -> bool:
        """Wait for the moment; False if the turn is over before."""
        async with trio.open_nursery() as nursery:

            async def until_over() -> None:
                await record.over.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(until_over)
            if action.since is not Since.ASKED:
                await self._ledger.first(action.since, turn.number).wait()
            await trio.sleep(action.after)
            nursery.cancel_scope.cancel()
        return not record.over.is_set()

    async def _act(self, record: TurnRecord, action: Action) -> None:
        self._ledger.did(action.kind)
        conversation = self._conversation
        match action.kind:
            case Kind.INTERRUPT | Kind.INTERRUPT_AGAIN:
                self._mark_interrupted()
                conversation.interrupt()
            case Kind.CANCEL:
                self._mark(record)
                record.scope.cancel()
            case Kind.PAUSE:
                conversation.pause()
                await trio.sleep(action.seconds)
                self._silenced(action.seconds)
                conversation.resume()
            case Kind.PAUSE_THEN_INTERRUPT:
                conversation.pause()
                await trio.sleep(min(1.0, action.seconds))
                self._silenced(action.seconds)
                self._mark_interrupted()
                conversation.interrupt()
            case Kind.DEVICE_STALL:
                self._ear.pause()
                await trio.sleep(action.seconds)
                self._silenced(action.seconds)
                self._ear.resume()
            case _:
                raise AssertionError(action)

    def _silenced(self, seconds: float) -> None:
        for record in self._record.turns:
            record.silenced += seconds

    def _mark_interrupted(self) -> None:
        for record in self._living():
            self._mark(record)

    def _mark(self, record: TurnRecord) -> None:
        record.interrupted = True
        record.moment = self._seen(record)
        record.ended, record.ended_at = self._ear.heard, trio.current_time()

    def _seen(self, record: TurnRecord) -> Moment:
        """What the turn is at."""
        number, last = record.plan.number, self._ear.last
        if self._living()[0] is not record:
            return Moment.WAITING
        if last is not None and last.turn == number:
            if last.filler:
                return Moment.FILLING
            return Moment.DRAINING if self._ear.draining else Moment.PLAYING
        if not record.source.given:
            return Moment.THINKING
        if self._ledger.first(Since.COMMIT, number).is_set():
            return Moment.COMMITTING
        return Moment.WRITING if any(vendor.live for vendor in self._vendors) else Moment.CONNECTING


@attrs.define(eq=False)
class _AtStep(trio.abc.Instrument):
    """Calls something when the tasks of a run have taken so many steps; counts them until the first turn is over."""

    step: int
    call: Callable[[], object]
    record: Record
    steps: int = 0

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self.steps += 1
        if self.steps == self.step:
            self.call()
        turns = self.record.turns
        if not (turns and turns[0].over.is_set()):
            self.record.steps = self.steps
