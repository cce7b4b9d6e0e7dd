"""Our segmenter behind the interface of the segmentation scorer, which takes segments of sentence strength."""

from __future__ import annotations

from triolet._model._text import Boundary, Clause
from triolet.segmentation import SegmenterCore

_LINE = Boundary.LINE


class Sentences:
    """Merges clauses into segments that end at LINE or stronger: sentences, headings, list items and rows."""

    def __init__(self, language: str) -> None:
        core = SegmenterCore(language, weakest=_LINE)
        self._feed, self._flush = core.feed, core.flush
        self._held: list[str] = []

    def feed(self, token: str) -> list[str]:
        clauses = self._feed(token)
        return self._join(clauses) if clauses else []

    def flush(self) -> list[str]:
        return self._join(self._flush())

    def _join(self, clauses: list[Clause]) -> list[str]:
        segments: list[str] = []
        for clause in clauses:
            if self._held and clause.opening >= _LINE:
                self._give(segments)
            if clause.boundary < _LINE:  # cut for its length
                self._held.append(clause.text)
            elif self._held:
                self._held.append(clause.text)
                self._give(segments)
            else:
                segments.append(clause.text)
        return segments

    def _give(self, segments: list[str]) -> None:
        segments.append("".join(self._held))
        self._held.clear()


def factory(lang: str) -> Sentences:
    return Sentences(lang)
