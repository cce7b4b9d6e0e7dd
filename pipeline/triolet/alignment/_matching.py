"""Which pauses of a voice lie at which marks of its text: the likeliest ways to match them, pause by pause.

Two things are known of a phrase: its words, which take time by what has to be said (`_weights`), and its samples, which show when the
voice sounds and when it pauses (`_voicing`). A voice pauses at marks, mostly, and nowhere else, mostly; and between two matches
the words should take the time that they weigh. Each way to match has a cost, the negative logarithm of how likely it is.

The search is a beam search: after each pause it keeps the likeliest ways, and no more than a fixed number of them. So a pause
costs the same however long the phrase is, and what has been matched is never looked at again.
"""

from __future__ import annotations

import copy
import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Self

import attrs

from triolet.alignment._pace import REMEMBERED, Pace
from triolet.alignment._weights import WeighedUnits

SPREAD = 0.04
"""Seconds squared, for each second that a stretch should take: how the times of words lie around their weights. Twice what the
voice of `_weights` shows, for others."""
LEAST_SAID = 0.1
"""Seconds: a stretch that weighs less spreads as one that weighs so much."""
PACE_ERROR = 0.1
"""How far the pace of a stretch may lie from that of the voice."""
NO_PAUSE = 3.0
"""Cost of a mark at which the voice made no pause (it does not at one of twenty)."""
NO_MARK = 4.0
"""Cost of a pause where there is no mark."""

# The bounds of the search. With these, 5,975 of 6,000 cuts of the answers of the benchmark, said at 0.6 to 1.6 times the pace of the
# voice, are found at the same word as by comparing all marks with all pauses; the others are no worse. So they are with 12 or 24
# ways, and with 2 or 4 marks.
BEAM = 16
"""Ways that are kept after a pause. Seldom more than 5 are within `MARGIN`, once the pace is known."""
MARGIN = 12.0
"""A way that costs so much more than the best (1 in 160,000) is given up."""
NEAREST = 3
"""Marks before, and as many after, the place where a pause is expected, that are tried."""
REACH = 3.5
"""Standard deviations within which a mark is tried."""

_SAME_PACE = 0.08
"""Two ways whose paces differ by less (as a natural logarithm) and that are at the same mark are one from there on. Half a
step of `PACES`, and less than `PACE_ERROR`."""


@attrs.define(eq=False)
class Anchor:
    """A mark and a pause that belong together, or the beginning, which is at neither."""

    unit: int
    """How many units of the phrase lie before it."""
    marks: int
    """How many marks lie up to here, this one included."""
    said: float
    """Where it lies in the text: seconds of weight from the beginning of the phrase."""
    time: float
    """Where it lies in the sound: sounding seconds from the beginning."""
    pause: int
    """The number of the pause, from 1; 0 for the beginning."""
    cost: float
    """The cost of the best way that leads here."""
    pace: Pace
    """The pace of the voice by then, in that way."""
    factor: float
    """Seconds of weight that it says in a second."""
    before: Anchor | None
    """The anchor before it, in that way."""


@attrs.frozen
class Link:
    """Two anchors that follow each other in some way."""

    before: Anchor
    after: Anchor
    cost: float
    """The cost of the best way over both, up to the second."""


@attrs.define(eq=False)
class _Way:
    """One way to match the pauses so far."""

    anchor: Anchor
    """Its last anchor."""
    cost: float
    """Its cost so far. The pauses since the last anchor are in it: they are at no mark."""
    score: float
    """The cost, and what the marks that have been passed since the last anchor add to it."""


@attrs.frozen
class _Match:
    """A mark to which a way may lead."""

    cost: float
    way: _Way
    mark: int
    pace: int
    """Ways of nearly the same pace have the same number."""


