"""A pool of sessions: it opens them before they are needed, and keeps no more than are wanted.

Each session has a keeper: a task that enters and leaves its `connect()` block. When a session fails during a commit, the task
that commits gets the error; when it fails while idle, only its keeper does. Nothing polls: a keeper sleeps until its session
ends, its deadline comes, or the pool lets it go.
"""

from __future__ import annotations

import enum
import itertools
import logging
import math
import random
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager

import attrs
import trio

from triolet._tools._signal import Flag, Signal
from triolet.errors import DeadlineExpired, TooMuchAudio, TTSError, Unspeakable
from triolet.tts._contract import TTS, AudioCallback, Connect, TTSSession, Usage
from triolet.tts._hedging import Hedging
from triolet.tts._not_begun import NotBegun
from triolet.tts._rate_limiter import RateLimiter
from triolet.tts._service_pace import ServicePace
from triolet.turn._number import named_turn


@attrs.frozen(kw_only=True)
class PoolOptions:
    """How many sessions to keep open, and for how long. All times are in seconds."""

    spares: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    """Idle sessions to keep beside the one that speaks, while a turn runs. With 1, the turn after an interruption speaks at once,
    though the session of the interrupted turn is gone. The next phrase begins on it where two phrases overlap; it is then not
    replaced, since one of the two is soon idle. While a turn is only expected, one session is kept."""
    cool_down: float = attrs.field(default=15.0, validator=attrs.validators.ge(0))
    """Seconds after the last turn or `warm_up()` until idle sessions are closed. A user who is silent for longer than 15 s has
    probably left, and services close idle sessions themselves (a sibling of Qwen documents 23 s)."""
    always_warm: bool = False
    """Keep the spares also while no turn runs and none is expected. False by default."""
    maximum: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """The most sessions of one voice at the same time: those that open, speak or are idle. Those that are closing are not counted."""
    voices: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """The most voices, each with its settings, whose sessions are kept. Beyond that, the sessions of the voice used longest ago
    are closed. So there are at most `voices * maximum` sessions, not counting those that are closing."""
    renew_idle: float = attrs.field(default=20.0, validator=attrs.validators.gt(0))
    """Seconds after which an idle session is replaced. 20 s are below the shortest idle time-out that is documented, 23 s. The
    time is shortened at random by up to a tenth, so that the sessions of many conversations are not replaced together."""
    renew_age: float = attrs.field(default=3300.0, validator=attrs.validators.gt(0))
    """Seconds after which an old session is replaced, though never during a commit. 55 minutes are below half of the shortest
    lifetime that is documented, 120 minutes. Shortened at random like `renew_idle`."""
    attempts: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Connects in a row that may fail before a waiting commit gets the error. An error that another try cannot help is not tried
    again."""
    back_off: float = attrs.field(default=0.25, validator=attrs.validators.gt(0))
    """Seconds before the second connect. The wait doubles with each further one, up to 8 s, and is shortened at random by up to a
    half, so that many clients do not come back together."""
    throttled_timeout: float = attrs.field(default=90.0, validator=attrs.validators.ge(0))
    """Seconds for which a service may go on to say, in a turn, that requests come too fast, before a waiting commit gets the
    error. Until then it is asked again after each `back_off`, or after the longer wait that it asks for, however many `attempts`
    that takes. If it asks for a wait that does not end before, the commit gets the error at once. Quotas are counted by the minute,
    so 90 s reach into the next."""


LONGEST_BACK_OFF = 8.0
"""The most seconds between two connects to a service that fails."""

LONGEST_QUIET = 60.0
"""The most seconds for which no session is opened ahead of need, because the service ends idle ones."""

EARLIER = 0.1
"""The share of its time by which a session may be replaced earlier: at 20 s, the connects of many are spread over 2 s."""

KEPT_IDLE = 2.0
"""Seconds. If a session still works after being idle for so long, the service counts as one that keeps idle sessions."""

_SPARE = 1_000_000
"""The urgency of a connect that no commit waits for: less urgent than the commit of any phrase."""

_LAST_CONNECTS = 20
"""How many of the last connects `PoolStatistics.connect_times` tells of."""

logger = logging.getLogger("triolet.sessions")


@attrs.frozen(kw_only=True)
class PoolStatistics:
    """A snapshot of the sessions of one voice. Counts are since the pool was made."""

    open: int
    """Sessions that are open now."""
    idle: int
    """Sessions that are open now and do not speak."""
    opened: int
    """Sessions that became ready to commit."""
    commits: int
    """Commits made."""
    reused: int
    """Commits on a session that had spoken before."""
    renewed: int
    """Sessions replaced because they were old, had been idle for long, or were idle while another was silent to its deadline."""
    broken: int
    """Sessions that the service ended, or that a failed commit spent."""
    refused: int
    """Connects that failed."""
    throttled: int
    """Connects and commits of which the service said that they came too fast, or that it is busy."""
    waited: float
    """Seconds for which connects and commits were held back to keep the rate limits."""
    connect_times: tuple[float, ...]
    """Seconds that each of the last connects took, 20 at most."""
    failing: TTSError | None
    """Why the last connect or commit failed. None: it did not, or there was none. A text that cannot be spoken is no failure."""
    failing_since: float
    """When the first failed of those that failed in a row, on Trio's clock; inf: none has."""


