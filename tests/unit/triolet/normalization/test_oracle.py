"""The words said are the words rendered, for whole documents however they are cut."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.triolet.normalization.cutter import at_marks, words
from tests.unit.triolet.normalization.rendering import EVERYTHING, letters, rendered

WORD = st.sampled_from(
    [
        "hello",
        "world",
        "größer",
        "naïve",
        "Привет",
        "你好",
        "こんにちは",
        "안녕",
        "3.14",
        "42",
        "C++",
        "e.g.",
        "isn't",
        "U.S.",
        "snake_case",
        "f(x)",
        "a/b",
        "100%",
        "$5",
        "#1",
    ]
)
MARK = st.sampled_from(["", "", "", ".", ",", "!", "?", ";", ":", "。", "…", "”"])
CODE = st.sampled_from(["`x = y[0]`", "``a ` b``", "`<b>`", "`*a* _b_`", "`f(a, b)`", "`$x`", "`[l](u)`", "` a. b `"])
TARGET = st.sampled_from(
    [
        "http://e.org/a",
        "/a_(b)_c",
        "<a b>",
        'u "a title, here"',
        "u 'x. y'",
        "",
        "#top",
        "a_b*c",
        "http://e.org/?a=1&b=2",
    ]
)
LONE = st.sampled_from(
    ["*", "**", "_", "~~", "`", "[", "]", "<", "&", "\\*", "\\_", "&amp;", "&lt;b&gt;", "![", "(", ")", ">"]
)
HTML = st.sampled_from(
    ["<b>", "</b>", "<br>", "<br/>", '<a href="x, y">', "</a>", "<!-- no, not this -->", "<span>", "<http://e.org>"]
)


def in_a_row(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


PLAIN = in_a_row(WORD, MARK)
TEXT = st.lists(PLAIN, min_size=1, max_size=4).map(" ".join)
STYLED = TEXT.flatmap(
    lambda text: st.sampled_from(
        [f"**{text}**", f"*{text}*", f"~~{text}~~", f"***{text}***", f"_{text}_", f"__{text}__"]
    )
)
LINK = st.builds("[{}]({})".format, st.one_of(TEXT, STYLED, CODE), TARGET)
IMAGE = st.builds("![{}]({})".format, TEXT, TARGET)
INLINE = st.lists(
    st.one_of(TEXT, TEXT, STYLED, LINK, IMAGE, CODE, HTML, LONE, in_a_row(TEXT, LONE)), min_size=1, max_size=6
).map(" ".join)
LINE = INLINE.map(lambda line: "so " + line)  # begins with a word, so that the block's kind is plain
CELL = st.one_of(TEXT, STYLED, CODE, LINK)


def lines(prefix: str) -> st.SearchStrategy[str]:
    return st.lists(LINE, min_size=1, max_size=3).map(lambda items: "\n".join(prefix + item for item in items))


TABLE = st.tuples(st.tuples(CELL, CELL), st.lists(st.tuples(CELL, CELL), max_size=3)).map(
    lambda table: "\n".join(
        [f"| {table[0][0]} | {table[0][1]} |", "| --- | :-: |", *(f"| {row[0]} | {row[1]} |" for row in table[1])]
    )
)
BLOCK = st.one_of(
    lines(""),
    lines(""),
    LINE.map(lambda line: f"## {line}"),
    lines("- "),
    lines("1. "),
    lines("> "),
    TABLE,
    LINE.map(lambda line: f"```python\n{line}\n\n  x = 1\n```"),
    LINE.map(lambda line: f"~~~\n{line}\n```\n~~~"),
    LINE.map(lambda line: f"# code\n\n    {line}"),
    st.sampled_from(["---", "***", '[ref]: http://e.org/x "the title"', "<!-- a, comment.\n\nthat goes on -->"]),
)
DOCUMENT = st.lists(BLOCK, min_size=1, max_size=5).map("\n\n".join)


def at_spaces(seed: int) -> Callable[[str], list[int]]:
    """Cut at some of the spaces, inside links, code and tags, too."""

    def cut(line: str) -> list[int]:
        chosen = random.Random(f"{seed}{line}")
        return [at for at, character in enumerate(line) if character == " " and chosen.random() < 0.4]

    return cut


def apart(said: str) -> list[str]:
    """The words that white space or a full-width mark parts. Marks alone are no words. White space between Chinese characters, and the
    quotes beside it, part nothing: two clauses of them are said without it.
    """
    quotes = r"[^\w\s。！？，、；：]*"
    said = re.sub(rf"(?<=[\u3040-\u9fff]){quotes}\s+{quotes}(?=[\u3040-\u9fff])", "", said)
    return [letters(word) for word in re.split(r"[\s。！？，、；：]+", said) if letters(word)]


@given(DOCUMENT, st.integers(0, 99))
def test_words_said_are_words_rendered_however_they_are_cut(document: str, seed: int) -> None:
    """With the defaults, which leave out some of them, cuts change no word either."""
    shown = letters(rendered(document))
    assert letters(words(document, EVERYTHING)) == shown
    assert letters(words(document, EVERYTHING, cut=at_spaces(seed))) == shown
    assert letters(words(document, cut=at_spaces(seed))) == letters(words(document, cut=at_marks))


@given(st.lists(st.one_of(TEXT, STYLED, LINK), min_size=1, max_size=6).map(" ".join), st.integers(0, 99))
def test_cuts_change_no_space_between_words(line: str, seed: int) -> None:
    assert apart(words("so " + line, cut=at_spaces(seed))) == apart(words("so " + line, cut=at_marks))
