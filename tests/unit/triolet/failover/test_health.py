"""Whether a provider is worth asking: when it is looked after, and how far it is behind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.triolet.failover._talking_providers import OPTIONS

from triolet.errors import (
    ConnectionLost,
)
from triolet.failover._health import FailoverOptions, Health, Progress


@given(st.lists(st.tuples(st.sampled_from(["failed", "probe_failed", "taken_back"]), st.floats(0.01, 300.0))))
def test_pauses_grow_up_to_their_bound_and_begin_anew(events: list[tuple[str, float]]) -> None:
    health, now = Health(OPTIONS), 0.0
    for event, later in events:
        now += later
        if event == "failed":
            was_down, pause, up_for = health.down, health.wait, now - health.since
            health.failed(ConnectionLost("gone"), now)
            if was_down:
                assert health.wait == pause
            else:
                anew = up_for > pause
                assert health.wait == (OPTIONS.probe_after if anew else min(2 * pause, OPTIONS.longest_wait))
        elif event == "probe_failed" and health.down:
            health.probe_failed(ConnectionLost("gone"), now)
        elif event == "taken_back":
            health.taken_back(now)
        if health.down:
            assert health.next_probe <= now + OPTIONS.longest_wait
            assert health.askable(now + OPTIONS.forget_after + 1)
        else:
            assert health.askable(now)


@given(st.lists(st.tuples(st.floats(0.01, 1.0), st.floats(0.0, 1.0)), min_size=1))
def test_behind_is_what_a_listener_waits(chunks: list[tuple[float, float]]) -> None:
    progress, now = Progress(), 5.0
    total = 0.0
    for later, seconds in chunks:
        now += later
        waited = progress.received(seconds, now)
        assert waited == pytest.approx(now - 5.0 - chunks[0][0] - total, abs=1e-6)
        total += seconds
    assert progress.behind == pytest.approx(now - 5.0 - chunks[0][0] - total, abs=1e-6)


def test_a_provider_that_stays_down_is_probed_less_and_less_often() -> None:
    """Each wait is twice the one before it, less a half at most by chance; one that is back is no longer behind."""
    options = FailoverOptions(probe_after=5.0, longest_wait=60.0)
    health = Health(options)
    health.failed(ConnectionLost("gone"), 100.0)
    assert health.down
    assert not health.askable(100.0)
    waits = [health.wait]
    for _ in range(5):
        health.probe_failed(ConnectionLost("still gone"), 200.0)
        waits.append(health.wait)
        assert 200.0 + health.wait / 2 <= health.next_probe <= 200.0 + health.wait
    assert waits == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    assert (health.news, str(health.failure)) == (200.0, "still gone")
    assert not health.askable(200.0 + options.forget_after - 0.1)
    assert health.askable(200.0 + options.forget_after)
    health.behind = 3.0
    health.taken_back(210.0)
    assert (health.down, health.since, health.behind) == (False, 210.0, 0.0)
    health.failed(ConnectionLost("gone"), 210.0 + 60.0)
    assert health.wait == 60.0, "it was up for no longer than its last wait"
    health.taken_back(280.0)
    health.failed(ConnectionLost("gone"), 280.0 + 60.1)
    assert health.wait == 5.0


def test_of_a_new_provider_nothing_bad_is_known() -> None:
    health = Health(OPTIONS)
    assert (health.down, health.failure, health.behind) == (False, None, 0.0)
    assert health.askable(0.0)
    assert (Progress().begun, Progress().seconds, Progress().behind) == (None, 0.0, 0.0)


@pytest.mark.parametrize(
    "name", ["connect_timeout", "first_audio_timeout", "slow_after", "probe_after", "longest_wait"]
)
def test_times_are_above_zero_and_may_be_short(name: str) -> None:
    short: dict[str, Any] = {name: 0.01}
    none: dict[str, Any] = {name: 0.0}
    assert FailoverOptions(**short) != FailoverOptions()
    with pytest.raises(ValueError, match=name):
        FailoverOptions(**none)


def test_a_provider_is_not_asked_before_the_time_that_it_asks_for() -> None:
    health = Health(OPTIONS)
    health.failed(ConnectionLost("busy", retry_after=300.0), 10.0)
    health.failed(ConnectionLost("gone"), 11.0)
    assert health.next_probe == 310.0
    assert not health.askable(309.0)
    assert health.askable(310.0)
    health.probe_failed(ConnectionLost("busy", retry_after=50.0), 310.0)
    assert health.next_probe >= 360.0
    health.taken_back(360.0)
    assert health.asked_until < 0


def test_a_provider_is_forgotten_after_longer_than_the_longest_wait() -> None:
    with pytest.raises(ValueError, match="must be longer"):
        FailoverOptions(longest_wait=60.0, forget_after=60.0)
    FailoverOptions(longest_wait=60.0, forget_after=60.1)
    options = FailoverOptions()
    assert (options.connect_timeout, options.first_audio_timeout, options.slow_after) == (3.0, 3.0, 3.0)
    assert (options.probe_after, options.longest_wait, options.forget_after) == (5.0, 60.0, 120.0)
