"""From the times of words to the samples at which units end."""

from __future__ import annotations

from triolet import SpeechUnit, TimedWord
from triolet.alignment._unit_times import UnitTimes


def units(*texts: str) -> list[SpeechUnit]:
    return [SpeechUnit(text, 0, 0) for text in texts]


def test_a_unit_ends_with_its_last_letter() -> None:
    times = UnitTimes(units("One, ", "“two” ", "— ", "three."), 1000)
    # "One, “two” — three."
    assert times.add([TimedWord(0, 4, 0.1, 0.5)])
    assert times.ends == [500 - 100], "the mark takes the last quarter of what the service takes for a word"
    assert not times.add([])
    assert times.add([TimedWord(6, 9, 0.6, 0.9), TimedWord(13, 18, 1.0, 1.5)])
    assert times.ends == [400, 900, 900, 1500]
    assert times.begins == [100, 600, 900, 1000]


def test_space_before_the_first_unit_is_not_in_the_text() -> None:
    times = UnitTimes(units("  One ", "two"), 1000)
    times.add([TimedWord(0, 3, 0, 0.3), TimedWord(4, 7, 0.4, 0.7)])
    assert times.ends == [300, 700]


def test_a_unit_of_several_words_ends_with_the_last() -> None:
    times = UnitTimes(units("forty two ", "people"), 1000)
    times.add([TimedWord(0, 5, 0, 0.5)])
    assert times.ends == []
    times.add([TimedWord(6, 9, 0.6, 0.9), TimedWord(10, 16, 1, 1.6)])
    assert times.ends == [900, 1600]
    assert times.begins == [0, 1000]


def test_a_word_of_several_units_is_said_evenly() -> None:
    times = UnitTimes(units("我", "们", "好。"), 1000)
    times.add([TimedWord(0, 4, 0.0, 0.8)])
    assert times.ends == [200, 400, 600]
    assert times.begins == [0, 200, 400]


def test_ends_never_go_back() -> None:
    times = UnitTimes(units("a ", "b ", "c"), 1000)
    times.add([TimedWord(0, 1, 0, 0.9), TimedWord(2, 3, 0.1, 0.2), TimedWord(0, 1, 5, 6), TimedWord(4, 5, -3, 0.3)])
    assert times.ends == [900, 900, 900]
    assert times.begins == [0, 900, 900]


def test_units_that_are_written_later_follow_in_the_text() -> None:
    times = UnitTimes(units(" One ", "two "), 1000)
    times.add([TimedWord(0, 3, 0, 0.3)])
    times.extend(units("three. ", "Four"))
    times.add([TimedWord(4, 7, 0.4, 0.7), TimedWord(8, 14, 0.8, 1.4), TimedWord(15, 19, 2, 2.4)])
    assert (times.begins, times.ends) == ([0, 400, 800, 2000], [300, 700, 1300, 2400])
