"""Whether a provider is worth asking: when it is looked after, and how far it is behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.triolet.failover._talking_providers import OPTIONS

from triolet.errors import (
    ConnectionLost,
)
from triolet.failover._health import Health, Progress


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
