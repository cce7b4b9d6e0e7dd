"""Which pauses of a voice are beyond doubt those at which marks: where a phrase that was lost may be cut without losing a word.

The ways to match pauses and marks are those of `_matching`. Here every other mark that a pause may be at, and none, is weighed against
the likeliest, at every pace that the voice may have.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Generator, Sequence

import attrs

from triolet._model._text import SpeechUnit
from triolet.alignment._matching import NO_MARK, Anchor, Link, Matching
from triolet.alignment._pace import paces
from triolet.alignment._voicing import PAUSE, Voiced
from triolet.alignment._weights import WeighedUnits

_PACE_KNOWN = 0.12
"""How far (as a natural logarithm) the pace of a phrase lies from that of the phrases before it."""
_PACE_UNKNOWN = 0.3
"""The same for a voice of which nothing has been heard yet; more than is likely, since a wrong match would lose words."""

_LOSS = 4.5
"""By how much (a negative logarithm: 1 in 90) a match must be worse under which words would be lost."""
_DOUBT = 3.2
"""The same (1 in 25) where words would only be said again, or where the pause is at no mark at all."""

_LEAST = 0.2
"""Seconds. A shorter silence may be a hesitation one word before a mark, which no pace could tell from the pause at it; the
voices that were measured pause for 0.33 s at a mark."""
_ENDED = 0.3
"""Seconds of silence after which a text may have come to its end; one that goes on has a pause of 0.1 s at many a place."""

_PIECE = 200
"""Anchors, or links between them, that are looked at in one piece of the work: less than a millisecond."""

_GAPS = 50
"""Pauses whose marks are weighed in one piece of the work."""

_NOWHERE = -1
"""Stands for the mark of a pause that is at none."""


@attrs.frozen
class SurePause:
    """A pause whose mark is known."""

    unit: int
    """How many units have been said by then."""
    start: int
    """[start, end) are its samples."""
    end: int


def sure_pauses(
    units: Sequence[SpeechUnit], voiced: Voiced, *, sample_rate: int, pace: float | None = None
) -> tuple[SurePause, ...]:
    """The pauses in what one commit gave before it broke off, each with the mark at which it was made; those that may be at
    another mark, or at none, are left out.

    Silence at the end counts, if it is long enough; its mark may be the end of the text. `pace` is as for
    `heard_unit_count`.
    """
    work = find_sure_pauses(WeighedUnits(units), voiced, sample_rate=sample_rate, pace=pace)
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: tuple[SurePause, ...] = done.value
            return found


def find_sure_pauses(
    text: WeighedUnits, voiced: Voiced, *, sample_rate: int, pace: float | None = None
) -> Generator[None, None, tuple[SurePause, ...]]:
    """As `sure_pauses`, in pieces of at most a millisecond or two: it yields after each."""
    if not voiced.runs or not len(text):
        return ()
    gaps = [(before, after) for (_, before), (after, _) in itertools.pairwise(voiced.runs)]
    if voiced.trailing / sample_rate >= PAUSE:
        gaps.append((voiced.runs[-1][1], voiced.samples))
    ends = [end / sample_rate for end in itertools.accumulate(end - start for start, end in voiced.runs)]
    ended = voiced.trailing / sample_rate >= _ENDED
    links: list[Link] = []
    matching = Matching(text, paces(pace or 1.0, _PACE_UNKNOWN if pace is None else _PACE_KNOWN), links=links)
    for number, time in enumerate(ends[: len(gaps)], 1):
        matching.pause(time, may_end=ended and number == len(ends))
        yield

    def end_cost(last: Anchor) -> float:
        """The cost of the sound after the last anchor. Nothing is said after the end of the text."""
        silent = last.pause == len(ends)
        if last.unit == len(text) and not (silent and ended):
            return math.inf
        after = 0.0 if silent else matching.open_cost(last, ends[-1], len(text))
        return after + NO_MARK * (len(gaps) - last.pause)

    costs = _Costs(matching, links, len(gaps))
    yield from costs.find(end_cost)
    found: list[SurePause] = []
    for number, (start, end) in enumerate(gaps, 1):
        if (end - start) / sample_rate >= _LEAST and (unit := costs.without_doubt(number)) is not None:
            found.append(SurePause(unit, start, end))
        if number % _GAPS == 0:
            yield
    return tuple(found)


class _Costs:
    """For each pause and each mark that it may be at, or none: the cost of the best way in which they belong together."""

    def __init__(self, matching: Matching, links: Sequence[Link], gaps: int) -> None:
        self._matching = matching
        self._links = links
        self._marks: list[dict[int, float]] = [{_NOWHERE: math.inf} for _ in range(gaps + 1)]
        """By the number of the pause."""

    def find(self, end_cost: Callable[[Anchor], float]) -> Generator[None]:
        """Look at all ways, in pieces. `end_cost` is that of a way whose last anchor this is, besides its own."""
        ended = [math.inf] * len(self._marks)
        rest: dict[Anchor, float] = {}
        """The least cost of what follows an anchor."""
        afters = (link.after for link in self._links)
        for number, anchor in enumerate(itertools.chain(self._matching.beginnings, afters), 1):
            if anchor not in rest:
                rest[anchor] = end_cost(anchor)
                ended[anchor.pause] = min(ended[anchor.pause], anchor.cost + rest[anchor])
            if number % _PIECE == 0:
                yield
        for number, link in enumerate(reversed(self._links), 1):
            rest[link.before] = min(rest[link.before], link.cost - link.before.cost + rest[link.after])
            for over in range(link.before.pause + 1, link.after.pause):
                self._at(over, _NOWHERE, link.cost + rest[link.after])
            if number % _PIECE == 0:
                yield
        for number, (anchor, cost) in enumerate(rest.items(), 1):
            self._at(anchor.pause, anchor.unit, anchor.cost + cost)
            if number % _PIECE == 0:
                yield
        for pause, cost in enumerate(itertools.accumulate(ended[:-1], min), 1):
            self._at(pause, _NOWHERE, cost)

    def _at(self, pause: int, mark: int, cost: float) -> None:
        marks = self._marks[pause]
        marks[mark] = min(marks.get(mark, math.inf), cost)

    def without_doubt(self, pause: int) -> int | None:
        """The mark of a pause, if every other explanation is far worse."""
        marks = self._marks[pause]
        best = min(marks, key=marks.__getitem__)
        if best == _NOWHERE or math.isinf(marks[best]):
            return None
        for mark, cost in marks.items():
            margin = _LOSS if _NOWHERE < mark < best else _DOUBT
            if mark != best and cost - marks[best] < margin:
                return None
        return best
