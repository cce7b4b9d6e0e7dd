"""Headings, lists, code blocks and tables."""

from __future__ import annotations

import itertools

import pytest
from tests.unit.triolet.normalization.cutter import clauses, speak, words

from triolet._model._text import BlockKind, Boundary, Clause
from triolet.normalization import NormalizationOptions, NormalizerCore
from triolet.normalization._options import MAX_ROW
from triolet.normalization._table import cells

TABLE = "| Name | Age |\n|---|---|\n| Alice Smith | 30 |\n| **Bob** | `x` |\n\nDone."


def test_what_stands_for_itself_ends_with_a_stop() -> None:
    assert words("## Ingredients\n\n- eggs\n- milk, cold\n- Really?\n\n**The dough**\n\nMix.") == (
        "Ingredients. eggs. milk, cold. Really? The dough. Mix."
    )
    assert words("## 材料\n\n- 鸡蛋\n- 牛奶（2升）\n", language="zh") == "材料。鸡蛋。牛奶（2升）。"
    assert words("Here it is:\n- a (b)\n- “c”\n- d;") == "Here it is: a (b). “c”. d;"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**a**\n\nText", "a. Text"),
        ("__a b__\n\nText", "a b. Text"),
        ("****\n\nText", "Text"),
        ("**a** b\n\nText", "a b Text"),
        ("a **b**\n\nText", "a b Text"),
        ("*a*\n\nText", "a Text"),
        ("**a__\n\nText", "a Text"),
        ("# a (b) \n\nText", "a (b). Text"),
        ("- a  \n- b\t", "a. b."),
        ("- [ ] a\n- [x] b\n- [X] c", "a. b. c."),
        ("- a [ ] b", "a b."),
        ("- [y] a", "y a."),
    ],
)
def test_lines_that_stand_for_themselves(written: str, said: str) -> None:
    assert words(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("```\na\n    ```\nb\n```\nc", "a b c"),
        ("    a\n    b\n\nText", "a b Text"),
        ("```\na\n~~~\nb\n```\nc", "a b c"),
        ("````\n```\n````\nx", "x"),
        ("~~~\na\n~~~~\nb", "a b"),
        ("```\na\n```\n\n```\nb\n```\nc", "a b c"),
        ("```py x\na\n\n\nb\n```", "a b"),
    ],
)
def test_of_code_only_the_fences_are_left_out(written: str, said: str) -> None:
    assert words(written, NormalizationOptions(code_blocks="say")) == said


def test_a_row_without_end_is_said_in_parts() -> None:
    core = NormalizerCore()
    part = "word, " * 50
    said = 0
    for number in range(10):
        ready = core.feed(
            Clause(
                text=part,
                start=number * len(part),
                end=(number + 1) * len(part),
                boundary=Boundary.COMMA,
                opening=Boundary.COMMA if number else Boundary.PARAGRAPH,
                kind=BlockKind.TABLE_ROW,
            )
        )
        said += sum(one.end - one.start for one in ready)
        assert (number + 1) * len(part) - said < MAX_ROW
    assert said


def test_prose_gets_no_stop() -> None:
    assert words("no mark here\nand none there") == "no mark here and none there"


def test_numbers_of_lists_are_said_unless_they_are_not_wanted() -> None:
    text = "1. Open it.\n2) Close it.\n- [ ] Lock *it*"
    assert words(text) == "1. Open it. 2. Close it. Lock it."
    assert words(text, NormalizationOptions(list_numbers="skip")) == "Open it. Close it. Lock it."


def test_code_blocks_are_skipped_or_said_without_their_fences() -> None:
    text = "Run:\n\n```python title\nx_y = [1]  # so\n\nprint(x)\n```\n\nThen\n\n~~~\n```\n~~~\nstop."
    assert words(text) == "Run: Then stop."
    assert words(text, NormalizationOptions(code_blocks="say")) == "Run: x_y = [1] # so print(x) Then stop."


def test_a_skipped_code_block_is_not_held() -> None:
    core = NormalizerCore()
    for clause in clauses("```\n" + "x = 1\n" * 1000):
        done = core.feed(clause)
        assert [(one.start, one.end, one.units) for one in done] == [(clause.start, clause.end, ())]


def test_rows_are_read_with_their_headers() -> None:
    assert words(TABLE) == "Name: Alice Smith, Age: 30. Name: Bob, Age: x. Done."
    assert words(TABLE, NormalizationOptions(tables="cells")) == "Name, Age. Alice Smith, 30. Bob, x. Done."
    assert words(TABLE, NormalizationOptions(tables="skip")) == "Done."
    assert words("| A |\n|---|\n| 499 ₽ |") == "A: 499 ₽."
    assert words("| 名 | 年龄 |\n|---|---|\n| 小王 | 30 |", language="zh") == "名：小王，年龄：30。"


def test_a_head_is_said_by_itself_if_no_row_follows() -> None:
    assert words("| Name | Age |\n|---|---|\n\nNothing.") == "Name, Age. Nothing."
    assert words("| Name | Age |\n|---|---|") == "Name, Age."


@pytest.mark.parametrize("row", ["| a | b |", "a | b", "| a | b", "a | b |", " | a | b | "])
def test_the_bars_around_a_row_may_be_left_out(row: str) -> None:
    assert [row[left:right].strip() for left, right in cells(row)] == ["a", "b"]
    assert [row[left:right] for left, right in cells("a")] == [row[:1]]


def test_empty_cells_are_passed_over_and_ticks_are_words() -> None:
    text = "| Plan | Price: | Support | |\n|---|---|---|---|\n| Pro | | ✅ | x |\n| Free | $0 | ❌ | a \\| b |"
    assert words(text) == "Plan: Pro, Support: yes, x. Plan: Free, Price: $0, Support: no, a | b."


def test_a_row_that_comes_in_parts_is_one() -> None:
    row = "\n| Alice, Bob; Carol | 30 |"
    parts = [row[:8], row[8:14], row[14:]]
    head = clauses("| Name | Age |\n|---|---|")
    at = head[-1].end
    items: list[Clause] = []
    for part, end in zip(parts, itertools.accumulate(map(len, parts)), strict=True):
        boundary = Boundary.LINE if part is parts[-1] else Boundary.COMMA
        items.append(
            Clause(
                text=part,
                start=at + end - len(part),
                end=at + end,
                boundary=boundary,
                opening=Boundary.LINE,
                kind=BlockKind.TABLE_ROW,
            )
        )
    said = speak([*head, *items])
    assert [one.words.strip() for one in said if one.units] == ["Name: Alice, Bob; Carol, Age: 30."]


@pytest.mark.parametrize("boundary", [Boundary.SENTENCE, Boundary.COMMA])
def test_marks_that_span_clauses_are_read_as_one(boundary: Boundary) -> None:
    parts = ["See **this. ", "And [that, ", "or other](http://e.org ", '"t")** and `a. ', "_b_` too."]
    ends = list(itertools.accumulate(map(len, parts)))
    items = [
        Clause(text=part, start=end - len(part), end=end, boundary=boundary, opening=boundary)
        for part, end in zip(parts, ends, strict=True)
    ]
    assert "".join(one.words for one in speak(items)) == "See this. And that, or other and a. _b_ too."
