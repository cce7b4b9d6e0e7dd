"""What a budget lets pass: whole words, and tokens at once while it has room enough."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from triolet._tools._graphemes import inside_grapheme
from triolet.conversation._budget import LONGEST_WORD, Meter

LENGTHENS = ["ャ", "ー"]
APART = ["中", "か\u3099", "キ", *LENGTHENS, " ", "\n"]
GRAPHEMES = ["a", "e\u0301", "7", "👩\u200d👩\u200d👧", "🇩🇪", "👍🏽", "☝\ufe0f", "\u1100\u1161", "नि", *APART]


def metered(tokens: Iterable[str], meter: Meter) -> tuple[str, str]:
    """What is passed on, and what waits when the tokens end or the budget is spent."""
    said, held = "", ""
    for token in tokens:
        held += token
        kept = meter.take(held)
        said, held = said + kept, held[len(kept) :]
        if meter.exceeded:
            return said, ""
    return said, held


def said(tokens: Iterable[str], meter: Meter) -> str:
    passed, held = metered(tokens, meter)
    return passed + meter.take(held, whole=True)


def parts(text: str, places: Iterable[int]) -> list[str]:
    cuts = sorted({0, *(place % (len(text) + 1) for place in places), len(text)})
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


def within(graphemes: Sequence[str], characters: int) -> str:
    """The longest beginning that ends with a word, or if there is none, with a grapheme."""
    word, grapheme = "", ""
    for count in range(1, len(graphemes)):
        beginning = "".join(graphemes[:count])
        if len(beginning) > characters:
            break
        grapheme = beginning
        before, after = graphemes[count - 1 : count + 1]
        if beginning.strip() and after not in LENGTHENS and (before in APART or after in APART):
            word = beginning
    return word or grapheme


@given(st.lists(st.sampled_from(GRAPHEMES)), st.integers(1, LONGEST_WORD), st.lists(st.integers(0, 200), max_size=20))
def test_what_is_said_ends_with_the_last_word_that_has_room(
    graphemes: list[str], characters: int, places: list[int]
) -> None:
    text = "".join(graphemes)
    meter = Meter(characters)
    over = len(text) > characters
    event(f"exceeded: {over}")
    assert said(parts(text, places), meter) == (within(graphemes, characters) if over else text)
    assert meter.exceeded is over


@given(st.text(), st.integers(1, 300), st.lists(st.integers(0, 400), max_size=20))
def test_any_text_is_said_up_to_the_budget_however_it_is_parted(text: str, characters: int, places: list[int]) -> None:
    text = text * 5
    once = said([text], Meter(characters))
    assert text.startswith(once)
    assert len(once) <= characters
    assert once == text or len(text) > characters
    assert characters > LONGEST_WORD or not inside_grapheme(text, len(once))
    assert said(parts(text, places), Meter(characters)) == once


@given(st.lists(st.text("abc ", min_size=1, max_size=9), max_size=60), st.integers(1, 300))
def test_only_an_unfinished_word_near_the_end_waits(tokens: list[str], characters: int) -> None:
    meter = Meter(characters)
    passed, held = metered(tokens, meter)
    if not meter.exceeded:
        assert passed + held == "".join(tokens)
        assert not held or meter.left <= LONGEST_WORD
        assert " " not in held[1:-1]


@pytest.mark.parametrize(
    ("text", "characters", "wanted"),
    [
        ("Hello there.", 7, "Hello "),
        ("Hello there.", 11, "Hello "),
        ("Hello there.", 12, "Hello there."),
        ("Hello there. And", 12, "Hello there."),
        ("Hello", 3, "Hel"),
        (" Hello", 3, " He"),
        ("x" * 300, 200, "x" * 200),
        ("word " + "x" * 300, 90, "word "),
        ("word " + "x" * 300, 200, "word " + "x" * 195),
        ("你好世界", 3, "你好世"),
        ("Python很好", 7, "Python很"),
        ("Look 👩\u200d👩\u200d👧 now", 8, "Look "),
        ("👩\u200d👩\u200d👧", 3, ""),
        ("🇩🇪🇫🇷", 3, "🇩🇪"),
    ],
)
def test_the_end(text: str, characters: int, wanted: str) -> None:
    assert said([text], Meter(characters)) == wanted
    assert said(text, Meter(characters)) == wanted


def test_of_a_later_turn_nothing_is_said_if_its_first_word_has_no_room() -> None:
    meter = Meter(8)
    assert said(["Short."], meter) == "Short."
    assert said(["Hello"], meter) == ""
    assert meter.exceeded
    assert said(["I"], meter) == ""


def test_a_budget_that_was_exceeded_has_nothing_left() -> None:
    """Though its last word did not fit, and so some characters were not used."""
    meter = Meter(12)
    assert meter.take("One and unbelievable", whole=True) == "One and "
    assert meter.exceeded
    assert meter.left == 0
    assert meter.take("so", whole=True) == ""
