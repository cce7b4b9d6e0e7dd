"""Read a sentence that nobody hears, before the first turn of a process."""

from __future__ import annotations

import functools

from triolet.alignment._weights import expected_seconds
from triolet.chain._stages import Source, Stage
from triolet.model_talk import ModelTalkCore
from triolet.normalization import NormalizerCore
from triolet.segmentation import SegmenterCore, SentenceSegmenter

_SENTENCE = "We are *ready*, and it is easy. Is it 3 o'clock?\n\n"
"""Has what most answers have: a mark at the end of a sentence, a comma, emphasis, a number."""


def rehearse(parts: tuple[Source[object] | Stage[object, object], ...]) -> None:
    """Compile the patterns that the text stages of a chain use for nearly every text.

    Patterns are compiled when they are first used, so that imports are quick. Without a rehearsal, the first sentence of a process
    would wait for them: some 20 ms.
    """
    for part in parts:
        if isinstance(part, SentenceSegmenter):
            compiled(part.language)


@functools.cache
def compiled(language: str) -> None:
    """Read the sentence as the stages do, token by token. A process does so once for each language."""
    talk, segmenter, normalizer = ModelTalkCore(), SegmenterCore(language), NormalizerCore()
    for token in _SENTENCE.split(" "):
        clauses = segmenter.feed(talk.feed(token + " ")) + segmenter.release_sure()
        for clause in clauses:
            for ready in normalizer.feed(clause):
                expected_seconds(ready.words)
