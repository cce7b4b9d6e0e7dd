"""Sessions that are open before they are needed, and no more of them than are wanted.

Each session has a keeper: a task that enters and leaves its `connect()` block. A failure of a session at work reaches the
task that commits on it; one of an idle session only its keeper. Nothing polls: a keeper sleeps until its session ends, its
deadline comes, or the pool lets it go.
"""

from __future__ import annotations

import enum
import itertools
import logging
import math
import random
from collections import deque
from collections.abc import AsyncGenerator, Generator, Hashable
from contextlib import asynccontextmanager, contextmanager

import attrs
import trio

from triolet._tools._alone import Alone
from triolet._tools._signal import Signal
from triolet.errors import TTSError
from triolet.tts._contract import TTS, AudioCallback, TTSSession, Usage
from triolet.tts._rate_limiter import RateLimiter
from triolet.tts._service_pace import ServicePace


@attrs.frozen(kw_only=True)
class PoolOptions:
    """How many sessions to keep, and for how long (in seconds)."""

    spares: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    """Idle sessions beside the one at work while a turn runs: one, so that the turn after an interruption speaks at once
    though the session of the interrupted one is gone. While a turn is only expected, one session stands by."""
    cool_down: float = attrs.field(default=15.0, validator=attrs.validators.ge(0))
    """Idle sessions are closed so long after the last turn or `warm_up()`: whoever is silent for longer has hung up or left,
    and services close idle sessions themselves (after 23 s, a sibling of Qwen's documents)."""
    always_warm: bool = False
    """Keep the spares while nothing happens, too."""
    maximum: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """Sessions at the same time, opening and working ones included."""
    voices: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """Voices, each with its settings, whose sessions are kept; those of the one that was used longest ago are let go. So there
    are never more than `voices * maximum` sessions, however often the voice changes, but for those that say goodbye."""
    renew_idle: float = attrs.field(default=20.0, validator=attrs.validators.gt(0))
    """A session that has been idle for so long is replaced: below the shortest documented idle time-out, 23 s."""
    renew_age: float = attrs.field(default=3300.0, validator=attrs.validators.gt(0))
    """A session that is so old is replaced, never in the middle of a commit: below half of the shortest documented
    lifetime, 120 min."""
    attempts: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Connects in a row that may fail, where another try may help, before a waiting commit gets the error."""
    back_off: float = attrs.field(default=0.25, validator=attrs.validators.gt(0))
    """Before the second connect; doubled for each that follows, up to 8 s, and cut at random by up to a half so that many
    clients do not come back together."""
    throttled_timeout: float = attrs.field(default=90.0, validator=attrs.validators.ge(0))
    """Seconds for which a service may say in a turn that requests come too fast, before a waiting commit gets the error: until
    then it is asked again after each `back_off`, beyond all `attempts`. Quotas are a minute's."""


LONGEST_BACK_OFF = 8.0
"""Seconds between two connects of a service that fails, at most."""

LONGEST_QUIET = 60.0
"""Seconds for which no session is opened ahead, at most, where the service ends those that are idle."""

KEPT_IDLE = 2.0
"""Seconds for which a session has to be idle, and still be good, to show that the service keeps idle sessions."""

_SPARE = 1_000_000
"""How urgent a connect is that nobody waits for: less than the commit of any phrase."""

logger = logging.getLogger("triolet.sessions")


@attrs.frozen(kw_only=True)
class PoolStatistics:
    """What a pool has, and what it has done."""

    open: int
    idle: int
    opened: int
    """Sessions that became ready."""
    commits: int
    reused: int
    """Commits on a session that had served one before."""
    renewed: int
    """Sessions replaced for their age or idle time."""
    broken: int
    """Sessions that ended by themselves, or in a commit that failed."""
    refused: int
    """Connects that failed."""
    throttled: int
    """Connects and commits that came too fast for the service, by its own word."""
    waited: float
    """Seconds that connects and commits were held back to keep the service's limits."""
    connect_times: tuple[float, ...]
    """Of the last connects, 20 at most."""


class _State(enum.Enum):
    OPENING = enum.auto()
    IDLE = enum.auto()
    BUSY = enum.auto()
    LEAVING = enum.auto()


