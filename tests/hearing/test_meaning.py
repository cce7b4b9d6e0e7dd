"""The judge of figures: what may differ in writing, and what may not."""

from __future__ import annotations

import pytest
from tests.hearing.figures import FIGURES
from tests.hearing.meaning import judge

from triolet import spoken_words


@pytest.mark.parametrize(
    ("meant", "heard"),
    [
        ("one thousand two hundred thirty-four dollars and fifty cents", "$1,234.50"),
        ("one thousand two hundred thirty-four dollars and fifty cents", "$1,234 and $0.50"),
        ("twelve euros and fifty cents", "€12.50"),
        ("three point five million dollars", "$3.5 million"),
        ("May twelfth, nineteen eighty-seven", "May 12th, 1987"),
        ("nineteen oh five", "1905"),
        ("three thirty PM", "3:30 p.m."),
        ("nine AM to five PM", "9 am to 5pm"),
        ("Monday to Friday", "Monday to Friday"),
        ("thirty kilometers per hour", "30 km/h"),
        ("minus five degrees Celsius", "-5°C"),
        ("about half of them and three quarters", "about one half of them and 3/4"),
        ("one and a half cups", "1½ cups"),
        ("five five five, zero one four two", "555-0142"),
        ("ten to twelve", "10-12"),
        ("the nineteen nineties", "the 1990s"),
        ("forty-second Street", "42nd St."),
    ],
)
def test_another_way_to_write_it_is_what_was_meant(meant: str, heard: str) -> None:
    verdict = judge(meant, heard)
    assert (verdict.wrong, verdict.misheard) == ((), ())


@pytest.mark.parametrize(
    ("meant", "heard"),
    [
        ("fifteen dollars", "$50"),
        ("twelve euros and fifty cents", "€12.15"),
        ("thirty kilometers per hour", "30 kilometers"),
        ("five degrees Celsius", "-5°C"),
        ("three million dollars", "3 billion dollars"),
        ("on May third", "on March third"),
        ("three thirty PM", "3:30 a.m."),
        ("five pounds", "five ounces"),
    ],
)
def test_another_figure_is_not(meant: str, heard: str) -> None:
    assert judge(meant, heard).wrong


def test_another_word_beside_the_figures_is_counted_by_itself() -> None:
    verdict = judge("the lake is twelve meters deep", "the cake is 12 m deep")
    assert (verdict.wrong, verdict.misheard) == ((), ("lake -> cake",))


def test_the_words_for_all_forty_sentences_are_those_that_are_meant() -> None:
    assert len({sentence.written for sentence in FIGURES}) == 40
    for sentence in FIGURES:
        verdict = judge(sentence.meant, spoken_words(sentence.written, "en", verbalize=True))
        assert (verdict.wrong, verdict.misheard) == ((), ()), sentence.written
