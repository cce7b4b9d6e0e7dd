"""What pools of sessions keep, give back and forget, when turns fail, services refuse and voices come and go."""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import AsyncGenerator, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio
from tests.unit.triolet.tts.test_sessions import PCM, Service, pooled, say
from trio.testing import MockClock, wait_all_tasks_blocked

from triolet import PoolOptions, RateLimits, TTSSession, open_session_pools
from triolet.errors import ConnectionFailed, ConnectionLost, TTSError
from triolet.tts._rate_limiter import RateLimiter
from triolet.tts._session_pool import LONGEST_QUIET, SessionPool

REFUSED = ConnectionFailed("refused", retryable=True)


class Account(Service):
    """A voice of an account."""

    def __init__(self, account: str, *, limits: RateLimits | None = None) -> None:
        super().__init__(connect=0.01, commit=0.01, limits=limits)
        self._account = account

    @property
    def account(self) -> Hashable:
        return self._account


class Asked(RateLimiter):
    """Notes how urgent each request is."""

    def __init__(self) -> None:
        super().__init__(RateLimits())
        self.urgencies: list[int] = []

    async def wait(self, urgency: int = 0) -> None:
        self.urgencies.append(urgency)
        await super().wait(urgency)


class SlowToLeave(Service):
    """Its sessions take a second to close."""

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._slowly()

    @asynccontextmanager
    async def _slowly(self) -> AsyncGenerator[TTSSession]:
        async with super()._connect() as session:
            try:
                yield session
            finally:
                with trio.CancelScope(shield=True):
                    await trio.sleep(1.0)


def test_the_defaults_are_those_that_are_documented() -> None:
    options = PoolOptions()
    assert (options.spares, options.maximum, options.voices, options.attempts) == (1, 4, 4, 3)
    assert (options.cool_down, options.renew_idle, options.renew_age) == (15.0, 20.0, 3300.0)
    assert (options.back_off, options.throttled_timeout, options.always_warm) == (0.25, 90.0, False)


@pytest.mark.parametrize(
    ("name", "least", "below"),
    [
        ("spares", 0, -1),
        ("cool_down", 0.0, -0.1),
        ("maximum", 1, 0),
        ("voices", 1, 0),
        ("renew_idle", 0.001, 0.0),
        ("renew_age", 0.001, 0.0),
        ("attempts", 1, 0),
        ("back_off", 0.001, 0.0),
        ("throttled_timeout", 0.0, -0.1),
    ],
)
def test_an_option_may_be_as_small_as_makes_sense(name: str, least: float, below: float) -> None:
    PoolOptions(**{name: least})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=name):
        PoolOptions(**{name: below})  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["error", "cancelled"])
async def test_a_turn_that_fails_leaves_nothing_open_for_it(autojump_clock: MockClock, how: str) -> None:
    service = Service(connect=0.01)
    async with pooled(service) as pool:
        with trio.move_on_after(1), pytest.raises(LookupError) if how == "error" else trio.CancelScope():
            async with pool.in_use():
                await say(pool)
                if how == "error":
                    raise LookupError
                await trio.sleep_forever()
        assert not pool.used
        await trio.sleep(16)
        assert not service.open


async def test_a_new_turn_opens_a_session_ahead_though_the_service_refused_in_the_last(
    autojump_clock: MockClock,
) -> None:
    service = Service(connect=0.01)
    async with pooled(service, spares=0, attempts=2) as pool:
        service.refusals = [REFUSED] * 2
        async with pool.in_use():
            with pytest.raises(ConnectionFailed):
                await say(pool)
        await trio.sleep(60)
        pool.warm_up()
        await trio.sleep(0.1)
        assert len(service.open) == 1


async def test_a_commit_that_will_not_be_made_again_keeps_no_session_back(autojump_clock: MockClock) -> None:
    service = Service(connect=0.01, commit=0.01)
    async with pooled(service, spares=0, maximum=1) as pool, pool.in_use():
        await say(pool)
        with pytest.raises(LookupError), pool.coming_back(0):
            raise LookupError
        with trio.move_on_after(1), pool.coming_back(0):
            await trio.sleep_forever()
        with trio.fail_after(1):
            await pool.commit("Later.", lambda pcm: None, order=5)


@pytest.mark.parametrize(("order", "waits"), [(2, False), (3, False), (4, True)])
async def test_only_less_urgent_commits_leave_a_session_for_one_that_comes_back(
    autojump_clock: MockClock, order: int, waits: bool
) -> None:
    service = Service(connect=0.01, commit=0.01)
    async with pooled(service, spares=0, maximum=1) as pool, pool.in_use():
        await say(pool)
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            with pool.coming_back(3):
                nursery.start_soon(functools.partial(pool.commit, "Text.", lambda pcm: None, order=order))
                await trio.sleep(1)
                assert pool.statistics().commits == (1 if waits else 2)
        assert trio.current_time() - began < 1.1


