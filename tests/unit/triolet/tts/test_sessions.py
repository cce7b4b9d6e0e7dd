"""Sessions that are open before they are needed, and no more of them than are wanted."""

from __future__ import annotations

import weakref
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio

from triolet import TTS, AudioCallback, AudioFormat, TTSSession, Usage
from triolet.errors import AuthenticationFailed, ConnectionFailed, ConnectionLost, TTSError
from triolet.tts._contract import RateLimits
from triolet.tts._not_begun import NotBegun
from triolet.tts._session_pool import PoolOptions, SessionPool
from triolet.tts._session_pools import open_session_pools

PCM = b"\1\1" * 240


class Service(TTS):
    """Counts its sessions; connects, commits and ends as it is told."""

    def __init__(self, *, connect: float = 0.1, commit: float = 1.0, limits: RateLimits | None = None) -> None:
        self.connect_time = connect
        self.commit_time = commit
        self._limits = limits or RateLimits()
        self.refusals: list[TTSError] = []
        self.failures: list[TTSError] = []
        self.open: list[_Session] = []
        self.connects: list[float] = []
        self.left: list[float] = []
        self.most = 0

    @property
    def format(self) -> AudioFormat:
        return AudioFormat()

    @property
    def limits(self) -> RateLimits:
        return self._limits

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        self.connects.append(trio.current_time())
        await trio.sleep(self.connect_time)
        if self.refusals:
            raise self.refusals.pop(0)
        session = _Session(self)
        self.open.append(session)
        self.most = max(self.most, len(self.open))
        try:
            yield session
        finally:
            self.open.remove(session)
            self.left.append(trio.current_time())


class _Session(TTSSession):
    def __init__(self, service: Service) -> None:
        self.service = service
        self.dead = trio.Event()
        self.texts: list[str] = []

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        if self.dead.is_set():
            raise ConnectionLost("it has gone")
        self.texts.append(text)
        await trio.sleep(self.service.commit_time)
        if self.service.failures:
            raise self.service.failures.pop(0)
        accept(PCM)
        return Usage(len(text))

    async def ended(self) -> None:
        await self.dead.wait()


@asynccontextmanager
async def pooled(service: Service, **options: object) -> AsyncGenerator[SessionPool]:
    async with open_session_pools(PoolOptions(**options)) as pools:  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        yield pools.pool(service)
    assert service.open == []


async def say(pool: SessionPool, text: str = "Hello.") -> bytes:
    pcm = bytearray()
    await pool.commit(text, pcm.extend)
    return bytes(pcm)


async def test_a_session_is_open_before_the_first_commit(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service) as pool, pool.in_use():
        await trio.sleep(0.2)
        began = trio.current_time()
        assert await say(pool) == PCM
        assert trio.current_time() - began == pytest.approx(service.commit_time)


async def test_a_commit_that_was_not_begun_is_made_on_another_session(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, spares=0, attempts=1) as pool, pool.in_use():
        await say(pool)
        service.failures.append(NotBegun("it has made room"))
        assert await say(pool) == PCM
        counts = pool.statistics()
        assert (counts.opened, counts.commits, counts.reused, counts.broken) == (2, 2, 0, 0)


async def test_one_session_serves_many_commits_one_after_another(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, spares=0) as pool, pool.in_use():
        for _ in range(5):
            await say(pool)
        assert len(service.connects) == 1
        assert (pool.statistics().commits, pool.statistics().reused, pool.statistics().opened) == (5, 4, 1)


