"""Which samples of which phrase lie where in the output's samples."""

from __future__ import annotations

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
        self._spans: list[_Span] = []

    def play(self, phrase: int, start: int, samples: int, *, cut: int = 0) -> None:
        """`samples` of a phrase come at `start`; `cut` ones before them are not played."""
        last = self._spans[-1] if self._spans else None
        if last is None or last.phrase != phrase or last.end != start or cut or last.cut_after:
            last = _Span(start, phrase, cut)
            self._spans.append(last)
        last.samples += samples

    def cut(self, samples: int) -> None:
        """So many samples of the phrase that was played last are not played."""
        self._spans[-1].cut_after += samples

    def heard(self, position: int) -> dict[int, int]:
        """How many samples of each phrase have been heard."""
        heard: dict[int, int] = {}
        for span in self._spans:
            heard[span.phrase] = heard.get(span.phrase, 0) + span.heard(position)
        return heard
