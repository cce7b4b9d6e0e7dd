"""No second and no minute has more requests than are allowed, and none waits for longer than that needs."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from triolet import RateLimits
from triolet.tts._rate_limiter import BUSY_MINUTE, RateLimiter


@settings(max_examples=50)
@given(
    st.none() | st.integers(1, 4), st.none() | st.integers(1, 20), st.lists(st.floats(0, 5), min_size=1, max_size=40)
)
def test_each_request_goes_as_soon_as_the_limits_allow(
    per_second: int | None, per_minute: int | None, pauses: list[float]
) -> None:
    went: list[float] = []
    held_back = 0.0

    async def main() -> None:
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


async def test_a_request_that_was_given_up_is_not_counted(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits(per_second=1))
    await limiter.wait()
    for _ in range(3):
        with trio.move_on_after(0.2):
            await limiter.wait()
    began = trio.current_time()
    await limiter.wait()
    assert trio.current_time() - began == pytest.approx(0.4)


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_what_is_left_over_is_beside_what_the_turns_need(autojump_clock: MockClock, turns: int) -> None:
    """Twenty requests a minute are one turn's; without a turn, those of the next one are kept."""
    assert RateLimiter(RateLimits(per_second=1)).left_over(turns)
    needed = 20 * max(1, turns)
    limiter = RateLimiter(RateLimits(per_minute=needed + 2))
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
