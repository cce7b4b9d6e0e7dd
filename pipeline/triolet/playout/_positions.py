"""Where the samples of each phrase lie among all samples that the output plays."""

from __future__ import annotations

import attrs


@attrs.define
class _Span:
    """Consecutive samples of one phrase that are played, and how many were cut at either end."""

    start: int
    phrase: int
    cut_before: int
    sample: int
    """The number in its phrase of the first of these samples."""
    samples: int = 0
    cut_after: int = 0

    @property
    def end(self) -> int:
        return self.start + self.samples

    def heard(self, position: int) -> int:
        """How many of these samples are heard when the output has played up to `position`, which is after their start. Cut samples
        count with their neighbours.
        """
        cut = self.cut_before + (self.cut_after if position >= self.end else 0)
        return cut + min(self.samples, position - self.start)


class Positions:
    """Records what is played, and says how much of a phrase has been heard when the output has played so many samples."""

    def __init__(self) -> None:
        self._spans: list[_Span] = []
        """The spans that were not yet heard to their end, and the last one."""
        self._passed: dict[int, int] = {}
        """For each phrase, the samples heard in spans that are dropped; until `forget`."""

    def play(self, phrase: int, start: int, samples: int, *, cut: int, sample: int = 0) -> None:
        """Record that so many samples of a phrase are played from `start` on: those from `sample` on. `cut` samples before them are
        not played.
        """
        last = self._spans[-1] if self._spans else None
        if last is None or last.phrase != phrase or last.end != start or cut or last.cut_after:
            last = _Span(start, phrase, cut, sample)
            self._spans.append(last)
        last.samples += samples

    def cut(self, samples: int) -> None:
        """Record that so many samples, after those recorded last and of the same phrase, are not played."""
        if samples:
            self._spans[-1].cut_after += samples

    def heard(self, phrase: int, position: int) -> int:
        """How many samples of a phrase have been heard when the output has played up to `position`, which must never decrease."""
        spans = self._spans
        while len(spans) > 1 and position >= spans[0].end:
            span = spans.pop(0)
            self._passed[span.phrase] = self._passed.get(span.phrase, 0) + span.heard(position)
        heard = self._passed.get(phrase, 0)
        for span in spans:
            if span.start >= position:
                break
            if span.phrase == phrase:
                heard += span.heard(position)
        return heard

    def ahead(self, position: int) -> list[tuple[int, int, int, int]]:
        """What is heard from now on, when the output has played up to `position`: for each span, its phrase, the number in the phrase
        of the first sample that is to come, how many samples are heard before it, and how many follow from it on.
        """
        found: list[tuple[int, int, int, int]] = []
        for span in self._spans:
            passed = min(span.samples, max(0, position - span.start))
            if passed < span.samples:
                found.append((span.phrase, span.sample + passed, max(0, span.start - position), span.samples - passed))
        return found

    def forget(self, phrase: int) -> None:
        """Drop what is known of a phrase that was heard to its end."""
        self._passed.pop(phrase, None)
        while self._spans and self._spans[0].phrase == phrase:
            self._spans.pop(0)