async def test_a_session_whose_time_is_over_is_not_used_by_a_turn_that_begins_at_that_moment(
    autojump_clock: MockClock,
) -> None:
    """Which task runs first is drawn by Trio: so it is tried twenty times."""
    services: list[Service] = []

    async def turn(pool: SessionPool, service: Service) -> None:
        await trio.sleep_until(10.0)
        async with pool.in_use():
            with trio.move_on_after(0.5):
                await say(pool)
            assert [text for session in service.open for text in session.texts] == ["Hello."]

    async with trio.open_nursery() as nursery, open_session_pools(PoolOptions(spares=0, cool_down=10.0)) as pools:
        for _ in range(20):
            service = Service(connect=0.01)
            services.append(service)
            pool = SessionPool(service, nursery, PoolOptions(spares=0, cool_down=10.0), RateLimiter(RateLimits()))
            pool.warm_up()
            nursery.start_soon(turn, pool, service)
        assert not pools.statistics()
        await trio.sleep(12)
        nursery.cancel_scope.cancel()


async def test_the_longer_of_two_waits_that_a_service_asks_for_is_kept(autojump_clock: MockClock) -> None:
    service = Service(connect=0.1, commit=5.0)
    service.refusals = [ConnectionFailed("busy", retryable=True, retry_after=wait) for wait in (30.0, 20.0)]
    async with pooled(service, spares=1) as pool, pool.in_use():
        await say(pool)
    assert service.connects[:2] == [0.0, 0.0]
    assert service.connects[2] >= 30.1


async def spent(voices: list[Account]) -> float:
    """Seconds that a commit of each takes, one after another."""
    async with open_session_pools(PoolOptions(spares=0)) as pools:
        began = trio.current_time()
        for voice in voices:
            async with pools.pool(voice).in_use():
                await pools.pool(voice).commit("Hello.", lambda pcm: None)
        return trio.current_time() - began


async def test_the_voices_of_an_account_share_its_limits_and_no_others_do(autojump_clock: MockClock) -> None:
    """Two requests a voice, its connect and its commit: four of one account take three seconds more than the first."""
    limits = RateLimits(per_second=1)
    assert await spent([Account("a", limits=limits), Account("b", limits=limits)]) == pytest.approx(2, abs=0.1)
    assert await spent([Account("a", limits=limits), Account("a", limits=limits)]) == pytest.approx(3, abs=0.1)


async def test_a_service_that_ends_every_idle_session_is_dialled_ever_more_seldom_up_to_once_a_minute(
    autojump_clock: MockClock,
) -> None:
    service = Service(connect=0.01)
    async with pooled(service, always_warm=True, spares=1, renew_idle=1000.0, back_off=1.0) as pool:
        pool.warm_up()
        waits: list[float] = []
        for _ in range(9):
            await trio.sleep(LONGEST_QUIET + 1)
            ended = trio.current_time()
            service.open[0].dead.set()
            await trio.sleep(LONGEST_QUIET + 1)
            waits.append(service.connects[-1] - ended)
    assert waits == pytest.approx([0, 1, 3, 7, 15, 31, 60, 60, 60])


async def test_a_session_that_still_works_after_a_while_shows_that_the_service_keeps_idle_ones(
    autojump_clock: MockClock,
) -> None:
    service = Service(connect=0.01, commit=0.01)
    async with pooled(service, always_warm=True, spares=0, renew_idle=1000.0) as pool:
        pool.warm_up()
        for _ in range(5):
            await trio.sleep(10)
            service.open[0].dead.set()
        await trio.sleep(10)
        async with pool.in_use():
            await say(pool)
        for wait in (0.0, 0.25):
            service.open[0].dead.set()
            await trio.sleep(wait + 0.1)
            assert service.open


async def test_of_too_many_voices_the_one_used_longest_ago_is_closed_and_none_that_speaks(
    autojump_clock: MockClock,
) -> None:
    first, second, third, fourth = services = [Service(connect=0.01, commit=0.01) for _ in range(4)]
    async with open_session_pools(PoolOptions(spares=1, voices=2, always_warm=True)) as pools:

        async def open_voices() -> list[bool]:
            await trio.sleep(0.1)
            return [bool(service.open) for service in services]

        for service in (first, second):
            pools.pool(service).warm_up()
        assert await open_voices() == [True, True, False, False]
        pools.pool(first)
        pools.pool(third).warm_up()
        assert await open_voices() == [True, False, True, False]
        async with pools.pool(first).in_use(), pools.pool(third).in_use():
            pools.pool(fourth).warm_up()
            assert await open_voices() == [True, False, True, True]
            assert await say(pools.pool(first)) == PCM
        pools.pool(second).warm_up()
        assert await open_voices() == [True, True, False, False], "the first has just been used again"
        assert set(pools.statistics()) == {first, second}


