"""Which language "auto" takes a text for, and which names of languages are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from triolet import Clause, SentenceSegmenter
from triolet.segmentation import SegmenterCore

TEXTS = [line.split("\t") for line in (Path(__file__).parent / "data/languages.tsv").read_text("utf-8").splitlines()]
"""Short texts, each after its language: twenty a language."""


def found(text: str) -> str:
    """The language of most of the text."""
    core = SegmenterCore()
    clauses: list[Clause] = [clause for char in text for clause in core.feed(char)]
    clauses += core.flush()
    languages = [clause.language for clause in clauses for _ in clause.text]
    return max(sorted(set(languages)), key=languages.count)


def test_the_language_of_short_texts_is_found_in_99_of_100() -> None:
    assert len(TEXTS) == 200
    wrong = [(language, found(text), text) for language, text in TEXTS if found(text) != language]
    assert len(wrong) <= 2, wrong
