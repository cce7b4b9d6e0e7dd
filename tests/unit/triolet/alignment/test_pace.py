"""One estimate of how fast a voice speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet.alignment._pace import REMEMBERED, Pace, paces


def test_the_pace_is_what_is_said_in_a_second() -> None:
    assert Pace().factor is None
    assert Pace().learnt(3.0, 2.0).factor == pytest.approx(1.5)
    assert Pace().learnt(3.0, 2.0).learnt(1.0, 2.0).factor == pytest.approx(1.0)


def test_a_belief_gives_way_to_what_is_heard() -> None:
    assert Pace.believed(2.0, 4.0).factor == pytest.approx(2.0)
    assert Pace.believed(2.0, 4.0).learnt(4.0, 4.0).factor == pytest.approx(1.5)


def test_what_was_said_long_ago_fades() -> None:
    pace = Pace().learnt(2 * REMEMBERED, REMEMBERED)
    for _ in range(10):
        pace = pace.learnt(REMEMBERED / 2, REMEMBERED / 2)
    assert pace.factor == pytest.approx(1.0, abs=0.05)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=20))
def test_it_lies_between_the_paces_that_it_has_seen(stretches: list[tuple[float, float]]) -> None:
    pace = Pace()
    for said, took in stretches:
        pace = pace.learnt(said, took)
    seen = [said / took for said, took in stretches if said > 0 and took > 0]
    if seen:
        assert pace.factor is not None
        assert min(seen) * 0.999 <= pace.factor <= max(seen) * 1.001
    else:
        assert pace.factor is None


def test_the_usual_pace_is_the_likeliest() -> None:
    costs = dict(paces(1.2, 0.2))
    assert min(costs, key=costs.__getitem__) == pytest.approx(1.2)
    assert costs[1.2] == 0
