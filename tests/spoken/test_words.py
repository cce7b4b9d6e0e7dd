"""What a listener hears of numbers, dates and units in words. `test_spoken` holds their cases."""

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
    segmenter, normalizer = SegmenterCore(tag), NormalizerCore()
    verbalizer = VerbalizerCore(region=segmenter.region)
    clauses = [clause for token in tokens for clause in segmenter.feed(token)] + segmenter.flush()
    ready = [one for clause in clauses for one in normalizer.feed(clause)] + normalizer.flush()
    return [verbalizer.feed(clause) for clause in ready]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_there_are_cases_of_every_language(language: str) -> None:
    least = 100 if language == "en" else 40
    assert sum(case["language"].partition("-")[0] == language for case in CASES) >= least


@given(st.data())
@settings(max_examples=settings().max_examples, deadline=None)
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