@attrs.define(eq=False)
class _Slot:
    """One session, and what its keeper has to know."""

    urgency: int
    """Of its connect; see `RateLimiter.wait`."""
    state: _State = _State.OPENING
    session: TTSSession | None = None
    opening: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Around all of the keeper's work: cancelled, it gives up a connect."""
    delay: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Around the time for which a connect that nobody waits for is put off."""
    stay: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Around the time in which the session is open: it ends at the deadline of an idle session, or when it is let go."""
    commits: int = 0
    ended: bool = False
    """Whether the service has closed it, or it broke."""
    born: float = math.inf
    idle_since: float = math.inf

    def leave(self) -> None:
        """Let the session go: it says goodbye. A connect under way is left to end."""
        self.state = _State.LEAVING
        self.stay.cancel()


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
        self._tts = tts
        self._nursery = nursery
        self._options = options
        self._limiter = limiter
        self._slots: list[_Slot] = []
        self._waiting: list[tuple[int, int]] = []
        """The tasks that wait for a session: how urgent (the smaller the more), and who came first."""
        self._arrivals = itertools.count()
        self._coming_back: list[int] = []
        """How urgent the commits are that failed and will be made again in a moment."""
        self._turns = 0
        self._warm_until = -math.inf
        self._failures = 0
        self._throttled_since = math.inf
        self._failure: TTSError | None = None
        self._lapses = 0
        """Sessions in a row that the service ended while they were idle."""
        self._quiet_until = -math.inf
        """No session is opened ahead before: the service ends those that are idle."""
        self._closed = False
        self._changed = Signal()
        self._counts = _Counts()
        self._connect_times: deque[float] = deque(maxlen=20)

    def statistics(self) -> PoolStatistics:
        """A snapshot."""
        return PoolStatistics(
            open=sum(slot.session is not None for slot in self._slots),
            idle=self._number(_State.IDLE),
            waited=self._limiter.waited,
            connect_times=tuple(self._connect_times),
            **attrs.asdict(self._counts),
        )

    @property
    def used(self) -> bool:
        """Whether a turn runs with it."""
        return self._turns > 0

    def warm_up(self) -> None:
        """A turn is likely to begin within `cool_down` seconds: have a session open by then. A plain call."""
        self._warm_until = max(self._warm_until, trio.current_time() + self._options.cool_down)
        self._failures = 0  # whoever expects a turn expects that it is tried
        self._change()

    @asynccontextmanager
    async def in_use(self) -> AsyncGenerator[None]:
        """While a turn runs."""
        if not self._turns:
            self._throttled_since = math.inf
        self._turns += 1
        self.warm_up()
        try:
            yield
        finally:
            self._turns -= 1
            self.warm_up()

    def close(self) -> None:
        """Let all sessions go: those that are open say goodbye, within their own deadlines. A plain call."""
        self._closed = True
        for slot in self._slots:
            if slot.state is _State.OPENING:
                slot.opening.cancel()
            slot.leave()
        self._change()

    async def commit(self, text: str, accept: AudioCallback, *, order: int = 0) -> Usage:
        """Commit on a session that is free, or on a new one; see `TTSSession.commit`.

        Of those that wait for a session, the one with the smallest `order` gets it: the phrase that is due.

        Cancellation, and any error, spends the session: its keeper leaves it at once, so the service hears of it, and this
        call does not wait for that.

        Raises:
            TTSError: the commit failed, or no session could be opened (in `attempts`, where another try could help; within
                `throttled_timeout`, where requests came too fast).
        """
        slot, session = await self._take_admitted(order)
        try:
            self._counts.commits += 1
            self._counts.reused += slot.commits > 0
            slot.commits += 1
            usage = await session.commit(text, accept)
        except BaseException as error:  # raised again; whatever it was, the session is spent
            if isinstance(error, TTSError):
                self._counts.broken += 1
                self._note(error)
                logger.info("a commit was lost: %s", _named(error))
            slot.leave()
            self._change()
            raise
        self._throttled_since = math.inf
        if slot.ended:  # right behind its response: nothing more can be said on it
            self._counts.broken += 1
            slot.leave()
        else:
            slot.state = _State.IDLE
        slot.idle_since = trio.current_time()
        self._change()
        return usage

    def patient(self, error: TTSError) -> bool:
        """Whether what failed is to be tried again, however often it has been: the service only says that requests come too
        fast, and not yet for `throttled_timeout`.
        """
        return error.throttled and self.patience > 0

    @property
    def patience(self) -> float:
        """Seconds for which a service may go on to say that requests come too fast."""
        return self._throttled_since + self._options.throttled_timeout - trio.current_time()

    def _note(self, error: TTSError) -> None:
        if error.throttled:
            self._counts.throttled += 1
            self._throttled_since = min(self._throttled_since, trio.current_time())

    @contextmanager
    def coming_back(self, order: int) -> Generator[None]:
        """While a commit that failed waits to be made again: what is less urgent leaves it a session."""
        self._coming_back.append(order)
        try:
            yield
        finally:
            self._coming_back.remove(order)
            self._change()

    async def _take_admitted(self, order: int) -> tuple[_Slot, TTSSession]:
        """A session that is ours when the service's limits allow a request; one that ends meanwhile is replaced."""
        slot, session = await self._take(order)
        try:
            await self._limiter.wait(order)
        except BaseException:  # raised again: nobody else has it
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
                first = sum(other < order for other in self._coming_back)
                for slot in self._free()[first:] if place == min(self._waiting) else ():
                    if slot.session is not None:
                        if trio.current_time() - slot.idle_since >= KEPT_IDLE:
                            self._lapses = 0
                        slot.state = _State.BUSY
                        return slot, slot.session
                if self._failure is not None:
                    failure, self._failure = self._failure, None
                    raise failure
                await self._changed.wait()
        finally:
            self._waiting.remove(place)
            if not self._waiting:
                self._failure = None  # whom it was for has gone; who comes later finds out anew
            self._change()

    def _free(self) -> list[_Slot]:
        return [slot for slot in self._slots if slot.state is _State.IDLE and not self._expired(slot)]

    def _number(self, state: _State) -> int:
        return sum(slot.state is state for slot in self._slots)

    def _warm(self) -> bool:
        return bool(self._turns) or self._options.always_warm or trio.current_time() < self._warm_until

    def _wanted_ahead(self) -> int:
        """How many idle sessions should stand by."""
        if not self._warm() or self._failures >= self._options.attempts:
            return 0  # nobody is helped by asking a service that refuses again and again
        spares = self._options.spares if self._limiter.left_over(self._turns) else 0
        if self._turns:
            return spares + (not self._number(_State.BUSY))
        return max(1, spares)

    def _expired(self, slot: _Slot) -> bool:
        return slot.stay.cancel_called or trio.current_time() >= self._deadline(slot)

    def _deadline(self, slot: _Slot) -> float:
        """When an idle session should be left, if nothing changes."""
        deadline = min(slot.born + self._options.renew_age, slot.idle_since + self._options.renew_idle)
        if not (self._turns or self._options.always_warm):
            deadline = min(deadline, self._warm_until)
        return deadline

    def _change(self) -> None:
        """Something is other than before: open what is missing, move deadlines, and let those who wait look."""
        coming = self._number(_State.IDLE) + self._number(_State.OPENING)
        wanted = max(len(self._waiting), self._wanted_ahead())
        room = self._options.maximum - len(self._slots) + self._number(_State.LEAVING)
        if self._failure is None and not self._closed:
            for number in range(coming, coming + min(wanted - coming, room)):
                needed = number < len(self._waiting)
                slot = _Slot(min(self._waiting)[0] if needed else _SPARE)
                self._slots.append(slot)
                self._nursery.start_soon(self._keep, slot)
        short = max(0, len(self._waiting) - self._number(_State.IDLE))
        for slot in [slot for slot in self._slots if slot.state is _State.OPENING][:short]:
            slot.urgency = min(slot.urgency, min(self._waiting)[0])
            slot.delay.cancel()  # somebody waits for it now
        for slot in self._slots:
            if slot.state in (_State.IDLE, _State.BUSY):
                deadline = self._deadline(slot) if slot.state is _State.IDLE else math.inf
                if deadline != slot.stay.deadline:  # Trio keeps deadlines in a heap: moving one costs
                    slot.stay.deadline = deadline
        self._changed.give()

    async def _keep(self, slot: _Slot) -> None:
        """Hold one session open until it is spent, ends by itself, or is not wanted any more."""
        try:
            with slot.opening:
                with slot.delay:
                    await trio.sleep_until(self._quiet_until)
                await self._back_off()
                await self._limiter.wait(slot.urgency)
                began = trio.current_time()
                async with self._tts.connect() as session:
                    self._opened(slot, session, trio.current_time() - began)
                    await self._stay(slot, session)
        except* TTSError as group:
            self._failed(slot, group)
        finally:
            self._slots.remove(slot)
        self._change()  # not when cancelled: the pool is being closed

    def _opened(self, slot: _Slot, session: TTSSession, took: float) -> None:
        slot.born = slot.idle_since = trio.current_time()
        slot.session, slot.state = session, _State.IDLE
        self._connect_times.append(took)
        self._counts.opened += 1
        self._failures = 0
        self._change()

    async def _stay(self, slot: _Slot, session: TTSSession) -> None:
        with slot.stay:
            await session.ended()
            slot.ended = True
            if slot.state is _State.BUSY:  # the commit that runs on it finds out by itself, and lets it go
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
        """The service has ended a session that was idle."""
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
            await trio.sleep(min(longest * random.uniform(0.5, 1.0), max(0.0, self.patience)))

    def _failed(self, slot: _Slot, group: BaseExceptionGroup[TTSError]) -> None:
        """Connecting failed, or leaving did; the latter harms nobody."""
        if slot.session is not None:
            return
        self._counts.refused += 1
        self._failures += 1
        error = next(iter(_leaves(group)))
        logger.info("no session could be opened: %s", _named(error))
        self._note(error)
        if self.patient(error):
            return
        if error.throttled or not error.retryable:
            self._failures = max(self._failures, self._options.attempts)
        if self._failures >= self._options.attempts and self._waiting:
            self._failure = error