class _State(enum.Enum):
    OPENING = enum.auto()
    IDLE = enum.auto()
    BUSY = enum.auto()
    LEAVING = enum.auto()


@attrs.define(eq=False)
class _Slot:
    """One session, and what its keeper needs to know."""

    urgency: int
    """The urgency of its connect; see `RateLimiter.wait`."""
    state: _State = _State.OPENING
    session: TTSSession | None = None
    opening: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Around all of the keeper's work. Cancel it to give up a connect."""
    delay: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Around the time for which a connect that no commit waits for is put off. Cancel it to connect now."""
    stay: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Around the time for which the session is open. Its deadline is that of an idle session. Cancel it to close the session."""
    commits: int = 0
    turn: object = None
    """The turn whose commit runs on the session."""
    ended: bool = False
    """Whether the service has closed the session, or the connection broke."""
    born: float = math.inf
    """When the session became ready, on Trio's clock."""
    idle_since: float = math.inf
    """When the session was last used, on Trio's clock."""
    haste: float = attrs.Factory(lambda: random.uniform(1.0 - EARLIER, 1.0))
    """The share of `renew_idle` and `renew_age` after which it is replaced."""

    def leave(self) -> None:
        """Close the session as its protocol asks. A connect under way is first completed."""
        self.state = _State.LEAVING
        self.stay.cancel()


@attrs.frozen
class _InUse(AbstractAsyncContextManager[None]):
    """A turn in which a pool is used. (A generator would take six times the memory as long as the turn runs.)"""

    pool: SessionPool

    async def __aenter__(self) -> None:
        self.pool.turn_begins()

    async def __aexit__(self, *_: object) -> None:
        self.pool.turn_ends()


@attrs.define
class _Counts:
    opened: int = 0
    commits: int = 0
    reused: int = 0
    renewed: int = 0
    broken: int = 0
    refused: int = 0
    throttled: int = 0


