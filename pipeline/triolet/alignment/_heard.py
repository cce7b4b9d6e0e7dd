"""Which units of a phrase were heard when only its first samples were: an estimate.

The pauses of the voice are matched with the marks in the text (`_matching`); between two matches, words share the sounding time
by their weight.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from triolet._model._text import SpeechUnit
from triolet.alignment._matching import Anchor, Matching
from triolet.alignment._pace import paces
from triolet.alignment._voicing import PAUSE, Voiced
from triolet.alignment._weights import EXPECTED_PAUSE, WeighedUnits

PENDING = 6
"""Pauses that wait to be matched until it is known whether that has to be done at all, and what else is known by then: the pace of
the voice, the length of the phrase. Few phrases of a `Phraser` have more, and 6 take a millisecond at the worst."""

_PACE_UNKNOWN = 0.2
"""How far (as a natural logarithm) the pace of a voice lies from the usual. With it, what is heard of a voice that is a third
slower or faster is 0.9 and 0.7 words off (hibari, 60 answers; 1.35 and 0.8 with the usual pace alone).

A known limit: a pace that is 1.6 times off is about as likely (cost 2.8) as a mark without a pause (`NO_PAUSE`, 3.0). So in the first
phrase of a voice, where a mark has no pause, the next pause may be taken for that of this mark. What was heard may then be some
words off: 6 in the simulation's seed 167, with `no_pause=0.05` in `_interrupted_again`. The median of all ways, weighed by how likely
they are, would be off by less than the likeliest way alone."""

_LEAST_UNSEEN = 0.1
"""The least that the voice still sounds, in seconds, in a phrase whose end has not been seen."""
_SLOWEST = 0.01
"""The slowest pace, in seconds of weight a second. Words without any weight would make it 0."""
_ROUNDING = 1e-6
"""Seconds."""


def heard_unit_count(
    units: Sequence[SpeechUnit],
    *,
    heard: int,
    total: int | None,
    sample_rate: int,
    voiced: Voiced | None = None,
    pace: float | None = None,
) -> int:
    """How many units, from the first, were heard whole.

    `heard` and `total` count samples of the phrase; a `total` of None means that the rest had not arrived yet. `voiced` is
    what the samples show, at least up to `heard`; without it all of them are taken for sound. `pace` is the weight that this
    voice says in a second of sounding time, where that is known.
    """
    if sample_rate <= 0 or not units:
        return 0
    text = WeighedUnits(units)
    return PhraseSound(lambda: text, sample_rate, pace=lambda: pace).count(heard, total, voiced=voiced)


class PhraseSound:
    """The sound of a phrase against its words. What is heard of a long phrase is matched while it comes."""

    def __init__(
        self,
        text: Callable[[], WeighedUnits],
        sample_rate: int,
        *,
        first: int = 0,
        pace: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Begin with a unit of the phrase.

        Args:
            text: gives the units of the phrase, which may become more. Called only when they are needed.
            sample_rate: samples a second.
            first: the number of the unit with which the sound begins.
            pace: gives the weight that the voice says in a second of sounding time; None where it is not known.
        """
        self._text = text
        self._pace = pace
        self._rate = sample_rate
        self._first = first
        self._matching: Matching | None = None
        self._ends: list[float] = []
        """Sounding seconds until the end of each run that is known to be followed by a pause."""
        self._last_run = (0, 0)

    def sounded(self, start: int, end: int) -> None:
        """Note that the voice sounded in these samples and paused after them. Call it for all such runs, in order, or for none."""
        self._ends.append((self._ends[-1] if self._ends else 0.0) + (end - start) / self._rate)
        self._last_run = (start, end)
        if len(self._ends) > PENDING:
            if self._matching is None:
                self._matching = Matching(self._text(), _likely(self._pace()), first=self._first)
            while self._matching.pauses < len(self._ends) - PENDING:
                self._matching.pause(self._ends[self._matching.pauses])

    def count(self, heard: int, total: int | None, *, voiced: Voiced | None = None, end: int | None = None) -> int:
        """How many units, from `first` on, were heard whole; see `heard_unit_count`. `end`: the number of the unit after the last
        that may have been said.
        """
        if heard <= 0:
            return 0
        last = len(self._text()) if end is None else end
        if last <= self._first or (total is not None and heard >= total):
            return max(0, last - self._first)
        if voiced is None or not voiced.samples:
            voiced = Voiced(total or heard, ((0, total or heard),))
        if not voiced.runs:
            return 0  # all that was heard is silence
        anchor, ends, whole = self._match(total, voiced, last)
        time = self._sounding_until(heard, voiced, ends)
        return self._count(time, anchor, ends[-1] if whole else None, last) - self._first

    def times(self, total: int | None, voiced: Voiced, *, end: int | None = None) -> list[tuple[int, int]]:
        """For each unit from `first` on: the samples [begin, end) that say it. They ascend, and `count` finds the same ends.

        What is not known yet is said at the pace so far. `total`, `voiced` and `end` are as for `count`.
        """
        text = self._text()
        last = len(text) if end is None else end
        if last <= self._first:
            return []
        if not voiced.runs:
            return [(0, 0)] * (last - self._first)
        anchor, ends, whole = self._match(total, voiced, last)
        points = _points(anchor)
        if whole:
            points.append((text.ends[last], ends[-1]))
        said = text.ends[self._first : last + 1]
        times = _on_line(said, points, anchor.factor)
        return self._samples(times, voiced, ends, total)

    def _match(self, total: int | None, voiced: Voiced, last: int) -> tuple[Anchor, list[float], bool]:
        """The last anchor of the likeliest way, the sounding seconds until the end of each run, and whether all has been seen."""
        ends = self._sounding_ends(voiced)
        whole = total is not None and voiced.samples >= total
        silent = (voiced.samples - voiced.runs[-1][1]) / self._rate
        pauses = ends[:-1] if whole or silent < PAUSE else ends
        if self._matching is not None and self._agrees(voiced):
            matching = self._matching.copy()
        else:
            if total is None:
                likely = _likely(self._pace())
            else:
                unseen = (total - voiced.samples) / self._rate
                likely = [(self._pace_by_length(ends[-1], len(pauses), unseen, last), 0.0)]
            matching = Matching(self._text(), likely, first=self._first, end=last, exact=whole)
        for time in pauses[matching.pauses :]:
            matching.pause(time)
        return matching.last_anchor(ends[-1], last, whole=whole), ends, whole

    def _samples(
        self, times: Sequence[float], voiced: Voiced, ends: Sequence[float], total: int | None
    ) -> list[tuple[int, int]]:
        """From sounding seconds between units to the samples of each unit. A pause lies between two units."""
        runs, rate = voiced.runs, self._rate
        most = math.inf if total is None else total

        def sample(time: float, run: int) -> int:
            run = min(run, len(runs) - 1)
            return round(max(0.0, min(most, runs[run][1] + (time - ends[run]) * rate)))

        found: list[tuple[int, int]] = []
        before = 0
        for begins, until in itertools.pairwise(times):
            begin = max(before, sample(begins, bisect_right(ends, begins + _ROUNDING)))
            before = max(begin, sample(until, bisect_left(ends, until - _ROUNDING)))
            found.append((begin, before))
        return found

    def _agrees(self, voiced: Voiced) -> bool:
        """Whether the runs in these samples begin with those that were noted."""
        known = len(self._ends)
        return 0 < known <= len(voiced.runs) and voiced.runs[known - 1] == self._last_run

    def _sounding_ends(self, voiced: Voiced) -> list[float]:
        """Sounding seconds until the end of each run."""
        known = self._ends if self._agrees(voiced) else []
        more = ((end - start) / self._rate for start, end in itertools.islice(voiced.runs, len(known), None))
        return [*known[:-1], *itertools.accumulate(more, initial=known[-1])] if known else [*itertools.accumulate(more)]

    def _sounding_until(self, heard: int, voiced: Voiced, ends: Sequence[float]) -> float:
        """Sounding seconds in the first samples."""
        run = bisect_left(voiced.runs, (heard, 0)) - 1
        return ends[run] - max(0, voiced.runs[run][1] - heard) / self._rate if run >= 0 else 0.0

    def _pace_by_length(self, known: float, pauses: int, unseen: float, last: int) -> float:
        """The pace of a phrase whose length is known, if what has not been seen has as much silence as its marks ask for. `known`:
        the seconds, more than 0, in which its voice has sounded.
        """
        text = self._text()
        said = text.ends[last] - text.ends[self._first]
        if unseen > 0:
            marks = bisect_left(text.marks, last) - bisect_right(text.marks, self._first)
            known += max(_LEAST_UNSEEN, unseen - max(0, marks - pauses) * EXPECTED_PAUSE)
        return max(_SLOWEST, said / known)

    def _count(self, time: float, anchor: Anchor, sound_end: float | None, last: int) -> int:
        """The number of the unit that has not ended after so many sounding seconds. With `sound_end`, the text ends there."""
        text, factor = self._text(), anchor.factor
        if sound_end is not None and time >= sound_end - _ROUNDING:
            return last
        after = None if sound_end is None else (last, sound_end)
        while anchor.before is not None and anchor.time > time + _ROUNDING:
            after = anchor.unit, anchor.time
            anchor = anchor.before
        most = last
        if after is not None:
            most = after[0] - 1
            if after[1] > anchor.time:
                factor = (text.ends[after[0]] - anchor.said) / (after[1] - anchor.time)
        said = anchor.said + (time - anchor.time) * factor
        return max(anchor.unit, min(most, text.until(said)))


def _points(anchor: Anchor) -> list[tuple[float, float]]:
    """The places in text and sound that belong together, in order."""
    points: list[tuple[float, float]] = []
    at: Anchor | None = anchor
    while at is not None:
        points.append((at.said, at.time))
        at = at.before
    return points[::-1]


def _on_line(said: Iterable[float], points: Sequence[tuple[float, float]], factor: float) -> list[float]:
    """The sounding seconds of ascending places in the text, on the line through the points. After the last it goes on with this
    factor.
    """
    times: list[float] = []
    at = 0
    for place in said:
        while at + 1 < len(points) and points[at + 1][0] <= place:
            at += 1
        text, sound = points[at]
        if at + 1 < len(points):
            after, sounds = points[at + 1]
            times.append(sound + (place - text) * (sounds - sound) / (after - text))
        else:
            times.append(sound + (place - text) / factor)
    return times


def _likely(pace: float | None) -> Sequence[tuple[float, float]]:
    return [(max(pace, _SLOWEST), 0.0)] if pace is not None else list(paces(1.0, _PACE_UNKNOWN))