def _named(error: TTSError) -> str:
    """An error without a service's own words, which may quote the text that it was given."""
    return f"{type(error).__name__} {error.code or ''}".rstrip()


def _leaves(group: BaseExceptionGroup[TTSError]) -> list[TTSError]:
    found: list[TTSError] = []
    for error in group.exceptions:
        found.extend(_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    return found


class SessionPools:
    """The sessions of a conversation, or of all that share them: a pool for each voice and its settings, made when first asked
    for. Made by `open_session_pools`.
    """

    def __init__(self, nursery: trio.Nursery, options: PoolOptions) -> None:
        self._nursery = nursery
        self._options = options
        self._pools: dict[TTS, SessionPool] = {}
        self._limiters: dict[Hashable, RateLimiter] = {}

    def pool(self, tts: TTS) -> SessionPool:
        """The pool of this voice; equal voices share one."""
        pool = self._pools.pop(tts, None)
        if pool is None:
            # One account serves all settings of a voice: what limits it is shared.
            limiter = self._limiters.setdefault((tts.account, tts.limits), RateLimiter(tts.limits))
            pool = SessionPool(tts, self._nursery, self._options, limiter)
        self._pools[tts] = pool  # the last is the one that was asked for last
        self._let_go()
        return pool

    def _let_go(self) -> None:
        """Of the pools that nobody uses, close those that were asked for longest ago."""
        asked_for_last = next(reversed(self._pools))
        unused = [tts for tts, pool in self._pools.items() if not pool.used and tts != asked_for_last]
        for tts in unused[: max(0, len(self._pools) - self._options.voices)]:
            self._pools.pop(tts).close()

    def close(self) -> None:
        """Let all sessions go. A plain call; the nursery then waits for their goodbyes."""
        for pool in self._pools.values():
            pool.close()

    def warm_up(self) -> None:
        """A turn is likely to begin soon: warm the pools that there are. A plain call."""
        for pool in self._pools.values():
            pool.warm_up()

    def statistics(self) -> dict[TTS, PoolStatistics]:
        """A snapshot of each pool."""
        return {tts: pool.statistics() for tts, pool in self._pools.items()}


@asynccontextmanager
async def open_session_pools(options: PoolOptions | None = None) -> AsyncGenerator[SessionPools]:
    """Sessions that several conversations share, as long as the block lasts.

        async with open_session_pools(PoolOptions(spares=2, maximum=100)) as sessions:
            async with Conversation(speech(tts), output, sessions=sessions) as conversation: ...

    The options are those of each voice, all conversations together: `spares` idle sessions stand by for all of them, and at
    most `maximum` are open. Voices are the same if they are equal; the limits of an account are kept for all.
    Leaving the block closes all sessions, each within its own deadlines; if it is left by an error or a cancellation, without
    their goodbyes.
    """
    with Alone():
        async with trio.open_nursery() as nursery:
            pools = SessionPools(nursery, options or PoolOptions())
            yield pools
            pools.close()
