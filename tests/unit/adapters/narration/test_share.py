"""The parts of an account's limits that processes have."""

from __future__ import annotations

import itertools

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from triolet import RateLimits
from triolet_adapters.narration._share import ShareQuota, most_processes, share

MOST = st.none() | st.integers(1, 40)


@settings(max_examples=50, deadline=None)
@given(st.builds(RateLimits, per_second=MOST, per_minute=MOST, sessions=MOST), st.integers(1, 64))
def test_the_parts_are_the_whole_and_none_is_nothing(limits: RateLimits, wanted: int) -> None:
    count = most_processes(limits, wanted)
    assert 1 <= count <= wanted
    parts = [share(limits, part, count) for part in range(count)]
    for name in ("per_second", "per_minute", "sessions"):
        whole, mine = getattr(limits, name), [getattr(part, name) for part in parts]
        assert mine == [None] * count if whole is None else (sum(mine) == whole and min(mine) >= 1)


async def test_no_minute_has_more_than_the_part(autojump_clock: MockClock) -> None:
    limits, quota, granted = RateLimits(per_second=4, per_minute=10), ShareQuota(1, 3), list[float]()
    while trio.current_time() < 300:
        wait = await quota.request("account", limits)
        if wait:
            await trio.sleep(wait)
        else:
            granted.append(trio.current_time())
    assert all(later - first > 60 for first, later in zip(granted, granted[3:], strict=False))
    assert len(granted) >= 3 * 4
    assert all(after > before for before, after in itertools.pairwise(granted))


async def test_after_another_died_nothing_is_granted_for_a_minute(autojump_clock: MockClock) -> None:
    quota = ShareQuota(0, 2, after=61.0)
    assert await quota.request("account", RateLimits(per_minute=10)) == pytest.approx(61.0)
    assert await quota.request("account", RateLimits()) == 0.0


async def test_sessions_are_held_one_by_one() -> None:
    quota, limits = ShareQuota(0, 2), RateLimits(sessions=3)
    async with quota.session("a", limits) as one, quota.session("a", limits) as two:
        assert (one, two) == (True, True)
        async with quota.session("a", limits) as three, quota.session("b", limits) as other:
            assert (three, other) == (False, True)
    async with quota.session("a", limits) as again:
        assert again
