"""When the listener heard which word."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable

import attrs

from triolet._model._text import SpeechUnit
from triolet.alignment._heard import PhraseSound
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import WeighedUnits


@attrs.frozen
class SpokenWord:
    """A word that the listener heard, or a character of a script without spaces, or words rewritten as one."""

    text: str
    """What was said, with its marks and the white space around it: the texts of `TurnResult.words`, one after another, are what was
    heard."""
    start: int
    """Index in `TurnResult.text` of the first character that it stands for."""
    end: int
    """Index after the last one."""
    begins: float
    """When the listener heard it begin: seconds from the start of the turn, as `Latency` counts. For an output without a clock, such
    as a file: seconds of audio from the beginning of the turn."""
    ends: float
    """When it had ended, counted in the same way."""
    estimated: bool
    """Whether `begins` and `ends` are estimates from the sound. False where the voice reports word times."""


@attrs.frozen
class PhraseTimes:
    """What is known of when the words of one phrase are said."""

    units: tuple[SpeechUnit, ...]
    sample_rate: int
    parts: tuple[tuple[int, int, bool], ...]
    """The commits whose sound it has: the sample with which each begins, its first unit, and whether it says words again."""
    ends: tuple[int, ...]
    """The sample after each unit, from the first, where the voice has told."""
    begins: tuple[int, ...]
    """The sample at which each of these units begins; empty: not told."""
    total: int | None
    """Samples; None: not known yet."""
    voiced: Voiced
    """Where the voice sounds, as far as its samples were looked at."""
    placed: tuple[tuple[int, float], ...]
    """(sample, time): when the listener hears it and those that follow. A later entry replaces earlier ones."""
    origin: float
    """The time from which times are counted."""
    pace: float | None
    """That of the voice, where it is needed and known."""

    def words(self, count: int) -> tuple[SpokenWord, ...]:
        """The first so many units, which were heard."""
        if not self.placed:
            return ()
        line = self._line()
        words: list[SpokenWord] = []
        for unit, (begin, end, estimated) in zip(self.units[:count], self.samples(), strict=False):
            begins, ends = self._time(line, bisect_right, begin), self._time(line, bisect_left, end)
            words.append(SpokenWord(unit.text, unit.start, unit.end, begins, max(begins, ends), estimated))
        return tuple(words)

    def samples(self) -> list[tuple[int, int, bool]]:
        """For each unit: the samples [begin, end) that say it, or will; and whether that is an estimate."""
        ends = self.ends[: len(self.units)]
        found = [(begin, end, False) for begin, end in zip(self._begins(ends), ends, strict=True)]
        if len(found) < len(self.units):
            found += self._estimated(len(found), ends[-1] if ends else 0)
        return found

    def _begins(self, ends: tuple[int, ...]) -> tuple[int, ...]:
        if len(self.begins) == len(self.ends):
            return self.begins[: len(ends)]
        return tuple(min(self._sounds(start), end) for start, end in itertools.pairwise((0, *ends)))

    def _sounds(self, sample: int) -> int:
        """The first sample from this one on at which the voice sounds."""
        runs = self.voiced.runs
        at = bisect_right(runs, sample, key=lambda run: run[1])
        return max(sample, runs[at][0]) if at < len(runs) else sample

    def _estimated(self, first: int, start: int) -> list[tuple[int, int, bool]]:
        """For each unit from `first` on, of which nothing was told: by the pauses and the weight of the words."""
        text = WeighedUnits(self.units)
        found: list[tuple[int, int, bool]] = []
        for at, (begin, unit, _) in enumerate(self.parts):
            until, after, again = self._end_of_part(at)
            if after <= first:
                continue
            if unit < first:
                begin, unit = max(begin, start), first  # noqa: PLW2901 -- the rest of this part
            sound = PhraseSound(lambda: text, self.sample_rate, first=unit, pace=lambda: self.pace)
            total = None if until is None or again else until - begin
            voiced = self.voiced.part(begin, until)
            if not voiced.samples and total:
                voiced = Voiced(total, ((0, total),))
            del found[max(0, unit - first) :]  # said again
            found += ((begin + left, begin + right, True) for left, right in sound.times(total, voiced, end=after))
        before = start
        for at, (begin, end, _) in enumerate(found):
            found[at] = max(before, begin), max(before, begin, end), True
            before = found[at][1]
        return found

    def _end_of_part(self, at: int) -> tuple[int | None, int, bool]:
        """The sample and the unit at which a part ends, and whether the next one says words of it again."""
        return self.parts[at + 1] if at + 1 < len(self.parts) else (self.total, len(self.units), False)

    def _line(self) -> list[tuple[int, float]]:
        """The places that hold, in the order of the samples."""
        line: list[tuple[int, float]] = []
        for sample, time in self.placed:
            del line[bisect_left(line, (sample, float("-inf"))) :]
            line.append((sample, time - self.origin))
        return line

    def _time(self, line: list[tuple[int, float]], bisect: Callable[..., int], sample: int) -> float:
        """`bisect`: to the left for an end, which comes before a silence; to the right for a beginning, which comes after it."""
        at = max(0, bisect(line, sample, key=_sample) - 1)
        start, time = line[at]
        return time + max(0, sample - start) / self.sample_rate


def _sample(place: tuple[int, float]) -> int:
    return place[0]
