"""What could be done at best about a service or an LLM that stops in the middle of an answer.

A policy that knows the future, and has a second provider, commits on both what will stall, and the listener hears no silence at
all: the bound is 0. So two weaker ones are given, each with an unlimited budget and no false alarm:

- *at once*: it knows a stall in the moment in which it begins, and then commits the rest of the words on a second provider, which is
  as fast as the first, does not stall, and goes on at the very sample.
- *noticed*: it does the same as soon as the stall is longer than any pause between deltas that jitter explains.

A filler covers silence between phrases only: words of its own inside a sentence would be worse than the silence. The best filler
knows at once that nothing will come, and begins when the listener has nothing left.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from benchmarks.ear.network import DELTA, PACE, STALL
from benchmarks.ear.report import Row, figure

if TYPE_CHECKING:
    from benchmarks.ear.flow import Played
    from benchmarks.ear.turns import Gap

NOTICED = 0.12
"""Seconds of silence that a listener notices inside a sentence."""


def rows(played: Sequence[Played]) -> Iterable[Row]:
    """The silences of this project's policy, and those of the bounds, a minute of answers with a stall."""
    by_service = [one for one in played if one.script.service.stall is not None and one.script.rate >= 20]
    by_llm = [one for one in played if one.script.stall_at is not None and one.script.rate >= 20]
    if by_service:
        minutes = sum(one.minutes for one in by_service)
        ours = _count(gap.seconds for one in by_service for gap in one.heard.gaps)
        yield figure("silences a minute, a service stalls, triolet", ours / minutes)
        for name, reaction in (("at once", 0.0), ("noticed", None)):
            best = _count(left for one in by_service for left in _left(one, reaction))
            yield figure(f"... with a second provider, {name}", best / minutes)
            yield figure("... ours divided by it", ours / best if best else float("inf"))
        yield figure("... with a second provider and foresight", 0.0)
    if by_llm:
        minutes = sum(one.minutes for one in by_llm)
        gaps = [gap for one in by_llm for gap in one.heard.gaps if gap.seconds > NOTICED]
        yield figure("silences a minute, the LLM stalls, triolet", len(gaps) / minutes)
        yield figure("... with the best filler", sum(gap.inside for gap in gaps) / minutes)


def _count(silences: Iterable[float]) -> int:
    return sum(seconds > NOTICED for seconds in silences)


def _left(one: Played, reaction: float | None) -> Iterator[float]:
    """The silences that are left if the second provider is asked `reaction` seconds after the first has stopped."""
    service = one.script.service
    if reaction is None:
        reaction = DELTA / PACE + service.jitter
    first = service.first + random.Random(f"{service.seed}/second").uniform(0, service.jitter)
    for gap in one.heard.gaps:
        yield min(gap.seconds, one.heard.stalled_at + reaction + first - gap.at) if _of_stall(one, gap) else gap.seconds


def _of_stall(one: Played, gap: Gap) -> bool:
    """Whether a silence comes from the stall: it begins while the service has stopped."""
    return one.heard.stalled_at <= gap.at <= one.heard.stalled_at + STALL + one.script.service.jitter