async def test_pools_are_warmed_up_together(autojump_clock: MockClock) -> None:
    services = [Service(connect=0.01) for _ in range(3)]
    async with open_session_pools(PoolOptions(cool_down=1.0)) as pools:
        for service in services:
            pools.pool(service)
        pools.warm_up()
        await trio.sleep(0.1)
        assert [len(service.open) for service in services] == [1, 1, 1]


async def test_a_session_that_is_closing_takes_no_place(autojump_clock: MockClock) -> None:
    service = SlowToLeave(connect=0.01, commit=0.1)
    async with pooled(service, spares=0, maximum=1) as pool, pool.in_use():
        with trio.move_on_after(0.05):
            await say(pool)
        began = trio.current_time()
        assert await say(pool) == PCM
        assert trio.current_time() - began < 0.2


async def test_a_session_that_the_service_ended_is_not_used_while_it_closes(autojump_clock: MockClock) -> None:
    service = SlowToLeave(connect=0.01, commit=0.1)
    async with pooled(service, spares=0, maximum=1) as pool, pool.in_use():
        await say(pool)
        service.open[0].dead.set()
        await trio.sleep(0.5)
        assert await say(pool) == PCM
        assert pool.statistics().broken == 1


async def test_commits_that_are_over_are_not_kept_in_mind(autojump_clock: MockClock) -> None:
    service = Service(connect=0.01, commit=0.01)
    async with pooled(service, spares=0) as pool, pool.in_use():
        for _ in range(3):
            await say(pool)
        with trio.move_on_after(0.001):
            await say(pool)
        service.refusals = [REFUSED] * 3
        with pytest.raises(ConnectionFailed):
            await say(pool)
        assert not pool._in_time
        assert not pool._waiting


async def test_a_connect_is_as_urgent_as_the_commit_that_waits_for_it(autojump_clock: MockClock) -> None:
    """Also one that was put off, since the service ends what is idle, when the commit comes."""
    service, asked = Service(connect=0.01, commit=0.01), Asked()
    async with trio.open_nursery() as nursery:
        pool = SessionPool(service, nursery, PoolOptions(spares=0, back_off=10.0), asked)
        async with pool.in_use():
            await trio.sleep(0.1)
            assert len(asked.urgencies) == 1
            assert asked.urgencies[0] > 1000, "nobody waits for it"
            for _ in range(2):
                service.open[0].dead.set()
                await trio.sleep(0.1)
            assert not service.open
            for order in (7, 3):
                asked.urgencies.clear()
                await pool.commit("Text.", lambda pcm: None, order=order)
                assert asked.urgencies == [order] * (2 if order == 7 else 1), "the connect and the commit"
            for session in tuple(service.open):
                session.dead.set()
            await trio.sleep(0.1)
            asked.urgencies.clear()
            async with trio.open_nursery() as commits:
                for order in (9, 5):
                    commits.start_soon(functools.partial(pool.commit, "Text.", lambda pcm: None, order=order))
                    await wait_all_tasks_blocked()
            assert set(asked.urgencies) == {5, 9}
        pool.close()


async def test_the_wait_before_a_connect_doubles_and_differs_from_pool_to_pool(autojump_clock: MockClock) -> None:
    waits: list[list[float]] = []

    async def refused(pools: int) -> None:
        service = Service(connect=0.0)
        service.refusals = [REFUSED] * 4
        async with pooled(service, spares=0, attempts=5, back_off=1.0) as pool, pool.in_use():
            await say(pool)
        waits.append([later - earlier for earlier, later in itertools.pairwise(service.connects)])

    async with trio.open_nursery() as nursery:
        for number in range(8):
            nursery.start_soon(refused, number)
    for number in range(4):
        longest = 2.0**number
        assert all(longest / 2 <= wait[number] <= longest for wait in waits)
        assert len({wait[number] for wait in waits}) == len(waits)


@pytest.mark.parametrize("where", ["connect", "commit"])
async def test_what_the_service_says_is_not_in_the_log(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    """It may quote the text."""
    caplog.set_level(logging.DEBUG)
    service = Service(connect=0.01, commit=0.01)
    error = ConnectionLost("cannot say 'my secret'", code="E42", message="my secret")
    (service.refusals if where == "connect" else service.failures).append(error)
    async with pooled(service, spares=0, attempts=1) as pool, pool.in_use():
        with pytest.raises(TTSError):
            await say(pool)
    assert "ConnectionLost E42" in caplog.text
    assert "secret" not in caplog.text


async def test_an_error_leaves_the_block_of_shared_sessions_alone(autojump_clock: MockClock) -> None:
    with pytest.raises(LookupError):
        async with open_session_pools() as pools:
            pools.pool(Service()).warm_up()
            await trio.sleep(1)
            raise LookupError
