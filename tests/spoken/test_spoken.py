"""What a listener hears of text that was labelled, however it is cut into tokens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spoken._cases import Case, arguments, cases, spoken_in_tokens

from triolet import spoken_words

CASES = cases()
ALL = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@ALL
def test_a_listener_hears_what_was_meant_for_one(case: Case) -> None:
    assert spoken_words(case.text, case.language, **arguments(case)) in case.spoken


@ALL
def test_character_by_character(case: Case) -> None:
    assert spoken_in_tokens(case.text, case) in case.spoken


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_in_any_tokens(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(case.text) - 1)), max_size=12)))
    tokens = [case.text[a:b] for a, b in zip([0, *cuts], [*cuts, len(case.text)], strict=True)]
    assert spoken_in_tokens(tokens, case) in case.spoken
