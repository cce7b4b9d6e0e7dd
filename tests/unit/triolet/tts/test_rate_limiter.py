"""No second and no minute has more requests than are allowed, and none waits for longer than that needs."""

from __future__ import annotations

import functools

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from triolet import RateLimits
from triolet.tts._rate_limiter import BUSY_MINUTE, RateLimiter


@given(
    st.none() | st.integers(1, 4), st.none() | st.integers(1, 20), st.lists(st.floats(0, 5), min_size=1, max_size=40)
)
def test_each_request_goes_as_soon_as_the_limits_allow(
    per_second: int | None, per_minute: int | None, pauses: list[float]
) -> None:
    went: list[float] = []
    held_back = 0.0

    async def main() -> None:
        with trio.fail_after(1e5):
            await wait_for_each()

    async def wait_for_each() -> None:
        nonlocal held_back
        limiter = RateLimiter(RateLimits(per_second=per_second, per_minute=per_minute))
        for pause in pauses:
            await trio.sleep(pause)
            asked = trio.current_time()
            await limiter.wait()
            held_back += trio.current_time() - asked
            went.append(trio.current_time())
            assert limiter.waited == pytest.approx(held_back)

    trio.run(main, clock=MockClock(autojump_threshold=0))
    asked = 0.0
    for number, (pause, at) in enumerate(zip(pauses, went, strict=True)):
        asked = (went[number - 1] if number else at - pause) + pause
        free = [
            went[number - most] + window
            for window, most in ((1.0, per_second), (60.0, per_minute))
            if most and number >= most
        ]
        assert at == pytest.approx(max([asked, *free]), abs=1e-6)


@given(st.lists(st.tuples(st.none() | st.integers(-2, 2), st.booleans()), min_size=1, max_size=12))
def test_the_most_urgent_goes_first_then_who_came_first(requests: list[tuple[int | None, bool]]) -> None:
    """Whoever gives up holds up nobody. Without a word about it, the urgency is 0."""
    went: list[int] = []

    async def ask(limiter: RateLimiter, number: int, urgency: int | None, *, gives_up: bool) -> None:
        with trio.move_on_after(0.5) if gives_up else trio.CancelScope():
            await (limiter.wait() if urgency is None else limiter.wait(urgency))
            went.append(number)

    async def main() -> None:
        limiter = RateLimiter(RateLimits(per_second=1))
        await limiter.wait()
        with trio.fail_after(100):
            async with trio.open_nursery() as nursery:
                for number, (urgency, gives_up) in enumerate(requests):
                    nursery.start_soon(functools.partial(ask, limiter, number, urgency, gives_up=gives_up))
                    await wait_all_tasks_blocked()
        assert trio.current_time() == pytest.approx(max(0.5 * any(up for _, up in requests), len(went)))

    trio.run(main, clock=MockClock(autojump_threshold=0))
    left = [(urgency or 0, number) for number, (urgency, gives_up) in enumerate(requests) if not gives_up]
    assert went == [number for _, number in sorted(left)]


async def test_a_request_that_is_free_waits_for_nothing(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits(per_second=1, per_minute=3))
    gone: list[float] = []

    async def ask() -> None:
        await limiter.wait()
        gone.append(trio.current_time())

    async with trio.open_nursery() as nursery:
        for second in range(3):
            nursery.start_soon(ask)
            for _ in range(20):
                await trio.lowlevel.checkpoint()
            assert len(gone) == second + 1
            await trio.sleep(1.0)


async def test_a_request_that_is_free_goes_before_any_other_task_runs(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits(per_second=1))
    others: list[str] = []

    async def other() -> None:
        others.append("ran")

    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(other)
            await limiter.wait()
            assert not others
            await trio.sleep(1.0)
            others.clear()


async def test_who_is_cancelled_asks_for_nothing_though_it_would_be_free(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits(per_second=1))
    with trio.CancelScope() as scope:
        scope.cancel()
        await limiter.wait()
        raise AssertionError("it went on")
    await limiter.wait()
    assert trio.current_time() == 0
    assert limiter.waited == 0


async def test_without_limits_no_request_is_kept_in_mind(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits())
    for _ in range(1000):
        await limiter.wait()
    assert limiter.waited == 0
    assert not [times for _, times in limiter._windows if times]


async def test_a_request_that_was_given_up_is_not_counted(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits(per_second=1))
    await limiter.wait()
    for _ in range(3):
        with trio.move_on_after(0.2):
            await limiter.wait()
    began = trio.current_time()
    await limiter.wait()
    assert trio.current_time() - began == pytest.approx(0.4)


@pytest.mark.parametrize("per_second", [None, 5])
@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_what_is_left_over_is_beside_what_the_turns_need(
    autojump_clock: MockClock, turns: int, per_second: int | None
) -> None:
    """Twenty requests a minute are one turn's; without a turn, those of the next one are kept."""
    assert RateLimiter(RateLimits(per_second=1)).left_over(turns)
    needed = 20 * max(1, turns)
    limiter = RateLimiter(RateLimits(per_second=per_second, per_minute=needed + 2))
    assert limiter.left_over(turns)
    await limiter.wait()
    assert limiter.left_over(turns)
    await trio.sleep(10)
    await limiter.wait()
    assert not limiter.left_over(turns)
    await trio.sleep(49.9)
    assert not limiter.left_over(turns)
    await trio.sleep(0.1)
    assert limiter.left_over(turns)
    assert BUSY_MINUTE == 20
