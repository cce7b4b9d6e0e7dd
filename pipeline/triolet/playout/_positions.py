"""Which samples of which phrase lie where in the output's samples."""

from __future__ import annotations

from collections import deque

import attrs


@attrs.define
class _Span:
    """Samples of one phrase that are played one after another, and those that were cut off at either end."""

    start: int
    phrase: int
    cut_before: int
    samples: int = 0
    cut_after: int = 0

    @property
    def end(self) -> int:
        return self.start + self.samples

    def heard(self, position: int) -> int:
        """What was cut was heard with its neighbour."""
        if position <= self.start:
            return 0
        return (
            self.cut_before + min(self.samples, position - self.start) + (self.cut_after if position >= self.end else 0)
        )


class Positions:
    """Tell it what is played; ask what has been heard once the output has played so many samples."""

    def __init__(self) -> None:
        self._spans: deque[_Span] = deque()
        """Those that were not yet heard to their end, and the last."""
        self._passed: dict[int, int] = {}
        """Samples of each phrase that were heard in spans which are over, as long as the phrase is asked for."""

    def play(self, phrase: int, start: int, samples: int, *, cut: int = 0) -> None:
        """`samples` of a phrase come at `start`; `cut` ones before them are not played."""
        last = self._spans[-1] if self._spans else None
        if last is None or last.phrase != phrase or last.end != start or cut or last.cut_after:
            last = _Span(start, phrase, cut)
            self._spans.append(last)
        last.samples += samples

    def cut(self, samples: int) -> None:
        """So many samples of the phrase that was played last are not played."""
        if samples:
            self._spans[-1].cut_after += samples

    def heard(self, phrase: int, position: int) -> int:
        """How many samples of a phrase have been heard. Positions never go back."""
        spans = self._spans
        while len(spans) > 1 and position >= spans[0].end:
            span = spans.popleft()
            self._passed[span.phrase] = self._passed.get(span.phrase, 0) + span.heard(position)
        heard = self._passed.get(phrase, 0)
        for span in spans:
            if span.start >= position:
                break
            if span.phrase == phrase:
                heard += span.heard(position)
        return heard

    def forget(self, phrase: int) -> None:
        """A phrase was heard to its end, and is not asked for any more."""
        self._passed.pop(phrase, None)
