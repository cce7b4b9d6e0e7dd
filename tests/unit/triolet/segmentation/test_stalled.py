"""What is given when the source stalls: only what would have ended there if white space had followed."""

from __future__ import annotations

import pytest

from triolet import Boundary
from triolet.segmentation import SegmenterCore


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("He left.", "He left."),
        ("It is 3.", "It is 3."),
        ("Really?", "Really?"),
        ("See No. 5 and e.g.", ""),
        ("We met Dr.", ""),
        ("Two things:\n1.", ""),
        ("Two things:\n12.", ""),
        ("Two things:\na.", ""),
        ("1. Open. 2.", ""),
        ("It costs 3,", ""),
        ("He said (yes.", ""),
    ],
)
def test_a_sentence_that_has_its_mark_is_given_and_a_mark_of_something_else_is_not(text: str, given: str) -> None:
    core = SegmenterCore("en")
    before = "".join(clause.text for clause in core.feed(text))
    assert "".join(clause.text for clause in core.release()) == given
    assert before + given + core.rest == text


@pytest.mark.parametrize("text", ["Steps: 1.", "There are two: 1.", "Steps: 1. Open it 2."])
def test_the_number_of_an_item_inside_a_line_waits_for_its_item(text: str) -> None:
    core = SegmenterCore("en")
    cut = "".join(clause.text for clause in core.feed(text))
    assert core.release() == []
    assert cut + core.rest == text


def test_a_clause_that_has_its_mark_is_given_where_clauses_are_enough() -> None:
    core = SegmenterCore("en")
    core.feed("It costs three dollars,")
    assert core.release(Boundary.CLAUSE) == []
    assert [clause.text for clause in core.release(Boundary.COMMA)] == ["It costs three dollars,"]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Сайт Yahoo! Погода показал снег.", 1),
        ("Сайт Yahoo! показал снег. Да.", 2),
        ("Он сказал: «Привет!» Она ушла.", 2),
    ],
)
def test_a_name_with_a_mark_of_its_own_ends_no_sentence_in_russian(text: str, clauses: int) -> None:
    core = SegmenterCore("ru")
    cut = [*core.feed(text), *core.flush()]
    assert sum(clause.boundary >= Boundary.SENTENCE for clause in cut) == clauses
