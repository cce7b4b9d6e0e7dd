"""A whole text through the pure cores: which clauses, what is said of them, which phrases."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

import attrs

from triolet import Clause, NormalizedClause, Phrase, PhrasingOptions
from triolet.normalization import NormalizerCore
from triolet.phrasing import PhraserCore
from triolet.segmentation import SegmenterCore


@attrs.frozen
class Cutting:
    """What the stages make of a text when nobody is in a hurry."""

    clauses: tuple[Clause, ...]
    spoken: tuple[NormalizedClause, ...]
    phrases: tuple[Phrase, ...]

    def phrase_at(self, offset: int) -> Phrase | None:
        """The phrase that a place of the raw text belongs to; None where nothing is said."""
        at = bisect.bisect_right(self.phrases, offset, key=lambda phrase: phrase.start) - 1
        return self.phrases[at] if at >= 0 and offset < self.phrases[at].end else None

    def words_in(self, start: int, end: int) -> str:
        """What is said of a part of the raw text."""
        first = bisect.bisect_right(self.spoken, start, key=lambda clause: clause.end)
        words: list[str] = []
        for clause in self.spoken[first:]:
            if clause.start >= end:
                break
            words.extend(unit.text for unit in clause.units if start <= unit.start < end)
        return "".join(words).strip()


def cut(blocks: Iterable[str], language: str) -> Cutting:
    """Cut a text that comes in pieces, in any way.

    Raises:
        ValueError: an unknown language.
    """
    segmenter, speaker, phraser = (
        SegmenterCore(language),
        NormalizerCore(),
        PhraserCore(PhrasingOptions(early_start=False)),
    )
    clauses: list[Clause] = []
    for block in blocks:
        clauses += segmenter.feed(block)
    clauses += segmenter.flush()
    spoken = [said for clause in clauses for said in speaker.feed(clause)] + speaker.flush()
    for said in spoken:
        phraser.feed(said)
    phraser.end()
    phrases = phraser.take_sentences()
    return Cutting(tuple(clauses), tuple(spoken), tuple(phrases))
