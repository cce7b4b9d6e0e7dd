"""Whatever the text and the cuts: no exception, spans in order, nothing that a voice cannot say."""

from __future__ import annotations

import random
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.triolet.normalization.cutter import speak

from triolet._model._text import BlockKind, Boundary, Clause, NormalizedClause
from triolet.normalization import NormalizationOptions, NormalizerCore

BITS = st.sampled_from(
    [
        "*",
        "**",
        "_",
        "~~",
        "`",
        "``",
        "```",
        "[",
        "]",
        "(",
        ")",
        "](http",
        "![",
        "[^1]",
        "[^1]:",
        "[1]",
        "<",
        ">",
        "<b",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<break/>",
        "<break",
        "\\(",
        "\\)",
        "$",
        "$$",
        "$5",
        "&",
        "&amp;",
        "&#0;",
        "&nbsp;",
        "\\",
        "|",
        "|--|",
        "#",
        "-",
        "1.",
        "http://",
        "https://e.org/a_(b)",
        "www.x.de",
        ",",
        ".",
        "。",
        "「",
        "」",
        "“",
        "”",
        "中",
        "か",
        "ゃ",
        "한",
        "é",
        "é",
        "\u200d",
        "\u200b",
        "\u202e",
        "️",
        "�",
        "\x00",
        "\x1b",
        "\ue000",
        "\uffff",
        "\ufeff",
        "🎉",
        "👩\u200d👩\u200d👧",
        "🇩🇪",
        "1️⃣",
        "→",
        "✓",
        "4155552671",
        "a",
        "b",
        "3.5",
    ]
)
TEXT = (
    st.lists(st.one_of(BITS, st.sampled_from([" ", "\n", "\n\n", "\t"]), st.text(max_size=3)), min_size=1, max_size=40)
    .map("".join)
    .filter(bool)
)
OPTIONS = st.builds(
    NormalizationOptions,
    code_blocks=st.sampled_from(["skip", "say"]),
    inline_code=st.sampled_from(["skip", "say"]),
    tables=st.sampled_from(["rows", "cells", "skip"]),
    urls=st.sampled_from(["name", "verbatim", "skip"]),
    references=st.sampled_from(["skip", "say"]),
    html=st.sampled_from(["strip", "verbatim"]),
    latex=st.sampled_from(["plain", "verbatim", "skip"]),
    emoji=st.sampled_from(["drop", "name"]),
    images=st.sampled_from(["alt", "skip"]),
    list_numbers=st.sampled_from(["say", "skip"]),
    spell_digits=st.sampled_from([0, 4, 9]),
)


def any_clauses(text: str, seed: int) -> list[Clause]:
    """Cuts anywhere, with kinds and boundaries that make no sense."""
    chance = random.Random(seed)
    result: list[Clause] = []
    start = 0
    while start < len(text):
        end = min(len(text), start + chance.choice([1, 2, 5, 20, 100]))
        result.append(
            Clause(
                text=text[start:end],
                start=start,
                end=end,
                boundary=chance.choice(list(Boundary)),
                opening=chance.choice(list(Boundary)),
                kind=chance.choice(list(BlockKind)),
                marker=chance.randint(0, min(3, end - start)),
                language=chance.choice(["en", "zh", "ko", "xx"]),
            )
        )
        start = end
    return result


def check_spans(text: str, said: list[NormalizedClause]) -> None:
    at = 0
    for clause in said:
        assert clause.start == at <= clause.end
        for unit in clause.units:
            assert at <= unit.start < unit.end <= clause.end
            at = unit.end
        at = clause.end
    assert at == len(text)


@given(TEXT, st.integers(0, 999), OPTIONS)
def test_clauses_tile_the_text_and_units_lie_in_them_in_order(
    text: str, seed: int, options: NormalizationOptions
) -> None:
    check_spans(text, speak(any_clauses(text, seed), options))


@given(TEXT, st.integers(0, 999), OPTIONS)
def test_no_voice_is_sent_what_it_cannot_say(text: str, seed: int, options: NormalizationOptions) -> None:
    for clause in speak(any_clauses(text, seed), options):
        assert not [character for character in clause.words if unicodedata.category(character)[0] == "C"]
        assert "\ufe0f" not in clause.words
        assert all(
            any(character.isalnum() or unicodedata.category(character) == "Sc" for character in unit.text)
            for unit in clause.units
        )


@settings(max_examples=settings().max_examples // 4)  # of 12,000 characters each
@given(TEXT, st.integers(0, 999))
def test_what_is_held_is_bounded(text: str, seed: int) -> None:
    core = NormalizerCore()
    repeated = (text * (12_000 // len(text) + 1))[:12_000]
    taken = 0
    for clause in any_clauses(repeated, seed):
        done = core.feed(clause)
        taken = done[-1].end if done else taken
        assert clause.end - taken <= 2 * 4096
