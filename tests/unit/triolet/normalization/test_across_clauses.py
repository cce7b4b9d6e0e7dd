"""What is said does not depend on where a text is cut into clauses."""

from __future__ import annotations

import itertools

import pytest
from tests._nightly import every
from tests.unit.triolet.normalization.cutter import clauses, speak

from triolet import Boundary, Clause
from triolet._model._text import BlockKind
from triolet.normalization import NormalizationOptions, NormalizerCore
from triolet.normalization._inline import InlineReader
from triolet.normalization._options import MAX_HELD


def cut(*parts: str, opening: Boundary = Boundary.COMMA, kind: BlockKind = BlockKind.PROSE) -> list[Clause]:
    """The parts of one paragraph as clauses, `opening` between them."""
    ends = list(itertools.accumulate(map(len, parts)))
    return [
        Clause(
            text=part,
            start=end - len(part),
            end=end,
            boundary=Boundary.PARAGRAPH if end == ends[-1] else opening,
            opening=opening if end > len(part) else Boundary.PARAGRAPH,
            kind=kind,
        )
        for part, end in zip(parts, ends, strict=True)
    ]


def said(*parts: str, opening: Boundary = Boundary.COMMA, options: NormalizationOptions | None = None) -> str:
    return "".join(one.words for one in speak(cut(*parts, opening=opening), options)).strip()


SPANS = [
    ("See <¦b class='x'>bold</b> now.", "See bold now."),
    ('See <¦b title="a > b"\n c = d>bold</ b> and</b> now.', "See bold</ b> and now."),
    ("At <¦http://e.org/a> now.", "At a link to e.org now."),
    ("Ask <¦me@e.org> now.", "Ask me@e.org now."),
    ("a <¦!-- no, not --> b.", "a b."),
    ("a <¦![CDATA[no]]> b.", "a b."),
    ("a <¦?no?> b.", "a b."),
    ("Wait <¦break time='1s'/> now.", "Wait now."),
    ("Run `¦a b` now.", "Run a b now."),
    ("Run ` ¦a b ` now.", "Run a b now."),
    ("Is ``¦a ` b`` it.", "Is a ` b it."),
    ('See [¦the docs](<https://e.org/a b> "T") now.', "See the docs now."),
    ("See [¦the docs](/a(b)\\)c 'T, t') now.", "See the docs now."),
    ("See [¦the docs][ref] now.", "See the docs now."),
    ("A ![¦two cats](c.png) here.", "A two cats here."),
    ("A fact.[^¦1] So it is.", "A fact. So it is."),
    ("So $x¦^2$ holds.", "So x² holds."),
    ("So $x¦ \\$ y$ holds.", "So x $ y holds."),
    ("So \\(¦x^2\\) holds.", "So x² holds."),
    ("So $$¦x^2$$ holds.", "So x² holds."),
    ("It is **¦bold** and *slanted* so.", "It is bold and slanted so."),
]
"""Texts with a mark that spans words, what is said of them, and from where on they may be cut."""


@pytest.mark.parametrize("before", ["", "word " * (MAX_HELD // 5 - 20)], ids=["short", "long"])
@pytest.mark.parametrize(("text", "words"), SPANS)
def test_a_mark_that_is_cut_anywhere_is_read_as_one(text: str, words: str, before: str) -> None:
    """However much text stands before it: only what is open counts towards what may be held."""
    first = len(before) + text.index("¦")
    text = before + text.replace("¦", "")
    assert said(text) == before + words
    for at in range(first, len(text) - 1, every(3) if before else 1):
        assert said(text[:at], text[at:]) == before + words, text[:at] + "¦" + text[at:]


URL = "https://www.e.org:80/a_b/~c(d)?e=f&g=h#i"


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_url_that_is_cut_after_its_host_is_named_once(parts: int) -> None:
    places = range(len("https://www.e.org:8"), len(URL))
    for at in itertools.combinations(places[:: 1 if parts == 1 else 3], parts):
        pieces = [URL[a:b] for a, b in itertools.pairwise([0, *at, len(URL)])]
        assert said(f"See {pieces[0]}", *pieces[1:-1], f"{pieces[-1]} now.") == "See a link to e.org now.", at


def test_a_url_does_not_go_on_after_a_sentence_nor_where_it_is_said_as_it_stands() -> None:
    assert said("See https://e.org/a.", "b now.", opening=Boundary.SENTENCE) == "See a link to e.org. b now."
    assert said("See https://e.org/a", "b now.", options=NormalizationOptions(urls="verbatim")) == (
        "See https://e.org/ab now."
    )
    assert said("See https:// and not http://e.org now.") == "See https:// and not a link to e.org now."


@pytest.mark.parametrize("opening", [one for one in Boundary if one is not Boundary.NONE])
def test_words_of_two_lines_stay_apart_and_cjk_does_not(opening: Boundary) -> None:
    space = " " if opening >= Boundary.LINE else ""
    assert said("one", "two.", opening=opening) == f"one{space}two."
    assert said("一", "二。", opening=opening) == "一二。"
    assert said("one", "二。", opening=opening) == "one二。"
    assert said("one", "\ntwo.", opening=opening) == "one two."
    assert said("一", "\n二。", opening=opening) == "一二。"
    assert said("一", " 二。", opening=opening) == "一 二。"


@pytest.mark.parametrize("boundary", Boundary)
def test_a_row_is_said_as_soon_as_its_line_has_surely_ended(boundary: Boundary) -> None:
    core = NormalizerCore()
    head = clauses("| Name | Age |\n|---|---|")
    for clause in head:
        core.feed(clause)
    at = head[-1].end
    row = "\n| Al | 3 |"
    clause = Clause(
        text=row, start=at, end=at + len(row), boundary=boundary, opening=Boundary.LINE, kind=BlockKind.TABLE_ROW
    )
    ready = core.feed(clause)
    surely = boundary is Boundary.LINE or boundary >= Boundary.PARAGRAPH
    assert [one.words.strip() for one in ready if one.units] == (["Name: Al, Age: 3."] if surely else [])
    assert [one.words.strip() for one in core.flush() if one.units] == ([] if surely else ["Name: Al, Age: 3."])


def test_a_reader_takes_only_what_is_open_for_held() -> None:
    """A mark that is never closed is no mark: after `MAX_HELD` characters at the latest."""
    for mark in ("`", "<b class='", "$$", "\\(", "[a](<", "![a](<"):
        reader = InlineReader(NormalizationOptions(images="skip"))
        reader.extend("One " + mark, "en", ends_sentence=False)
        assert not reader.run(final=False), mark
        reader.extend("x" * (MAX_HELD - len(mark) - 1), "en", ends_sentence=False)
        assert not reader.run(final=False), mark
        reader.extend("x" * 2 * MAX_HELD, "en", ends_sentence=False)
        assert reader.run(final=False), mark
