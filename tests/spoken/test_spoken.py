"""What a listener hears of text that was labelled, however it is cut into tokens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spoken._cases import FILES, Case, arguments, cases, spoken_in_tokens

from triolet import spoken_words

CASES = [case for file in FILES for case in cases(file)]
BY_FILE = pytest.mark.parametrize("file", FILES)


def wrong(file: str, hears: Callable[[Case], str]) -> str:
    """Every case of a file of which something else is heard than what may be: a test each would cost more than the hearing."""
    heard = [(case, hears(case)) for case in cases(file)]
    return "\n".join(
        f"\n{case.name}: {case.text!r}\n  heard {words!r}\n  not   {' or '.join(map(repr, case.spoken))}"
        for case, words in heard
        if words not in case.spoken
    )


@BY_FILE
def test_a_listener_hears_what_was_meant_for_one(file: str) -> None:
    found = wrong(file, lambda case: spoken_words(case.text, case.language, **arguments(case)))
    assert not found, found


@BY_FILE
def test_character_by_character(file: str) -> None:
    found = wrong(file, lambda case: spoken_in_tokens(case.text, case))
    assert not found, found


@given(st.data())
@settings(max_examples=settings().max_examples, deadline=None)
def test_in_any_tokens(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(case.text) - 1)), max_size=12)))
    tokens = [case.text[a:b] for a, b in zip([0, *cuts], [*cuts, len(case.text)], strict=True)]
    assert spoken_in_tokens(tokens, case) in case.spoken
