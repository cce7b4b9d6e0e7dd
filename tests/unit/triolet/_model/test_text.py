"""Text on its way to speech: what its values are, and what they refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet import BlockKind, Boundary, Clause, NormalizedClause, Phrase, SpeechUnit
from triolet._model._voice_settings import VoiceSettings


@given(
    st.text(min_size=1),
    st.integers(0, 100),
    st.sampled_from(Boundary),
    st.sampled_from(Boundary),
    st.sampled_from(BlockKind),
    st.integers(0, 5),
    st.sampled_from(["de", "zh"]),
)
def test_a_clause_is_the_same_whether_it_is_checked_or_not(
    text: str, start: int, boundary: Boundary, opening: Boundary, kind: BlockKind, marker: int, language: str
) -> None:
    end = start + len(text)
    unchecked = Clause.unchecked(text, start, end, boundary, opening, kind, marker, language)
    assert unchecked == Clause(
        text=text,
        start=start,
        end=end,
        boundary=boundary,
        opening=opening,
        kind=kind,
        marker=marker,
        language=language,
    )
    assert hash(unchecked) == hash(unchecked)


@pytest.mark.parametrize(("text", "end"), [("", 3), ("ab", 4), ("ab", 6)])
def test_a_clause_spans_what_it_says(text: str, end: int) -> None:
    with pytest.raises(ValueError, match="cannot span"):
        Clause(text=text, start=3, end=end, boundary=Boundary.COMMA, opening=Boundary.COMMA)


def test_a_stronger_boundary_is_larger() -> None:
    names = ["NONE", "CONJUNCTION", "COMMA", "CLAUSE", "LINE", "SENTENCE", "PARAGRAPH", "END"]
    assert [boundary.name for boundary in sorted(Boundary)] == names
    assert [bool(boundary) for boundary in Boundary] == [False, *[True] * 7]


def test_kinds_are_named_as_they_are_read() -> None:
    assert [kind.value for kind in BlockKind] == [kind.name.lower().replace("_", " ") for kind in BlockKind]


def test_what_is_not_said_otherwise_is_english_prose_without_a_break() -> None:
    units = (SpeechUnit("One ", 0, 4), SpeechUnit("two.", 4, 8), SpeechUnit(" ", 8, 9))
    clause = Clause(text="One two. ", start=0, end=9, boundary=Boundary.END, opening=Boundary.PARAGRAPH)
    normalized = NormalizedClause(units=units, start=0, end=9, boundary=Boundary.END, opening=Boundary.PARAGRAPH)
    phrase = Phrase(index=0, units=units, start=0, end=9, boundary=Boundary.END)
    assert normalized.words == "One two. "
    assert phrase.words == "One two."
    assert [(each.kind, each.language) for each in (clause, normalized, phrase)] == [(BlockKind.PROSE, "en")] * 3
    assert (clause.marker, normalized.break_before, phrase.break_before) == (0, 0.0, 0.0)
    assert phrase.opening is Boundary.PARAGRAPH


def test_only_settings_that_are_given_are_changes() -> None:
    assert VoiceSettings().changes == {}
    assert VoiceSettings(voice="a", instructions="").changes == {"voice": "a", "instructions": ""}