class SessionPool:
    """The sessions of one voice with one set of settings. Made by `SessionPools.pool`.

    `nursery` owns the keepers: when it is cancelled, all sessions are closed.
    """

    def __init__(self, tts: TTS, nursery: trio.Nursery, options: PoolOptions, limiter: RateLimiter) -> None:
        self.pace = ServicePace()
        """How fast the service has been, in all turns so far."""
        self.bills = tts.bills
        self.hedges = tts.hedges
        """Whether a second session may be asked for the same words."""
        self.hedging = Hedging()
        """The second sessions of all turns so far."""
        self._sharing = tts.sharing()
        """The block in which its sessions share connections; None if they do not, or it is open."""
        self._connect: Connect | None = tts.connect if self._sharing is None else None
        self._unused = Flag()
        """Given when the pool is closed and its last session with it."""
        self._nursery = nursery
        self._options = options
        self._limiter = limiter
        limiter.make_room.append(self._make_room)
        self._slots: list[_Slot] = []
        self._waiting: list[tuple[int, int]] = []
        """The commits that wait for a session: their order (the smallest goes first), and their order of arrival."""
        self._arrivals = itertools.count()
        self._coming_back: list[int] = []
        """The order of the commits that have failed and will be made again in a moment. Each gets a session before less urgent
        ones."""
        self._turns = 0
        self._warm_until = -math.inf
        self._failures = 0
        self._throttled_since = math.inf
        self._throttled = TTSError("requests came too fast")
        """The last error that said so."""
        self._asked_until = -math.inf
        """Until this time, on Trio's clock, the service has asked not to be connected to."""
        self._in_time: dict[trio.CancelScope, float] = {}
        """Around each commit that waits for a session or for the rate limits: when it began to wait."""
        self._failure: TTSError | None = None
        """What the commits that wait for a session are told."""
        self._failing: TTSError | None = None
        self._failing_since = math.inf
        self._failing_to_connect = False
        self._lapses = 0
        """How many sessions in a row the service has ended while they were idle."""
        self._quiet_until = -math.inf
        """Until this time, on Trio's clock, no session is opened ahead of need, because the service ends idle ones."""
        self._closed = False
        self._changed = Signal()
        self._counts = _Counts()
        self._connect_times: list[float] = []

    def statistics(self) -> PoolStatistics:
        """A snapshot."""
        return PoolStatistics(
            open=sum(slot.session is not None for slot in self._slots),
            idle=self._number(_State.IDLE),
            waited=self._limiter.waited,
            connect_times=tuple(self._connect_times),
            failing=self._failing,
            failing_since=self._failing_since,
            **attrs.asdict(self._counts),
        )

    @property
    def used(self) -> bool:
        """Whether a turn uses this pool."""
        return self._turns > 0

    def warm_up(self) -> None:
        """Open a session now, because a turn is likely to begin within `cool_down` seconds. A plain call."""
        self._warm_until = max(self._warm_until, trio.current_time() + self._options.cool_down)
        self._failures = 0  # a new turn may try a service that failed in the last one
        self._change()

    def in_use(self) -> AbstractAsyncContextManager[None]:
        """Use the pool in this block, for one turn: sessions are kept open, and `spares` beside them."""
        return _InUse(self)

    def turn_begins(self) -> None:
        """Keep sessions open, and `spares` beside them, until `turn_ends`. A plain call."""
        if not self._turns:
            self._throttled_since = math.inf
        self._turns += 1
        self.warm_up()

    def turn_ends(self) -> None:
        """A turn needs them no longer. A plain call."""
        self._turns -= 1
        self.warm_up()

    def close(self) -> None:
        """Close all sessions, each within its own deadline. A plain call; the nursery waits until they are closed."""
        self._closed = True
        self._limiter.make_room.remove(self._make_room)
        if not self._slots:
            self._unused.give()
        for slot in self._slots:
            if slot.state is _State.OPENING:
                slot.opening.cancel()
            slot.leave()
        self._change()

    async def commit(
        self,
        text: str,
        accept: AudioCallback,
        *,
        order: int = 0,
        turn: object = None,
        made: Callable[[TTSSession], None] | None = None,
    ) -> Usage:
        """Commit on an idle session, or on a new one; see `TTSSession.commit`.

        Of the commits that wait for a session, the one with the smallest `order` gets it first: the phrase that is due. `turn` says
        to which turn the commit belongs, for `abandon`. `made` is called with the session that is about to speak.

        Cancellation and any error spend the session, unless it is `reusable`. Its keeper then closes it at once, so that the service
        stops; this call does not wait for that.

        Raises:
            TTSError: the commit failed; or no session could be opened, in `attempts` tries, or in `throttled_timeout` seconds
                where the service said that requests come too fast.
        """
        while True:
            slot, session = await self._take_in_time(order)
            slot.turn = turn
            if made is not None:
                made(session)
            try:
                return await self._commit_on(slot, session, text, accept)
            except NotBegun:  # this task was quicker than the keeper, whose session has just made room
                logger.debug("%sa session takes no more commits, and another is used", named_turn())
            finally:
                slot.turn = None  # an idle session keeps nothing of the turn that used it last

    def abandon(self, turn: object) -> None:
        """Close the sessions on which commits of this turn run, although they have not ended. A plain call."""
        for slot in self._slots:
            if slot.state is _State.BUSY and slot.turn is turn:
                slot.leave()

    async def _commit_on(self, slot: _Slot, session: TTSSession, text: str, accept: AudioCallback) -> Usage:
        reused = slot.commits > 0
        slot.commits += 1
        self._counts.commits += 1
        self._counts.reused += reused
        began = trio.current_time()
        try:
            usage = await session.commit(text, accept)
        except BaseException as error:  # raised again: after any error, most sessions are spent
            if isinstance(error, NotBegun):
                self._counts.commits -= 1
                self._counts.reused -= reused
            elif isinstance(error, TTSError):
                self._counts.broken += 1
                self._note(error, connecting=False)
                logger.info("%sa commit was lost: %s", named_turn(), error.kind)
                if isinstance(error, DeadlineExpired):
                    self.doubt(began)
            if session.reusable and not slot.ended and not isinstance(error, NotBegun):
                slot.state = _State.IDLE
                slot.idle_since = trio.current_time()
            else:
                slot.leave()
            self._change()
            raise
        self._throttled_since = math.inf
        self._move_deadlines()
        if slot.ended:  # the service closed the session right after its response
            self._counts.broken += 1
            slot.leave()
        else:
            slot.state = _State.IDLE
        slot.idle_since = trio.current_time()
        self._well()
        self._change()
        return usage

    def may_hedge(self) -> bool:
        """Whether a second session may be asked now for words that another speaks: no limit is near, no connect has failed, and no commit
        waits for a session.
        """
        now = trio.current_time()
        at_work = self._number(_State.BUSY) + self._number(_State.OPENING)
        return (
            self.hedging.has_room(self._turns)
            and not (self._waiting or self._failures)
            and at_work < self._options.maximum
            and self._throttled_since == math.inf
            and self._asked_until < now
            and self._limiter.free_at() <= now
            and self._limiter.left_over(self._turns)
        )

    def doubt(self, began: float) -> None:
        """A commit has had no answer since `began`. Connections on one way to a service die together, and hear nothing of it: those that
        were idle at that time are replaced, or the next try would wait as long for one of them.
        """
        for slot in self._slots:
            if slot.state is _State.IDLE and slot.idle_since <= began:
                self._counts.renewed += 1
                slot.leave()

    def patient(self, error: TTSError) -> bool:
        """Whether to try again however often it has failed: the service says that requests come too fast, has said so for less
        than `throttled_timeout`, and asks for a wait that ends before.
        """
        return error.throttled and self.patience > (error.retry_after or 0.0)

    @property
    def patience(self) -> float:
        """Seconds for which the service may still go on to say that requests come too fast; infinite if it has not begun to."""
        return self._throttled_since + self._options.throttled_timeout - trio.current_time()

    def _note(self, error: TTSError, *, connecting: bool) -> None:
        if not isinstance(error, (Unspeakable, TooMuchAudio)):
            self._failing, self._failing_to_connect = error, connecting
            self._failing_since = min(self._failing_since, trio.current_time())
        if error.throttled:
            self._counts.throttled += 1
            self._throttled_since = min(self._throttled_since, trio.current_time())
            self._throttled = error
            self._move_deadlines()

    def _well(self) -> None:
        self._failing, self._failing_since = None, math.inf

    def _move_deadlines(self) -> None:
        for scope, began in self._in_time.items():
            scope.deadline = self._give_up_at(began)

    def _give_up_at(self, began: float) -> float:
        """When a commit that has waited since `began` gets the error. If `throttled_timeout` was over before, it has one try."""
        due = self._throttled_since + self._options.throttled_timeout
        return due if due > began else math.inf

    @contextmanager
    def coming_back(self, order: int) -> Generator[None]:
        """In this block, a commit that failed waits to be made again. Less urgent commits leave an idle session for it."""
        self._coming_back.append(order)
        try:
            yield
        finally:
            self._coming_back.remove(order)
            self._change()

    async def _take_in_time(self, order: int) -> tuple[_Slot, TTSSession]:
        """Take a session that may be used now, before `throttled_timeout` is over.

        Raises:
            TTSError: there is none, or not in time.
        """
        if not self._waiting and (free := self._free_for(order)) and self._limiter.is_free:
            # Nearly always. Nothing waits here, so no deadline is needed, which costs as much as all the rest.
            await self._limiter.wait(order)
            taken = self._taken(free[0])
            self._change()
            return taken
        began = trio.current_time()
        with trio.CancelScope(deadline=self._give_up_at(began)) as scope:
            self._in_time[scope] = began
            try:
                return await self._take_admitted(order)
            finally:
                del self._in_time[scope]
        self._failures = max(self._failures, self._options.attempts)
        self._change()
        raise self._throttled

    async def _take_admitted(self, order: int) -> tuple[_Slot, TTSSession]:
        """Take a session, then wait until the rate limits allow a request. A session that ends meanwhile is replaced."""
        slot, session = await self._take(order)
        try:
            await self._limiter.wait(order)
        except BaseException:  # raised again: this commit has taken the session, so it must let it go
            slot.leave()
            self._change()
            raise
        while slot.ended:
            self._counts.broken += 1
            slot.leave()
            slot, session = await self._take(order)
        return slot, session

    async def _take(self, order: int) -> tuple[_Slot, TTSSession]:
        place = (order, next(self._arrivals))
        self._waiting.append(place)
        self._change()
        try:
            while True:
                if place == min(self._waiting) and (free := self._free_for(order)):
                    return self._taken(free[0])
                if self._failure is not None:
                    failure, self._failure = self._failure, None
                    raise failure
                bound = self.patience if 0 < self.patience < math.inf else self._options.throttled_timeout
                if self._asked_until >= trio.current_time() + bound:
                    raise self._throttled
                await self._changed.wait()
        finally:
            self._waiting.remove(place)
            if not self._waiting:
                self._failure = None  # no commit waits for this error any more; a later commit tries to connect anew
            self._change()

    def _free_for(self, order: int) -> list[_Slot]:
        """The idle sessions that this commit may have: not those that more urgent ones come back to."""
        free = [slot for slot in self._slots if slot.state is _State.IDLE and not self._expired(slot)]
        return free[sum(other < order for other in self._coming_back) :]

    def _taken(self, slot: _Slot) -> tuple[_Slot, TTSSession]:
        """Take an idle session."""
        assert slot.session is not None
        if trio.current_time() - slot.idle_since >= KEPT_IDLE:
            self._lapses = 0
        slot.state = _State.BUSY
        slot.stay.deadline = math.inf
        return slot, slot.session

    def _number(self, state: _State) -> int:
        return [slot.state for slot in self._slots].count(state)

    def _warm(self) -> bool:
        return bool(self._turns) or self._options.always_warm or trio.current_time() < self._warm_until

    def _wanted_ahead(self) -> int:
        """How many idle sessions should stand by."""
        if not self._warm() or self._failures >= self._options.attempts:
            return 0  # the service refuses again and again: do not open sessions ahead of need
        if self._limiter.crowded:
            return 0  # they are for the commits that wait
        spares = self._options.spares if self._limiter.left_over(self._turns) else 0
        if self._turns:
            # A turn that speaks on two sessions, where its phrases overlap, has its spare at work: it comes back in a moment.
            busy = self._number(_State.BUSY)
            return max(0, spares + (not busy) - max(0, busy - self._turns))
        return max(1, spares)

    def _expired(self, slot: _Slot) -> bool:
        return slot.stay.cancel_called or trio.current_time() >= self._deadline(slot)

    def _deadline(self, slot: _Slot) -> float:
        """When to close or replace an idle session, on Trio's clock, unless something changes before."""
        age, idle = slot.haste * self._options.renew_age, slot.haste * self._options.renew_idle
        deadline = min(slot.born + age, slot.idle_since + idle)
        if not (self._turns or self._options.always_warm):
            deadline = min(deadline, self._warm_until)
        return deadline

    def _change(self) -> None:
        """Something has changed: open the sessions that are missing, move deadlines, and wake the commits that wait."""
        # Of many sessions nearly all speak, and nothing changes for them: only the others are looked at one by one.
        at_rest = [slot for slot in self._slots if slot.state is not _State.BUSY]
        states = [slot.state for slot in at_rest]
        coming = states.count(_State.IDLE) + states.count(_State.OPENING)
        wanted = max(len(self._waiting), self._wanted_ahead())
        room = self._options.maximum - len(self._slots) + states.count(_State.LEAVING)
        if self._failure is None and not self._closed:
            for number in range(coming, coming + min(wanted - coming, room)):
                needed = number < len(self._waiting)
                slot = _Slot(min(self._waiting)[0] if needed else _SPARE)
                self._slots.append(slot)
                at_rest.append(slot)
                self._nursery.start_soon(self._keep, slot)
        short = len(self._waiting) - states.count(_State.IDLE)
        if short > 0:
            for slot in [slot for slot in at_rest if slot.state is _State.OPENING][:short]:
                slot.urgency = min(slot.urgency, min(self._waiting)[0])
                slot.delay.cancel()  # a commit waits for it now
        for slot in at_rest:
            if slot.state is _State.OPENING and slot.urgency == _SPARE:
                slot.delay.deadline = math.inf if self._turns or self._options.always_warm else self._warm_until
            if slot.state is _State.IDLE:
                deadline = self._deadline(slot)
                if deadline != slot.stay.deadline:  # Trio keeps deadlines in a heap: moving one costs
                    slot.stay.deadline = deadline
        self._changed.give()

    async def _keep(self, slot: _Slot) -> None:
        """Open one session, and keep it open until it is spent, is ended by the service, or is no longer wanted."""
        try:
            with slot.opening:
                with slot.delay:
                    await trio.sleep_until(self._quiet_until)
                if slot.urgency == _SPARE and not self._warm():
                    return  # nobody expects a turn any more
                await self._back_off()
                if not self._waiting and (self._failures >= self._options.attempts or not self._warm()):
                    return  # the commit that needed it has been given up
                await self._limiter.wait(slot.urgency)
                connect = self._connect or await self._shared()
                async with self._limiter.session():
                    began = trio.current_time()
                    async with connect() as session:
                        self._opened(slot, session, trio.current_time() - began)
                        await self._stay(slot, session)
        except* TTSError as group:
            self._failed(slot, group)
        finally:
            self._slots.remove(slot)
            if self._closed and not self._slots:
                self._unused.give()
        self._change()  # not after a cancellation: then the pool is being closed

    def _make_room(self) -> bool:
        """Close an idle session, for another voice of the account that needs one more than this."""
        for slot in self._slots if not self._waiting else ():
            if slot.state is _State.IDLE:
                slot.leave()
                return True
        return False

    async def _shared(self) -> Connect:
        """How to open a session that shares its connection. The first time, the block is opened in which they do."""
        if self._sharing is not None:
            sharing, self._sharing = self._sharing, None
            self._nursery.start_soon(self._share, sharing)
        while self._connect is None:
            await self._changed.wait()
        return self._connect

    async def _share(self, sharing: AbstractAsyncContextManager[Connect]) -> None:
        async with sharing as self._connect:
            self._changed.give()
            await self._unused.wait()

    def _opened(self, slot: _Slot, session: TTSSession, took: float) -> None:
        slot.born = slot.idle_since = trio.current_time()
        slot.session, slot.state = session, _State.IDLE
        self._connect_times.append(took)
        del self._connect_times[:-_LAST_CONNECTS]
        self._counts.opened += 1
        self._failures = 0
        if self._failing_to_connect:  # a service may connect, and fail at every commit
            self._well()
        self._change()

    async def _stay(self, slot: _Slot, session: TTSSession) -> None:
        with slot.stay:
            await session.ended()
            slot.ended = True
            if slot.state is _State.BUSY:  # the commit that runs on it gets the error, and calls `leave`
                await trio.sleep_forever()
        if slot.state is not _State.IDLE:
            return
        slot.leave()
        if slot.ended:
            self._lapsed()
        else:
            self._counts.renewed += self._warm()
            self._lapses = 0
            logger.debug("a session was idle or old, and is left")

    def _lapsed(self) -> None:
        """The service has ended an idle session: count it, and wait longer before another is opened ahead of need."""
        self._counts.broken += 1
        self._lapses += 1
        quiet = min(LONGEST_QUIET, self._options.back_off * (2.0 ** min(self._lapses - 1, 20) - 1))
        self._quiet_until = trio.current_time() + quiet
        logger.info(
            "the service ended an idle session, number %d in a row; the next is opened ahead in %.1f s",
            self._lapses,
            quiet,
        )

    async def _back_off(self) -> None:
        if self._failures:
            longest = min(LONGEST_BACK_OFF, self._options.back_off * 2 ** (self._failures - 1))
            if self.patience > 0:
                await trio.sleep(longest * random.uniform(0.5, 1.0))
        while trio.current_time() < self._asked_until:  # noqa: ASYNC110 -- another connect may move the time
            await trio.sleep_until(self._asked_until)

    def _failed(self, slot: _Slot, group: BaseExceptionGroup[TTSError]) -> None:
        """Connecting failed, and is counted; or closing a session did, which has no consequence."""
        if slot.session is not None:
            return
        self._counts.refused += 1
        self._failures += 1
        error = next(iter(_leaves(group)))
        asks = "" if error.retry_after is None else f"; it asks for a wait of {error.retry_after:g} s"
        logger.info("no session could be opened: %s%s", error.kind, asks)
        if error.retry_after is not None:
            self._asked_until = max(self._asked_until, trio.current_time() + error.retry_after)
        self._note(error, connecting=True)
        if self.patient(error):
            return
        if error.throttled or not error.retryable:
            self._failures = max(self._failures, self._options.attempts)
        if self._failures >= self._options.attempts and self._waiting:
            self._failure = error


def _leaves(group: BaseExceptionGroup[TTSError]) -> list[TTSError]:
    found: list[TTSError] = []
    for error in group.exceptions:
        found.extend(_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    return found
