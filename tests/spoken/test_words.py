"""What a listener hears of numbers, dates and units in words. A line of `cases/words-*.jsonl` is a case; adding one needs no code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triolet import NormalizedClause
from triolet.normalization import NormalizerCore
from triolet.segmentation import SegmenterCore
from triolet.verbalization import LANGUAGES, VerbalizerCore

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for path in sorted((Path(__file__).parent / "cases").glob("words-*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def said(tokens: list[str], tag: str) -> list[NormalizedClause]:
    language, _, region = tag.partition("-")
    segmenter, normalizer, verbalizer = SegmenterCore(language), NormalizerCore(), VerbalizerCore(region=region)
    clauses = [clause for token in tokens for clause in segmenter.feed(token)] + segmenter.flush()
    ready = [one for clause in clauses for one in normalizer.feed(clause)] + normalizer.flush()
    return [verbalizer.feed(clause) for clause in ready]


def words(tokens: list[str], tag: str) -> str:
    return "".join(clause.words for clause in said(tokens, tag)).strip()


@pytest.mark.parametrize("case", CASES, ids=[f"{case['language']}: {case['text']}" for case in CASES])
def test_a_listener_hears_words(case: dict[str, Any]) -> None:
    assert words([case["text"]], case["language"]) in case["spoken"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_there_are_cases_of_every_language(language: str) -> None:
    least = 100 if language == "en" else 40
    assert sum(case["language"].partition("-")[0] == language for case in CASES) >= least


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_tokens_give_the_same_words(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    text = case["text"]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=12)))
    tokens = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert words(tokens, case["language"]) in case["spoken"]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_units_are_slices_of_the_raw_text_in_order(data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.sampled_from(CASES), min_size=1, max_size=4))
    language = data.draw(st.sampled_from(sorted(LANGUAGES)))
    text = " ".join(case["text"] for case in drawn)
    at = 0
    for clause in said([text], language):
        for unit in clause.units:
            assert at <= unit.start < unit.end <= clause.end
            assert unit.text
            at = unit.end
