"""Where texts are cut, how strong each boundary is, and after how many characters more it is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.triolet._as_before import BEGINNINGS, LANGUAGES, compare, documents, markdown, sentences

from triolet import Boundary
from triolet.segmentation import SegmenterCore


def cuts(text: str, language: str) -> Iterator[str]:
    core = SegmenterCore(language)
    for at, char in enumerate([*text, None], 1):
        for clause in core.flush() if char is None else core.feed(char):
            said = clause.text.replace("\n", "\\n")
            marker = f" marker {clause.marker}" if clause.marker else ""
            told = "end" if char is None else f"+{at - clause.end}"
            kind = f"{clause.opening.name}-{clause.boundary.name} {clause.kind.value}{marker} {clause.language}"
            yield f"{said}¦ {told} {kind}"
    yield ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_cut_as_before(language: str) -> None:
    compare(f"cuts_{language}", (line for text in documents(language) for line in cuts(text, language)))


@pytest.mark.parametrize("language", ["en", "auto"])
def test_markdown_is_cut_as_before(language: str) -> None:
    compare(f"cuts_markdown_{language}", cuts(markdown(), language))


def test_the_language_is_found_as_before() -> None:
    texts = [" ".join(documents(language)[:4]) for language in LANGUAGES]
    compare("cuts_auto", (line for text in [*texts, "\n\n".join(texts)] for line in cuts(text, "auto")))


@pytest.mark.parametrize("language", ["de", "en", "fr", "ja", "ko", "zh"])
def test_hard_sentences_are_cut_as_before(language: str) -> None:
    compare(f"cuts_hard_{language}", cuts(sentences(), language))


def released() -> Iterator[str]:
    """What a source that stalls lets out, at each place where it may."""
    for language in ("en", "zh", "de"):
        for text in documents(language)[:4]:
            for end in range(1, len(text)):
                for boundary in (Boundary.SENTENCE, Boundary.NONE):
                    core = SegmenterCore(language)
                    core.feed(text[:end])
                    out = [f"{clause.text}¦{clause.boundary.name}" for clause in core.release(boundary)]
                    if out:
                        after = [clause.text for clause in core.feed(text[end:]) + core.flush()]
                        yield f"{end} {boundary.name}: {out} then {after[:1]}"


def test_what_a_stalled_source_lets_out_is_as_before() -> None:
    compare("released", released())


def test_what_begins_a_stream_is_cut_as_before() -> None:
    compare("cuts_beginnings", (line for text in BEGINNINGS for line in cuts(text, "en")))
