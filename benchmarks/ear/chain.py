"""The pure cores of the chain, one after another: the phrases of an answer when no commit is hurried."""

from __future__ import annotations

from triolet import Phrase, PhrasingOptions
from triolet.normalization import NormalizationOptions, NormalizerCore
from triolet.phrasing import PhraserCore
from triolet.segmentation import SegmenterCore


def phrases(text: str, phrasing: PhrasingOptions | None = None) -> list[Phrase]:
    """The phrases of a text that is all there at once."""
    segmenter, spoken, phraser = SegmenterCore("en"), NormalizerCore(NormalizationOptions()), PhraserCore(phrasing)
    clauses = [*segmenter.feed(text), *segmenter.flush()]
    said = [part for clause in clauses for part in spoken.feed(clause)] + spoken.flush()
    for clause in said:
        phraser.feed(clause)
    phraser.end()
    return list(phraser.take_sentences())
