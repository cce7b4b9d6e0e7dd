"""Where the sentences of chat-style answers end, in the ten languages.

Each line of `data/chat.tsv` has a language and a text: ⏎ is a line break, ¦ stands where a sentence or a line ends, and ⁝ where one
may end or not. To add a case, add a line.
"""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import pytest

from triolet import Boundary, Clause
from triolet.segmentation import SegmenterCore

CASES = [line.split("\t") for line in (Path(__file__).parent / "data/chat.tsv").read_text("utf-8").splitlines()]
LANGUAGES = sorted({language for language, _ in CASES})


def letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def ends(language: str, tokens: list[str]) -> set[int]:
    """After how many letters and digits a sentence or a line ends."""
    core = SegmenterCore(language)
    clauses: list[Clause] = [clause for token in tokens for clause in core.feed(token)]
    clauses += core.flush()
    text = "".join(tokens)
    strong = {clause.end for clause in clauses if clause.boundary >= Boundary.LINE}
    strong |= {clause.start for clause in clauses if clause.opening >= Boundary.LINE}
    return {letters(text[:end]) for end in strong} - {0, letters(text)}


def marked(case: str, marks: str) -> set[int]:
    return {letters(case[: found.start()]) for found in re.finditer(f"[{marks}]", case)} - {letters(case)}


def random_tokens(text: str) -> list[str]:
    dice = random.Random(text)
    sizes = itertools.accumulate(itertools.chain([0], iter(lambda: dice.choice((1, 1, 2, 3, 4, 5, 7, 12)), None)))
    places = [*itertools.takewhile(lambda place: place < len(text), sizes), len(text)]
    return [text[begin:end] for begin, end in itertools.pairwise(places)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_chat_end_where_a_reader_ends_them(language: str) -> None:
    wrong: list[str] = []
    for code, case in CASES:
        if code != language:
            continue
        text = re.sub("[¦⁝]", "", case).replace("⏎", "\n")
        must, may = marked(case, "¦"), marked(case, "¦⁝")
        for tokens in ([text], list(text), random_tokens(text)):
            if not must <= ends(language, tokens) <= may:
                wrong.append(case)
                break
    assert not wrong


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "真的吗？！！走吧。"),
        ("zh", "好。。。走吧。"),
        ("ja", "えっ！？！本当？？？"),
        ("ko", "그렇군요... 알겠습니다.. 네."),
        ("ko", "- 그렇군요..\n- 네..."[:-2]),
        ("en", "What?!?! No... way!! Yes."),
    ],
)
def test_marks_that_come_late_are_no_segment_of_their_own(language: str, text: str) -> None:
    for tokens in ([text], list(text)):
        core = SegmenterCore(language)
        clauses = [clause for token in tokens for clause in core.feed(token)] + core.flush()
        assert "".join(clause.text for clause in clauses) == text
        assert all(letters(clause.text) for clause in clauses), clauses
