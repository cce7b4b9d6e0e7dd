"""How many pieces of a phrase were heard when it was cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet import SpeechUnit
from triolet.alignment._heard import heard_unit_count
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import weight

RATE = 1000


def units(*texts: str) -> list[SpeechUnit]:
    return [SpeechUnit(text, at, at + 1) for at, text in enumerate(texts)]


def count(
    text: str,
    heard: int,
    total: int | None,
    *runs: tuple[int, int],
    seen: int | None = None,
    pace: float | None = None,
) -> int:
    voiced = Voiced(total or heard if seen is None else seen, runs) if runs else None
    words = units(*(word + " " for word in text.split()))
    return heard_unit_count(words, heard=heard, total=total, sample_rate=RATE, voiced=voiced, pace=pace)


def test_silence_alone_is_no_word() -> None:
    """Cut off before the voice has begun, or when it gave nothing but silence."""
    voiced = Voiced(2000)
    words = units("tulip ", "tulip")
    assert heard_unit_count(words, heard=1500, total=None, sample_rate=RATE, voiced=voiced) == 0
    assert heard_unit_count(words, heard=1500, total=3000, sample_rate=RATE, voiced=voiced) == 0


@pytest.mark.parametrize("total", [None, 1000])
@pytest.mark.parametrize("runs", [None, ((0, 1000),), ((500, 1000),)])
def test_before_the_first_sample_nothing_was_heard_not_even_what_takes_no_time(
    total: int | None, runs: tuple[tuple[int, int], ...] | None
) -> None:
    voiced = None if runs is None else Voiced(1000, runs)
    assert heard_unit_count(units(" ", "tulip"), heard=0, total=total, sample_rate=RATE, voiced=voiced) == 0


def test_without_words_or_a_rate_nothing_is_known_to_be_heard() -> None:
    assert heard_unit_count([], heard=1000, total=1000, sample_rate=RATE) == 0
    assert heard_unit_count(units("tulip"), heard=1000, total=1000, sample_rate=0) == 0
    assert heard_unit_count(units("tulip"), heard=1000, total=1000, sample_rate=1) == 1


def test_leading_and_trailing_silence_is_no_word() -> None:
    """A second of silence before and after two equal words of half a second each."""
    assert count("tulip tulip", 1000, 3000, (1000, 2000)) == 0
    assert count("tulip tulip", 1490, 3000, (1000, 2000)) == 0
    assert count("tulip tulip", 1510, 3000, (1000, 2000)) == 1
    assert count("tulip tulip", 1990, 3000, (1000, 2000)) == 1
    assert count("tulip tulip", 2000, 3000, (1000, 2000)) == 2


def test_a_pause_tells_which_mark_has_been_passed() -> None:
    """The voice drawls before the comma and hurries after it: weights alone would be wrong by words."""
    text = "one two, three four five six seven"
    slow_start = ((0, 800), (1200, 2000))
    assert count(text, 799, 2000, (0, 2000)) == 2
    assert count(text, 799, 2000, *slow_start) == 1
    assert count(text, 800, 2000, *slow_start) == 2
    assert count(text, 1200, 2000, *slow_start) == 2
    assert count(text, 1999, 2000, *slow_start) == 6


def test_during_the_pause_the_words_before_its_mark_are_heard() -> None:
    text = "one two three, four five six"
    assert count(text, 1100, None, (0, 780), pace=1.0) == 3
    assert count(text, 1300, None, (0, 950), pace=1.0) == 3


def test_a_pause_without_a_mark_and_a_mark_without_a_pause_do_no_harm() -> None:
    assert count("tulip tulip, tulip tulip", 1500, 2000, (0, 2000)) == 2
    assert count("tulip tulip tulip tulip", 1200, 2200, (0, 900), (1100, 2200)) == 2


def test_without_the_length_the_pace_of_the_voice_counts() -> None:
    text = "tulip tulip tulip tulip tulip tulip"
    each = weight("tulip")
    assert count(text, 1200, None, (0, 1200), pace=each * 2) == 2  # two words a second
    assert count(text, 1200, None, (0, 1200), pace=each * 4) == 4


texts = st.lists(st.text("ab1,好. $", min_size=1, max_size=8), min_size=1, max_size=20)
runs = st.lists(st.integers(1, 3000), max_size=8, unique=True).map(sorted)


@given(texts, runs, st.integers(0, 3000), st.integers(1, 3000), st.booleans(), st.floats(0.2, 5))
def test_more_sound_is_never_fewer_words(
    words: list[str], edges: list[int], heard: int, total: int, known: bool, pace: float
) -> None:
    some = units(*words)
    heard = min(heard, total)
    voiced = Voiced(total, tuple(zip(edges[::2], edges[1::2], strict=False)))

    def counted(samples: int) -> int:
        length = total if known else None
        return heard_unit_count(some, heard=samples, total=length, sample_rate=RATE, voiced=voiced, pace=pace)

    assert counted(0) == 0
    assert 0 <= counted(heard) <= counted(heard + 100) <= len(some)
    if known:
        assert counted(total) == len(some)