class Matching:
    """The likeliest ways to match the marks of a text with the pauses of its sound. Tell it the pauses in order."""

    def __init__(
        self,
        text: WeighedUnits,
        paces: Iterable[tuple[float, float]],
        *,
        first: int = 0,
        end: int | None = None,
        exact: bool = False,
        links: list[Link] | None = None,
    ) -> None:
        """Begin with a unit of the text.

        Args:
            text: the units, which may become more.
            paces: those that the voice may have (seconds of weight in a second, above 0), each with its cost.
            first: the number of the first unit that is said.
            end: the number of the unit after the last that is said; None: not known yet.
            exact: whether the pace is known exactly, as where text and sound are there whole.
            links: where to note which anchors may follow each other.
        """
        self._text = text
        self._end = end
        self._error = 0.0 if exact else PACE_ERROR**2
        self._links = links
        self.pauses = 0
        """How many were taken."""
        marks = bisect_right(text.marks, first)
        self.beginnings = [
            Anchor(first, marks, text.ends[first], 0.0, 0, cost, Pace.believed(factor, REMEMBERED), factor, None)
            for factor, cost in paces
        ]
        """Where the text begins, for each pace."""
        self._ways = [_Way(anchor, anchor.cost, anchor.cost) for anchor in self.beginnings]

    def copy(self) -> Self:
        """Return a copy, which goes on by itself."""
        other = copy.copy(self)
        other._ways = [_Way(way.anchor, way.cost, way.score) for way in self._ways]  # noqa: SLF001 -- of the same class
        return other

    def pause(self, time: float, *, may_end: bool = False) -> None:
        """Take the next pause, after so many sounding seconds. With `may_end`, it may be the end of the text, too."""
        self.pauses += 1
        mark_ends = self._text.mark_ends
        if may_end:
            mark_ends = [*mark_ends, self._text.ends[-1]]
        found, limit = self._found(time, mark_ends)
        self._ways = [way for way in self._ways if way.score < limit]
        anchors: dict[tuple[int, int], Anchor] = {}
        found.sort(key=_cost)
        for match in found:
            if match.cost >= limit:
                break
            anchor = anchors.get((match.mark, match.pace))
            if anchor is None:
                anchor = self._matched(match, mark_ends[match.mark], time)
                anchors[match.mark, match.pace] = anchor
                self._ways.append(_Way(anchor, match.cost, match.cost))
            if self._links is not None:
                self._links.append(Link(match.way.anchor, anchor, match.cost))
        if len(self._ways) > BEAM:
            self._ways.sort(key=_score)
            del self._ways[BEAM:]

    def last_anchor(self, known: float, end: int, *, whole: bool) -> Anchor:
        """The last anchor of the likeliest way, with the sound known for so many seconds and the text up to this unit. `whole`:
        the sound ends where the text does.
        """
        cost = self.end_cost if whole else self.open_cost
        return min(self._ways, key=lambda way: way.cost + cost(way.anchor, known, end)).anchor

    def open_cost(self, last: Anchor, known: float, end: int) -> float:
        """Cost of the sound after the last anchor, of which more is to come: the marks that it has passed had no pause."""
        text = self._text
        said = last.said + (known - last.time) * last.factor
        passed = min(bisect_right(text.mark_ends, said), self._inside(end)) - last.marks
        over = said - text.ends[end]
        cost = NO_PAUSE * max(0, passed)
        return cost + over**2 / (2 * self._variance(text.ends[end] - last.said)) if over > 0 else cost

    def end_cost(self, last: Anchor, known: float, end: int) -> float:
        """Cost of the sound after the last anchor, if it says all the rest of the text."""
        said = self._text.ends[end] - last.said
        off = (known - last.time) * last.factor - said
        return off**2 / (2 * self._variance(said)) + NO_PAUSE * max(0, self._inside(end) - last.marks)

    def _found(self, time: float, mark_ends: Sequence[float]) -> tuple[list[_Match], float]:
        """The marks to which the ways may lead, and the cost from which on a way is given up. The ways themselves leave the pause
        without a mark.
        """
        last = len(mark_ends) if self._end is None else self._inside(self._end)
        error, limit = self._error, math.inf
        found: list[_Match] = []
        for way in self._ways:
            anchor, cost = way.anchor, way.cost
            said, marks = anchor.said, anchor.marks
            expected = said + anchor.factor * (time - anchor.time)
            length = max(LEAST_SAID, expected - said)
            reach = REACH * math.sqrt(SPREAD * length + error * length * length)
            nearest = bisect_right(mark_ends, expected, 0, last)
            skipped, pace = cost - NO_PAUSE * marks, round(math.log(anchor.factor) / _SAME_PACE)
            for mark in range(max(marks, nearest - NEAREST), min(last, nearest + NEAREST)):
                off = expected - mark_ends[mark]
                if off > reach:
                    continue
                if off < -reach:
                    break
                length = mark_ends[mark] - said
                variance = SPREAD * (max(LEAST_SAID, length)) + error * length * length
                new = skipped + NO_PAUSE * mark + off * off / (2 * variance)
                if new < limit + MARGIN:
                    limit = min(limit, new)
                    found.append(_Match(new, way, mark, pace))
            way.cost = cost + NO_MARK
            way.score = way.cost + NO_PAUSE * max(0, nearest - marks)
            limit = min(limit, way.score)
        return found, limit + MARGIN

    def _matched(self, match: _Match, said: float, time: float) -> Anchor:
        """The anchor that follows."""
        text, before = self._text, match.way.anchor
        unit = text.marks[match.mark] if match.mark < len(text.marks) else len(text)
        pace = before.pace.learnt(said - before.said, time - before.time)
        factor = pace.factor or before.factor
        return Anchor(unit, match.mark + 1, said, time, self.pauses, match.cost, pace, factor, before)

    def _inside(self, end: int) -> int:
        """How many marks lie before the end of the text."""
        marks = self._text.marks
        return len(marks) if end >= len(self._text) else bisect_right(marks, end - 1)

    def _variance(self, said: float) -> float:
        return SPREAD * max(said, LEAST_SAID) + self._error * said * said


def _cost(match: _Match) -> float:
    return match.cost


def _score(way: _Way) -> float:
    return way.score
