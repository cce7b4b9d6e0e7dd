"""`<break>`, `Break` and what other SSML becomes."""

from __future__ import annotations

import logging

import pytest
from tests.unit.triolet.normalization.cutter import clauses, speak, words

from triolet.normalization import Break


def said(text: str) -> list[tuple[float, str]]:
    return [(one.break_before, one.words.strip()) for one in speak(clauses(text)) if one.units or one.break_before]


@pytest.mark.parametrize(
    ("tag", "seconds"),
    [
        ('<break time="500ms"/>', 0.5),
        ("<break time='1.5s' />", 1.5),
        ("<break time=2s>", 2.0),
        ('<break strength="strong"/>', 1.0),
        ("<BREAK/>", 0.5),
        ('<break time="99s"/>', 10.0),
        ('<break time="soon"/>', 0.5),
    ],
)
def test_a_break_parts_the_clause_and_stands_before_what_follows(tag: str, seconds: float) -> None:
    assert said(f"Wait {tag} what?") == [(0.0, "Wait"), (seconds, "what?")]


@pytest.mark.parametrize(
    ("strength", "seconds"),
    [("none", 0.0), ("x-weak", 0.1), ("weak", 0.25), ("medium", 0.5), ("strong", 1.0), ("x-strong", 1.5), ("?", 0.5)],
)
def test_each_strength_has_its_length(strength: str, seconds: float) -> None:
    assert said(f"Wait <break strength='{strength}'/> now.")[-1] == (seconds, "now.")


def test_a_break_between_sentences_is_before_the_second() -> None:
    assert said('One. <break time="1s"/>\n\nTwo.') == [(0.0, "One."), (1.0, "Two.")]
    assert said('<break time="1s"/> One.') == [(1.0, "One.")]


def test_a_last_break_is_not_lost() -> None:
    assert said('One.<break time="1s"/><break time="1s"/>') == [(0.0, "One."), (2.0, "")]


def test_a_break_is_a_token() -> None:
    assert isinstance(Break(0.25), str)
    assert said("".join(["One, ", Break(0.25), "two."])) == [(0.0, "One,"), (0.25, "two.")]
    for milliseconds in range(0, 10_001, 7):
        assert Break(milliseconds / 1000) == f'<break time="{milliseconds}ms"/>'


@pytest.mark.parametrize("seconds", [-0.1, 10.1, float("nan")])
def test_a_break_has_bounds(seconds: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 10 seconds"):
        Break(seconds)


def test_other_ssml_is_removed_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="triolet.normalization"):
        text = '<speak><prosody rate="slow">Slow,</prosody> <emphasis>now</emphasis></speak> <b>bold</b>'
        assert words(text) == "Slow, now bold"
    assert len(caplog.records) == 1
    assert "<speak>" in caplog.text


def test_html_is_removed_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert words("<b>bold</b>, <span>so</span>") == "bold, so"
    assert not caplog.records
