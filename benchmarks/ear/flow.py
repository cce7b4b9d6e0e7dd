"""How an answer comes: when it begins, where it stops, in how many commits."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterable, Sequence

import attrs
import trio

from benchmarks.ear import stalls
from benchmarks.ear.chain import phrases
from benchmarks.ear.oracle import first_audible
from benchmarks.ear.policies import POLICIES
from benchmarks.ear.report import Row, figure
from benchmarks.ear.scripts import Script
from benchmarks.ear.stalls import NOTICED
from benchmarks.ear.turns import Heard, turn
from triolet import Boundary, PhrasingOptions

WHOLE = PhrasingOptions(early_start=False, merge=0)


@attrs.frozen
class Played:
    script: Script
    heard: Heard
    oracle: float

    @property
    def late(self) -> float:
        """Seconds behind the oracle. One token, which a boundary may need to be seen, is not counted."""
        assert self.heard.first_audible is not None
        return self.heard.first_audible - self.oracle - 1 / self.script.rate

    @property
    def minutes(self) -> float:
        return self.heard.seconds / 60

    @property
    def sentences(self) -> int:
        return len(phrases(self.script.answer, WHOLE))

    @property
    def interruptions(self) -> list[float]:
        return [gap.seconds for gap in self.heard.gaps if gap.seconds > NOTICED]


Runs = dict[str, list[Played]]


async def play(scripts: Sequence[Script], compared: int, progress: Callable[[str], None]) -> Runs:
    """Play every script with this project's policy, and so many of them with the other policies too."""
    runs: Runs = {}
    for name, policy in POLICIES.items():
        some = scripts if name == "triolet" else random.Random(0).sample(scripts, min(compared, len(scripts)))
        runs[name] = []
        for number, script in enumerate(some, 1):
            runs[name].append(Played(script, await turn(policy, script), first_audible(script)))
            progress(f"{name}: {number}/{len(some)}")
        await trio.lowlevel.checkpoint()
    return runs


def _pairs(ours: Sequence[Played], others: Sequence[Played]) -> list[tuple[Played, Played]]:
    """The scripts that both have, at 20 tokens/s and without a stall."""
    by_script = {id(played.script): played for played in ours}
    return [(by_script[id(o.script)], o) for o in others if o.script.rate == 20 and not o.script.stalled]


def rows(runs: Runs) -> Iterable[Row]:
    """The figures of this project's policy with their goals, then those of all policies for comparison."""
    yield from _first(runs)
    yield from _silence(runs)
    yield from stalls.rows(runs["triolet"])
    yield from _cuts(runs)
    yield from _commits(runs)


def _first(runs: Runs) -> Iterable[Row]:
    ours = runs["triolet"]
    calm = [played for played in ours if not played.script.stalled]
    late = sorted(1000 * played.late for played in calm)
    yield figure("first audible - oracle - 1 token, median, ms", statistics.median(late), at_most=10)
    yield figure("... 95 in 100", percentile(late, 95), at_most=60)
    for rate in sorted({played.script.rate for played in calm}):
        some = sorted(1000 * played.late for played in calm if played.script.rate == rate)
        yield figure(f"... at {rate:g} tokens/s: median", statistics.median(some))
        yield figure("      95 in 100", percentile(some, 95))
    for other in list(runs)[1:]:
        pairs = [(a.heard.first_audible or 0) / (b.heard.first_audible or 1) for a, b in _pairs(ours, runs[other])]
        goal = 0.6 if other == "whole sentences" else None
        yield figure(f"first audible / that of {other}, 20 tokens/s", statistics.median(pairs), at_most=goal)
    best = [
        (a.oracle + 1 / a.script.rate) / (b.heard.first_audible or 1) for a, b in _pairs(ours, runs["whole sentences"])
    ]
    yield figure("... of the oracle + 1 token: nothing can be below", statistics.median(best))
    early = [
        (a.heard.first_audible or 0) / (b.heard.first_audible or 1)
        for a, b in _pairs(ours, runs["whole sentences"])
        if a.heard.phrases[0].boundary < Boundary.LINE
    ]
    if early:
        yield figure("... of the answers that begin with part of a sentence", statistics.median(early))
    for name, played in runs.items():
        times = [p.heard.first_audible or 0 for p in played if not p.script.stalled]
        yield figure(f"first audible, {name}, median, s", statistics.median(times))


def _silence(runs: Runs) -> Iterable[Row]:
    for name, played in runs.items():
        goals = name == "triolet"
        calm = [p for p in played if not p.script.stalled and p.script.rate >= 20]
        stalled = [p for p in played if p.script.stalled and p.script.rate >= 20]
        whole = 100 * sum(not p.interruptions for p in calm) / len(calm)
        yield figure(
            f"answers without unplanned silence, >= 20 tokens/s, {name}, %", whole, at_least=99 if goals else None
        )
        minutes = sum(p.minutes for p in stalled)
        count = sum(len(p.interruptions) for p in stalled)
        late = sum(len(p.interruptions) for p in stalled if p.script.stall_at is not None)
        yield figure(
            f"unplanned silences a minute with a stall, {name}", count / minutes, at_most=0.2 if goals else None
        )
        yield figure(f"... of them when the LLM stalled, {name}, %", 100 * late / max(1, count))
        first = sum(
            gap.seconds > NOTICED and gap.inside and not gap.phrase
            for p in stalled
            if p.script.service.stall is not None
            for gap in p.heard.gaps
        )
        yield figure("... without those of a service that stops in the first phrase", (count - first) / minutes)
        yield figure(
            f"longest unplanned silence, >= 20 tokens/s, {name}, s",
            max((gap for p in (*calm, *stalled) for gap in p.interruptions), default=0.0),
        )
        slow = [p for p in played if p.script.rate < 20]
        if slow:
            count = sum(len(p.interruptions) for p in slow)
            yield figure(f"unplanned silences a minute at 10 tokens/s, {name}", count / sum(p.minutes for p in slow))


def _cuts(runs: Runs) -> Iterable[Row]:
    for name, played in runs.items():
        goals = name == "triolet"
        minutes = sum(p.minutes for p in played)
        bare = sum(phrase.boundary < Boundary.COMMA for p in played for phrase in p.heard.phrases[:-1])
        yield figure(f"breaks that are not at a mark, a minute, {name}", bare / minutes, at_most=0.1 if goals else None)
        clause = [sum(phrase.boundary < Boundary.LINE for phrase in p.heard.phrases[:-1]) for p in played]
        yield figure(f"clause cuts an answer, mean, {name}", statistics.fmean(clause))
        fast = [cuts for cuts, p in zip(clause, played, strict=True) if p.script.rate >= 20]
        yield figure("... most, >= 20 tokens/s", max(fast), at_most=1 if goals else None)
        yield figure("... most", max(clause))


def _commits(runs: Runs) -> Iterable[Row]:
    for name, played in runs.items():
        goals = name == "triolet"
        commits = sum(len(p.heard.commits) for p in played)
        sentences = sum(p.sentences for p in played)
        each = [len(p.heard.commits) / p.minutes for p in played]
        yield figure(f"commits / sentences, {name}", commits / sentences, at_most=1.1 if goals else None)
        yield figure(f"commits a spoken minute, median, {name}", statistics.median(each), at_most=12 if goals else None)
        text = sum(len(phrase.words) for p in played for phrase in phrases(p.script.answer, WHOLE))
        billed = sum(p.heard.result.characters for p in played)
        yield figure(f"billed above the text, {name}, %", 100 * (billed / text - 1), at_most=2 if goals else None)


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]
