"""What holds for any text in any tokens: nothing is lost, and the tokens make no difference."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from triolet._model import _text
from triolet.segmentation import SegmenterCore
from triolet.segmentation._reading import HOLD

LANGUAGES = ("auto", "de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh")

# What documents are made of, so that random text meets every rule.
SCRAPS = (
    *".!?…。！？,;:—–，、；：\n\r\t |`*_~#>-\"'()[]{}（）「」“”„«»‘’",
    *(
        "...",
        "...\n",
        ". . .",
        "\n\n",
        "\r\n",
        "```",
        "```py\n",
        "\n```\n",
        "~~~\n",
        "---",
        "| a |\n",
        "|---|\n",
        "====\n",
    ),
    *("1. ", "- ", "- [ ] ", "> ", "## ", "a. ", "[^1]", "](https://a.b/c?d=e.f). ", "**bold.** ", "`a.b` ", "<br>"),
    *(
        "Dr. ",
        "z. B. ",
        "e.g. ",
        "U.S. ",
        "etc. ",
        "a.m. ",
        "3.5 ",
        "12. ",
        "No. 5",
        "J. R. ",
        "Yahoo! ",
        "5! ",
        "т. е. ",
    ),
    *(
        "Word ",
        "word",
        " and ",
        " und ",
        "Она ",
        "中文",
        "カナ",
        "한국어 ",
        "عربي",
        "🙂",
        "👩‍👩‍👧",
        "\ud800",
        "\x00",
        "\u2028",
        "\u0301",
    ),
    *(" said ", " The ", "说", "と", "«", " »", ' "Yes!" I said.', "x" * 70, " word" * 60),
)
texts = st.one_of(st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join), st.text(max_size=80))


def cuts(text: str, sizes: list[int]) -> list[str]:
    tokens: list[str] = []
    at, turn = 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        tokens.append(text[at : at + size])
        at, turn = at + size, turn + 1
    return tokens


def clauses(language: str, tokens: list[str], weakest: _text.Boundary = _text.Boundary.NONE) -> list[_text.Clause]:
    core = SegmenterCore(language, weakest=weakest)
    out = [clause for token in tokens for clause in core.feed(token)]
    return out + core.flush()


@settings(max_examples=2 * settings().max_examples, deadline=None)
@example(text="Hello.", sizes=[1], language="en")
@example(text="。！？", sizes=[1], language="zh")
@given(
    text=texts,
    sizes=st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=8),
    language=st.sampled_from(LANGUAGES),
)
def test_clauses_tile_the_text_and_tokens_make_no_difference(text: str, sizes: list[int], language: str) -> None:
    whole = clauses(language, [text])
    assert "".join(clause.text for clause in whole) == text
    at = 0
    for clause in whole:
        assert clause.start == at
        assert text[clause.start : clause.end] == clause.text
        assert 0 <= clause.marker <= len(clause.text)
        at = clause.end
    assert at == len(text)
    assert clauses(language, cuts(text, sizes)) == whole
    assert clauses(language, list(text)) == whole


@settings(max_examples=2 * settings().max_examples, deadline=None)
@given(
    text=texts,
    stalls=st.lists(
        st.sampled_from((None, None, _text.Boundary.SENTENCE, _text.Boundary.COMMA, _text.Boundary.NONE)), min_size=1
    ),
    language=st.sampled_from(LANGUAGES),
)
def test_nothing_is_lost_wherever_the_source_stalls(
    text: str, stalls: list[_text.Boundary | None], language: str
) -> None:
    core = SegmenterCore(language)
    out: list[_text.Clause] = []
    for at, char in enumerate(text):
        out += core.feed(char)
        if (minimum := stalls[at % len(stalls)]) is not None:
            out += core.release(minimum)
    out += core.flush()
    at = 0
    for clause in out:
        assert (clause.start, text[clause.start : clause.end]) == (at, clause.text)
        at = clause.end
    assert at == len(text)


@settings(max_examples=2 * settings().max_examples, deadline=None)
@example(text="Word, (\nWord.", sizes=[3], language="en", weakest=_text.Boundary.LINE)
@example(text="中文，", sizes=[1], language="zh", weakest=_text.Boundary.LINE)
@given(
    text=texts.filter(lambda text: " -" not in text),
    sizes=st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=8),
    language=st.sampled_from(LANGUAGES),
    weakest=st.sampled_from([_text.Boundary.COMMA, _text.Boundary.CLAUSE, _text.Boundary.LINE]),
)
def test_the_weakest_boundary_asked_for_leaves_out_weaker_ones_only(
    text: str, sizes: list[int], language: str, weakest: _text.Boundary
) -> None:
    def ends(clause: _text.Clause) -> bool:
        return clause.boundary >= weakest or len(clause.text) > HOLD

    chosen = clauses(language, cuts(text, sizes), weakest)
    assert "".join(clause.text for clause in chosen) == text
    assert chosen == clauses(language, [text], weakest)
    assert all(map(ends, chosen))
    every = clauses(language, [text])
    before_lines = {clause.start for clause in every if clause.opening >= _text.Boundary.LINE}
    strong = {clause.end for clause in every if clause.boundary >= weakest} | before_lines - {0}
    assert strong <= {clause.end for clause in chosen}
    assert {clause.end for clause in chosen if len(clause.text) <= HOLD} <= strong | {len(text)}


def test_clauses_that_span_lines_are_not_to_be_had() -> None:
    with pytest.raises(ValueError, match="choose LINE or less"):
        SegmenterCore(weakest=_text.Boundary.SENTENCE)


@pytest.mark.parametrize("weakest", [_text.Boundary.NONE, _text.Boundary.LINE])
@pytest.mark.parametrize(
    "unit", ["word ", "词", "한글 ", "`", '"a. ', "(", "x", " ", "\n", "- ", "#", "*", "1", ".", "[", "|", "> "]
)
def test_what_is_held_is_bounded(unit: str, weakest: _text.Boundary) -> None:
    core = SegmenterCore("auto", weakest=weakest)
    fed = given_out = most = 0
    for _ in range(2500):
        fed += len(unit)
        given_out += sum(len(clause.text) for clause in core.feed(unit))
        most = max(most, fed - given_out)
    assert most <= (1000 if weakest is _text.Boundary.NONE else 1600)


@pytest.mark.parametrize(
    "text",
    [
        "```\n    a b",
        "7、#-",
        "1. - [x] a. ) b",
        "> > - # ## a",
        "«A…\n»",
        "«A. » B",
        "(" + "слово " * 40 + "племён.. 1",
    ],
)
def test_characters_alone_give_what_the_whole_gives(text: str) -> None:
    assert clauses("en", list(text)) == clauses("en", [text])
