"""Which pauses of the voice are beyond doubt those at which marks: where a phrase that was lost may be cut without losing a word.

The matching is that of `_heard`; here every other explanation of a pause is weighed against the likeliest, at every pace that
the voice may have.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import attrs

from triolet._model._text import SpeechUnit
from triolet.alignment._heard import PACES, Anchor, PhraseSound, pace_cost
from triolet.alignment._voicing import PAUSE, Voiced

_PACE_KNOWN = 0.12
"""How far (as a natural logarithm) the pace of a phrase lies from that of the phrases before it."""
_PACE_UNKNOWN = 0.3
"""The same for a voice of which nothing has been heard yet; more than is likely, since a wrong match would lose words."""

_LOSS = 4.5
"""By how much (a negative logarithm: 1 in 90) an explanation must be worse under which words would be lost."""
_DOUBT = 3.2
"""The same (1 in 25) where words would only be said again, or where the pause is at no mark at all."""

_LEAST = 0.2
"""Seconds. A shorter silence may be a hesitation one word before a mark, which no pace could tell from the pause at it; the
voices that were measured pause for 0.33 s at a mark."""
_ENDED = 0.3
"""Seconds of silence after which a text may have come to its end; one that goes on has a pause of 0.1 s at many a place."""


@attrs.frozen
class SurePause:
    """A pause whose mark is known."""

    unit: int
    """How many pieces have been said by then."""
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
    if not voiced.runs or not units:
        return ()
    gaps = [(before, after) for (_, before), (after, _) in itertools.pairwise(voiced.runs)]
    if voiced.trailing / sample_rate >= PAUSE:
        gaps.append((voiced.runs[-1][1], voiced.samples))
    costs: dict[tuple[int, int], float] = {}
    spread = _PACE_UNKNOWN if pace is None else _PACE_KNOWN
    ended = voiced.trailing / sample_rate >= _ENDED
    for factor in PACES:
        unlikely = pace_cost(factor, spread)
        for key, cost in _explanations(units, voiced, sample_rate, (pace or 1.0) * factor, ended=ended):
            costs[key] = min(costs.get(key, math.inf), cost + unlikely)
    return tuple(
        SurePause(unit, start, end)
        for at, (start, end) in enumerate(gaps, 1)
        if (end - start) / sample_rate >= _LEAST and (unit := _without_doubt(costs, at)) is not None
    )


NO_MARK = -1


def _without_doubt(costs: dict[tuple[int, int], float], pause: int) -> int | None:
    """The mark of a pause, if every other explanation is far worse."""
    marks = {mark: cost for (mark, at), cost in costs.items() if at == pause}
    best = min(marks, key=lambda mark: marks[mark])
    if best == NO_MARK or math.isinf(marks[best]):
        return None
    for mark, cost in marks.items():
        margin = _LOSS if NO_MARK < mark < best else _DOUBT
        if mark != best and cost - marks[best] < margin:
            return None
    return best


def _explanations(
    units: Sequence[SpeechUnit], voiced: Voiced, sample_rate: int, pace: float, *, ended: bool
) -> Iterator[tuple[tuple[int, int], float]]:
    """For each pause and each mark (or none), the cost of the best matching in which they belong together."""
    sound = PhraseSound(units, voiced, None, sample_rate, pace)
    marks = [0, *sound.marks, len(units)]
    pauses = [0.0, *sound.pauses]
    nodes = [(0, 0), *itertools.product(range(1, len(marks)), range(1, len(pauses)))]

    def anchor(node: tuple[int, int]) -> Anchor:
        return Anchor(marks[node[0]], pauses[node[1]])

    def step(a: tuple[int, int], b: tuple[int, int]) -> float:
        return sound.cost(anchor(a), anchor(b)) + sound.skipped(b[0] - a[0] - 1, b[1] - a[1] - 1)

    def rest(node: tuple[int, int]) -> float:
        last = node[0] == len(marks) - 1
        silent = sound.known - pauses[node[1]] < 1e-6
        if last and not (silent and ended):
            return math.inf  # nothing is said after the end
        open_end = 0.0 if last or silent else sound.open(anchor(node), marks[node[0] + 1 : -1])
        return open_end + sound.skipped(0, len(pauses) - 1 - node[1])

    steps = {(a, b): step(a, b) for a in nodes for b in nodes if a[0] < b[0] and a[1] < b[1]}
    before = dict.fromkeys(nodes, math.inf)
    before[0, 0] = 0.0
    for a, b in sorted(steps, key=lambda pair: pair[1]):
        before[b] = min(before[b], before[a] + steps[a, b])
    after = {node: rest(node) for node in nodes}
    for a, b in sorted(steps, key=lambda pair: pair[0], reverse=True):
        after[a] = min(after[a], steps[a, b] + after[b])

    for node in nodes[1:]:
        yield (marks[node[0]], node[1]), before[node] + after[node]
    for pause in range(1, len(pauses)):
        over = [before[a] + cost + after[b] for (a, b), cost in steps.items() if a[1] < pause < b[1]]
        last_before = [before[node] + rest(node) for node in nodes if node[1] < pause]
        yield (NO_MARK, pause), min(over + last_before)
