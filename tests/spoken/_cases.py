"""The labelled texts: what a listener should hear of them. A line of `cases/*.jsonl` is a case; adding one needs no code.

- `text`: what a model writes.
- `language`: as for `spoken_words`.
- `options`: what differs from the defaults: arguments of `spoken_words`, or fields of `NormalizationOptions`. May be missing.
- `spoken`: what may be heard, one of several.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

from triolet import NormalizationOptions
from triolet.model_talk import ModelTalkCore
from triolet.normalization import NormalizerCore
from triolet.segmentation import SegmenterCore
from triolet.verbalization import VerbalizerCore

CASES = Path(__file__).parent / "cases"
FILES = sorted(path.stem for path in CASES.glob("*.jsonl"))
ARGUMENTS = frozenset({"verbalize", "directions", "thinking"})


@attrs.frozen
class Case:
    """A labelled text."""

    name: str
    text: str
    language: str
    options: dict[str, Any]
    spoken: tuple[str, ...]


@functools.cache
def cases(file: str) -> tuple[Case, ...]:
    """The labelled texts of a file, each named after it and its line."""
    lines = (CASES / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(
        Case(f"{file}-{number}", row["text"], row["language"], row.get("options", {}), tuple(row["spoken"]))
        for number, row in enumerate(map(json.loads, lines), 1)
    )


def arguments(case: Case) -> dict[str, Any]:
    """The arguments of `spoken_words` for a case."""
    fields = {name: value for name, value in case.options.items() if name not in ARGUMENTS}
    own = {name: value for name, value in case.options.items() if name in ARGUMENTS}
    return {"options": NormalizationOptions(**fields), **own}


def spoken_in_tokens(tokens: Iterable[str], case: Case) -> str:
    """What `spoken_words` gives, if the text comes in tokens."""
    options = NormalizationOptions(
        **{name: value for name, value in case.options.items() if name not in {"verbalize", "thinking"}}
    )
    talk = ModelTalkCore(case.options.get("thinking", "tagged"))
    segmenter, normalizer = SegmenterCore(case.language), NormalizerCore(options)
    clauses = [clause for token in tokens for clause in segmenter.feed(talk.feed(token))]
    clauses += [*segmenter.feed(talk.flush()), *segmenter.flush()]
    said = [ready for clause in clauses for ready in normalizer.feed(clause)] + normalizer.flush()
    if case.options.get("verbalize"):
        verbalizer = VerbalizerCore(region=segmenter.region)
        said = [verbalizer.feed(clause) for clause in said]
    return "".join(clause.words for clause in said).strip()
