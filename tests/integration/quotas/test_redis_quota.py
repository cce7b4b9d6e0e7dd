"""Limits that several processes share, with a real Redis: judged by when requests were let through."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import trio
from tests.integration.quotas.redis import Redis, needs_redis, running_redis

from triolet import RateLimits
from triolet.errors import ConnectionFailed
from triolet_adapters.quotas import RedisQuota, open_shared_store

# coredis leaves the streams of a connection that could not be made unclosed, and Python says so when it forgets them.
pytestmark = [
    needs_redis,
    pytest.mark.timeout(60),
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _nothing_is_left_to_others() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """What Python forgets later would be reported in a test that has nothing to do with it."""
    yield
    gc.collect()


LIMITS = RateLimits(per_minute=20)
MINUTE = 0.6
"""Seconds that a minute lasts here."""


Between = tuple[float, float]
"""When a request was asked for and when it was let through; the store has counted it between the two."""


async def take_all(redis: Redis, times: list[Between], until: float, account: str = "one", least: int = 0) -> None:
    """Make requests as fast as they are let through, until then and until so many were: a busy machine takes longer."""
    async with open_shared_store(redis.url, beat=0.1, grace=0.4) as store:
        quota = RedisQuota(store, minute=MINUTE)
        while (asked := trio.current_time()) < until or len(times) < least:
            try:
                wait = await quota.request(account, LIMITS)
            except ConnectionFailed:
                wait = 0.05
            else:
                if wait == 0:
                    times.append((asked, trio.current_time()))
            await trio.sleep(min(wait, 0.1))


def most_in_any_window(times: list[Between], seconds: float) -> int:
    """Of those that were counted within it for certain, however late a busy machine tells of it."""
    return max(sum(first <= asked and told < first + seconds for asked, told in times) for first, _ in times)


async def test_two_processes_never_use_more_than_the_account_has() -> None:
    times = list[Between]()
    async with running_redis() as redis, trio.open_nursery() as nursery:
        began = trio.current_time()
        for _ in range(2):
            nursery.start_soon(take_all, redis, times, began + 4.0, "one", 90)
        nursery.start_soon(take_all, redis, list[Between](), began + 4.0, "another account")
    assert most_in_any_window(times, MINUTE) <= 20
    assert len(times) >= 90  # in four seconds, where nothing else is at work


async def test_a_store_that_lost_its_data_grants_nothing_twice() -> None:
    times = list[Between]()
    async with running_redis() as redis, trio.open_nursery() as nursery:
        began = trio.current_time()
        for _ in range(2):
            nursery.start_soon(take_all, redis, times, began + 5.0, "one", 61)
        for _ in range(3):
            await trio.sleep(1.0)
            await redis.kill()
            await redis.start()
    assert most_in_any_window([(told, told) for _, told in times], MINUTE) <= 20
    assert len(times) > 60


async def test_a_store_that_lost_its_data_waits_until_all_can_have_told() -> None:
    async with (
        running_redis() as redis,
        open_shared_store(redis.url, beat=1000, grace=0.5) as first,
        open_shared_store(redis.url, beat=1000, grace=0.5) as second,
    ):
        quota, other = RedisQuota(first), RedisQuota(second)
        with trio.fail_after(10):
            while await quota.request("one", LIMITS) > 0:  # an empty store waits as well
                await trio.sleep(0.05)
        assert await other.request("one", LIMITS) == 0
        await redis.kill()
        await redis.start()
        with trio.fail_after(10):
            while True:
                try:
                    wait = await other.request("one", LIMITS)
                except ConnectionFailed:
                    await trio.sleep(0.02)
                else:
                    break
        assert 0 < wait <= 0.5


async def test_places_are_held_given_back_and_lapse_with_their_holder() -> None:
    limits = RateLimits(sessions=2)
    async with running_redis() as redis, open_shared_store(redis.url, beat=0.1, grace=0.2) as store:
        quota = RedisQuota(store)
        while True:
            async with quota.session("one", limits) as held:
                if held:
                    break
            await trio.sleep(0.05)
        async with quota.session("one", limits) as first, quota.session("one", limits) as second:
            async with quota.session("one", limits) as third, quota.session("two", limits) as other:
                assert (first, second, third, other) == (True, True, False, True)
            await redis.kill()  # it forgets
            await redis.start()
            with trio.fail_after(10):
                while True:
                    await trio.sleep(0.3)
                    try:
                        async with quota.session("one", limits) as third:
                            assert not third
                            break
                    except ConnectionFailed:
                        pass
        async with quota.session("one", limits) as first, quota.session("one", limits) as second:
            assert (first, second) == (True, True)


async def test_where_no_redis_is_the_address_is_named_without_its_password() -> None:
    with pytest.raises(ConnectionFailed, match=r"there is no Redis at redis://127\.0\.0\.1:9/") as raised:
        async with open_shared_store("redis://:secret@127.0.0.1:9/0"):
            pass
    assert "secret" not in str(raised.value)
