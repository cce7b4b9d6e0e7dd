"""What is said of Markdown, with each of the options."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.triolet._as_before import BEGINNINGS, LANGUAGES, compare, documents, markdown, sentences
from tests.unit.triolet.normalization.cutter import speak

from triolet.normalization import NormalizationOptions
from triolet.segmentation import SegmenterCore

OPTIONS = {
    "default": NormalizationOptions(),
    "all": NormalizationOptions(
        code_blocks="say",
        tables="cells",
        urls="verbatim",
        references="say",
        html="verbatim",
        latex="verbatim",
        emoji="name",
        list_numbers="skip",
        spell_digits=0,
    ),
    "least": NormalizationOptions(
        inline_code="skip", tables="skip", urls="skip", latex="skip", images="skip", spell_digits=4
    ),
}


def said(text: str, language: str, options: NormalizationOptions) -> Iterator[str]:
    core = SegmenterCore(language)
    for clause in speak(core.feed(text) + core.flush(), options):
        units = "¦".join(f"{unit.text}{unit.start}-{unit.end}" for unit in clause.units).replace("\n", "\\n")
        pause = f" after {clause.break_before:g} s" if clause.break_before else ""
        yield f"{clause.start}-{clause.end} {clause.opening.name}-{clause.boundary.name}{pause}: {units}"


@pytest.mark.parametrize("name", OPTIONS)
def test_markdown_is_said_as_before(name: str) -> None:
    lines = (line for text in (markdown(), sentences(), *BEGINNINGS) for line in said(text, "en", OPTIONS[name]))
    compare(f"said_{name}", lines)


def test_texts_are_said_as_before() -> None:
    texts = [(language, text) for language in LANGUAGES for text in documents(language)]
    texts += [(language, sentences()) for language in ("de", "ko", "zh")]
    compare("said_texts", (line for language, text in texts for line in said(text, language, OPTIONS["default"])))
