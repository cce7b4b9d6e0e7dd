"""How long words take to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet import SpeechUnit
from triolet.alignment._weights import WeighedUnits, expected_seconds, weight


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("strength", "art"),
        ("seven", "of"),
        ("1969", "10"),
        ("3.5", "35"),
        ("$5", "5"),
        ("NATO", "nato"),
        ("kg", "go"),
        ("month,", "month"),
        ("月", "a"),
        ("今天", "今"),
        ("Über", "am"),
    ],
)
def test_what_takes_longer_to_say_weighs_more(longer: str, shorter: str) -> None:
    assert weight(longer) > weight(shorter) > 0


@pytest.mark.parametrize("silent", ["", " ", "—", "*", "👍", "\u200b"])
def test_what_is_not_said_takes_no_time(silent: str) -> None:
    assert weight(silent) <= 0.1


def test_expected_seconds_count_pauses() -> None:
    assert expected_seconds("yes, we can") == pytest.approx(weight("yes,") + weight("we") + weight("can") + 0.33)
    assert expected_seconds("") == 0


@given(st.text("ab1,.好$ ", max_size=3000))
def test_a_long_text_weighs_in_proportion(text: str) -> None:
    assert weight(text) >= 0
    assert expected_seconds(text + text) == pytest.approx(2 * expected_seconds(text), rel=0.5, abs=1)


units = st.lists(st.text("ab1,. 好", max_size=8), max_size=20).map(
    lambda texts: [SpeechUnit(text, at, at + 1) for at, text in enumerate(texts)]
)


@given(units, st.integers(0, 20))
def test_units_weigh_the_same_whether_they_come_at_once_or_not(some: list[SpeechUnit], first: int) -> None:
    at_once, grown = WeighedUnits(some), WeighedUnits(some[:first])
    grown.extend(some[first:])
    assert (grown.ends, grown.marks, grown.mark_ends) == (at_once.ends, at_once.marks, at_once.mark_ends)
    assert len(grown) == len(some)
    assert at_once.until(at_once.ends[-1]) == len(some)


def test_a_mark_after_the_last_unit_is_not_inside() -> None:
    text = WeighedUnits([SpeechUnit("yes, ", 0, 1), SpeechUnit("no.", 1, 2)])
    assert text.marks == [1]
    text.extend([SpeechUnit(" Maybe", 2, 3)])
    assert text.marks == [1, 2]