async def test_a_spare_stands_by_while_a_turn_runs_and_goes_when_nothing_follows(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service()
    async with pooled(service, cool_down=15.0) as pool:
        async with pool.in_use(), trio.open_nursery() as nursery:
            nursery.start_soon(say, pool)
            await trio.sleep(0.5)
            assert len(service.open) == 2
        await trio.sleep(14.5)
        assert len(service.open) >= 1
        await trio.sleep(1)
        assert service.open == []
        opened = len(service.connects)
        await trio.sleep(600)
        assert len(service.connects) == opened


async def test_without_spares_one_session_is_open_in_a_turn(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, spares=0) as pool, pool.in_use():
        await trio.sleep(1)
        assert len(service.open) == 1
        await say(pool)
        assert len(service.connects) == 1


async def test_where_two_phrases_overlap_the_spare_is_at_work_and_no_third_session_is_opened(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service()
    async with pooled(service) as pool, pool.in_use(), trio.open_nursery() as nursery:
        await trio.sleep(1)
        nursery.start_soon(say, pool)
        nursery.start_soon(say, pool)
        await trio.sleep(5)
        assert len(service.connects) == 2


async def test_what_is_expected_is_warm_for_a_while(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, cool_down=15.0) as pool:
        pool.warm_up()
        await trio.sleep(10)
        assert len(service.open) == 1
        await trio.sleep(6)
        assert service.open == []


async def test_many_sessions_are_not_renewed_together(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, always_warm=True, spares=20, maximum=40, renew_idle=20.0) as pool:
        pool.warm_up()
        await trio.sleep(17.9)
        renewed = [pool.statistics().renewed]
        for _ in range(4):
            await trio.sleep(0.6)
            renewed.append(pool.statistics().renewed)
    assert renewed[0] == 0
    assert renewed[-1] >= 20
    assert 0 < renewed[2] < 20


async def test_always_warm_is_always_warm_and_renewed(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, always_warm=True, renew_idle=20.0) as pool:
        pool.warm_up()
        for _ in range(30):
            await trio.sleep(10.0)
            assert len(service.open) >= 1 or trio.current_time() - service.connects[-1] < 0.2
        assert pool.statistics().renewed >= 10


async def test_two_at_once_take_two_sessions_and_never_more_than_the_maximum(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service()
    async with pooled(service, spares=0, maximum=2) as pool, pool.in_use():
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            for _ in range(6):
                nursery.start_soon(say, pool)
        assert service.most == 2
        assert trio.current_time() - began == pytest.approx(3.1)


async def test_the_most_urgent_of_those_that_wait_is_served_first(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, spares=0, maximum=1) as pool, pool.in_use(), trio.open_nursery() as nursery:

        async def commit(order: int) -> None:
            await pool.commit(f"{order}", lambda _: None, order=order)

        for order in (3, 1, 2, 0):
            nursery.start_soon(commit, order)
        await trio.sleep(5)
        assert service.open[0].texts == ["0", "1", "2", "3"]


async def test_a_failed_commit_spends_its_session_only(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service) as pool, pool.in_use():
        await trio.sleep(1)
        service.failures.append(ConnectionLost("gone"))
        with pytest.raises(ConnectionLost, match="gone"):
            await say(pool)
        assert await say(pool) == PCM
        assert pool.statistics().broken == 1


async def test_after_a_cancelled_commit_the_next_leaves_at_once_on_a_session_that_is_open(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service(connect=2.0)
    async with pooled(service) as pool, pool.in_use():
        await trio.sleep(5)
        with trio.move_on_after(0.5):
            await say(pool)
        left = list(service.left)
        began = trio.current_time()
        await say(pool)
        assert trio.current_time() - began == pytest.approx(service.commit_time)
        assert left == []  # the call returned before the session was left ...
        assert service.left[0] == pytest.approx(began, abs=0.005)  # ... and is at it at once


async def test_a_session_that_ends_while_idle_is_replaced_unseen(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    async with pooled(service, spares=0) as pool, pool.in_use():
        await trio.sleep(1)
        service.open[0].dead.set()
        await trio.sleep(0.5)
        assert len(service.open) == 1
        assert await say(pool) == PCM
        assert pool.statistics().broken == 1


async def test_a_session_that_ends_right_behind_its_response_is_replaced_unseen(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The end of the session and the end of the response arrive together: it looks idle and is of no use."""

    class Parting(_Session):
        async def commit(self, text: str, accept: AudioCallback) -> Usage:
            usage = await super().commit(text, accept)
            if self.texts == ["First."]:
                self.dead.set()
                await trio.testing.wait_all_tasks_blocked()
            return usage

    class Partings(Service):
        @asynccontextmanager
        async def _connect(self) -> AsyncGenerator[TTSSession]:
            async with super()._connect():
                yield Parting(self)

    service = Partings(connect=0.5)
    async with pooled(service, spares=0) as pool:
        pool.warm_up()
        await say(pool, "First.")
        await trio.sleep(1)
        assert (pool.statistics().broken, pool.statistics().idle, pool.statistics().opened) == (1, 1, 2)
        began = trio.current_time()
        await say(pool, "Second.")
        assert trio.current_time() - began == pytest.approx(service.commit_time)


async def test_an_error_whose_commit_was_cancelled_is_not_given_to_the_next(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The connect fails at the very moment of an interruption, whichever comes first."""
    for _ in range(20):
        service = Service()
        service.refusals = [AuthenticationFailed("no")]
        async with pooled(service, spares=0) as pool, pool.in_use():
            try:
                with trio.move_on_after(service.connect_time):
                    await say(pool, "First.")
            except AuthenticationFailed:
                continue
            await trio.sleep(60)
            await say(pool, "Second.")


async def test_an_old_session_is_not_used_and_one_at_work_is_not_interrupted(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service(commit=30.0)
    async with pooled(service, spares=0, renew_age=10.0) as pool, pool.in_use():
        assert await say(pool) == PCM
        first = service.connects[0]
        assert await say(pool) == PCM
        assert len(service.connects) == 2
        assert service.connects[1] == pytest.approx(first + 30.1, abs=0.01)


async def test_connecting_is_tried_again_and_in_the_end_the_error_is_given(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service()
    service.refusals = [ConnectionFailed("no route"), ConnectionFailed("no route")]
    async with pooled(service, spares=0, attempts=3) as pool, pool.in_use():
        assert await say(pool) == PCM
        assert pool.statistics().refused == 2
        assert len(service.connects) == 3
    service.refusals = [ConnectionFailed(f"no route {number}") for number in range(3)]
    async with pooled(service, spares=0, attempts=3) as pool, pool.in_use():
        with pytest.raises(ConnectionFailed, match="no route 2"):
            await say(pool)
        assert await say(pool) == PCM  # and the next is given a chance of its own


async def test_a_service_that_is_asked_too_fast_is_asked_again_until_it_answers(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service()
    service.refusals = [ConnectionFailed("429", throttled=True)] * 12
    async with pooled(service, attempts=2) as pool, pool.in_use():
        assert await say(pool) == PCM
        assert 20 < trio.current_time() < 90
        assert pool.statistics().throttled == 12


async def test_a_service_that_is_asked_too_fast_for_ever_is_an_error_at_the_deadline(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service()
    service.refusals = [ConnectionFailed("429", throttled=True)] * 100
    async with pooled(service, throttled_timeout=30.0) as pool:
        for turn in range(2):  # the second has its own time
            async with pool.in_use():
                began = trio.current_time()
                with pytest.raises(ConnectionFailed, match="429"):
                    await say(pool)
                assert 30 <= trio.current_time() - began <= 40, turn


async def test_what_another_try_cannot_help_is_given_at_once(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    service.refusals = [AuthenticationFailed("bad key")] * 9
    async with pooled(service) as pool, pool.in_use():
        with pytest.raises(AuthenticationFailed, match="bad key"):
            await say(pool)
        assert len(service.connects) <= 2
        await trio.sleep(600)
        assert len(service.connects) <= 3


async def test_a_service_that_refuses_for_ever_is_not_asked_for_ever(autojump_clock: trio.testing.MockClock) -> None:
    service = Service()
    service.refusals = [ConnectionFailed("closed")] * 1000
    async with pooled(service, always_warm=True) as pool:
        pool.warm_up()
        await trio.sleep(3600)
        assert len(service.connects) <= 8


@pytest.mark.parametrize(
    ("limits", "window", "most"), [(RateLimits(per_second=3), 1.0, 3), (RateLimits(per_minute=10), 60.0, 10)]
)
async def test_the_limits_of_a_service_are_kept_by_waiting(
    autojump_clock: trio.testing.MockClock, limits: RateLimits, window: float, most: int
) -> None:
    service = Service(commit=0.0, limits=limits)
    times: list[float] = []
    async with pooled(service, spares=0) as pool, pool.in_use():
        for _ in range(25):
            await say(pool)
            times.append(trio.current_time())
        assert pool.statistics().waited > 0
    requests = sorted(times + service.connects)
    for first, last in zip(requests, requests[most:], strict=False):
        assert last - first >= window - 0.11


async def test_a_session_that_ends_while_a_limit_is_waited_for_is_replaced(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service(commit=0.0, limits=RateLimits(per_minute=2))
    async with pooled(service, spares=0) as pool, pool.in_use(), trio.open_nursery() as nursery:
        assert await say(pool) == PCM  # a connect and a commit: the minute is full
        nursery.start_soon(say, pool)
        await trio.sleep(30)
        service.open[0].dead.set()
        await trio.sleep(100)
        assert pool.statistics().commits == 2
        assert pool.statistics().broken == 1


async def test_equal_voices_share_a_pool() -> None:
    service = Service()
    async with open_session_pools(PoolOptions()) as pools:
        assert pools.pool(service) is pools.pool(service)
        assert pools.pool(Service()) is not pools.pool(service)


async def test_troubles_that_are_over_count_no_more(autojump_clock: trio.testing.MockClock) -> None:
    """Two connects fail, then one is refused for ever: each time there are as many tries as at first."""
    service = Service(connect=0.01, commit=0.01)
    async with open_session_pools(PoolOptions(spares=0, attempts=3, renew_idle=1.0)) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            for _ in range(3):
                service.refusals = [ConnectionFailed("no", retryable=True) for _ in range(2)]
                await pool.commit("Hello.", lambda pcm: None)
                for session in service.open:
                    session.dead.set()
                await trio.sleep(5)
    assert pool.statistics().refused == 6


async def test_a_quota_that_was_used_up_once_is_forgotten_by_the_next_commit(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = Service(connect=0.01, commit=0.01)
    throttled = ConnectionFailed("too fast", code="429", retryable=True, throttled=True)
    async with open_session_pools(PoolOptions(spares=0, throttled_timeout=5.0)) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            service.refusals = [throttled] * 3
            await pool.commit("Hello.", lambda pcm: None)
            assert pool.patience == float("inf")
    assert pool.statistics().throttled == 3


async def test_a_service_that_keeps_idle_sessions_again_is_dialled_ahead_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """It has ended five in a row; then two are kept, and replaced for their age; the next lapse counts as the first."""
    service = Service(connect=0.01)
    async with open_session_pools(PoolOptions(spares=1, always_warm=True, renew_idle=3.0)) as pools:
        pools.pool(service).warm_up()
        for _ in range(5):
            while not service.open:
                await trio.sleep(0.1)
            service.open[0].dead.set()
            await trio.sleep(0.1)
        await trio.sleep(20)
        assert service.open
        service.open[0].dead.set()
        await trio.sleep(0.1)
        assert service.open


async def test_a_connect_under_way_holds_up_nobody_who_leaves(autojump_clock: trio.testing.MockClock) -> None:
    service = Service(connect=100.0)
    async with open_session_pools(PoolOptions(spares=1)) as pools:
        pools.pool(service).warm_up()
        await trio.sleep(1)
    assert len(service.connects) == 1
    assert trio.current_time() < 2


async def test_an_idle_session_keeps_nothing_of_the_turn_that_used_it(autojump_clock: trio.testing.MockClock) -> None:
    class Turn:
        pass

    turn = Turn()
    kept = weakref.ref(turn)
    async with open_session_pools() as pools:
        pool = pools.pool(Service())
        async with pool.in_use():
            await pool.commit("words", lambda pcm: None, turn=turn)
        del turn
        assert pool.statistics().idle
        assert kept() is None
