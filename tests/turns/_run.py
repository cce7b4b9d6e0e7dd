"""Many conversations from one seed, and what they come to."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
from collections import Counter
from unittest import mock

import attrs
import trio
from tests.turns._conversation import ConversationRecord, hold
from tests.turns._judge import describe, judge
from tests.turns._script import RATES, ConversationScript, Moment, script
from trio.testing import MockClock

TURNS_EACH = 20
"""In a conversation: enough for sessions to be used again; few enough that many begin with none."""


@attrs.define
class Summary:
    """What happened."""

    turns: Counter[int] = attrs.Factory(Counter[int])
    """By rate."""
    moments: Counter[tuple[Moment | None, int]] = attrs.Factory(Counter[tuple[Moment | None, int]])
    """By moment of interruption and rate."""
    words_off: int = 0
    failures: int = 0
    connections: int = 0
    commits: int = 0
    log: list[str] = attrs.Factory(list[str])

    def add(self, judged: _Judged) -> None:
        for rate, moment, failed in judged.turns:
            self.turns[rate] += 1
            self.moments[moment, rate] += 1
            self.failures += failed
        self.words_off = max(self.words_off, judged.words_off)
        self.connections += judged.connections
        self.commits += judged.commits
        self.log.extend(judged.log)

    @property
    def digest(self) -> str:
        """Of the log."""
        return hashlib.sha256("\n".join(self.log).encode()).hexdigest()[:16]

    def table(self) -> list[str]:
        """Lines to read."""
        lines = [f"{'interrupted':<26}" + "".join(f"{rate:>6}/s" for rate in RATES)]
        for moment in (*Moment, None):
            counts = "".join(f"{self.moments[moment, rate]:>8}" for rate in RATES)
            lines.append(f"{'not' if moment is None else moment.value:<26}{counts}")
        return lines

    def missing(self) -> list[str]:
        """Moments in which no turn was interrupted."""
        return [f"{moment.value} at {rate}/s" for moment in Moment for rate in RATES if not self.moments[moment, rate]]


def run(seed: int, turns: int, *, faults: bool = False, jobs: int = 1) -> Summary:
    """Run them, each conversation in a Trio run of its own; raise AssertionError at the first that is wrong.

    The scheduling of Trio and all else that is random comes from the seed. `jobs` processes share the conversations; what
    comes out is the same.
    """
    parts = [(seed, first, min(TURNS_EACH, turns - first), faults) for first in range(0, turns, TURNS_EACH)]
    summary = Summary()
    if jobs == 1:
        for part in parts:
            summary.add(_judged(part))
    else:
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            for judged in pool.imap(_judged, parts):
                summary.add(judged)
    return summary


@attrs.frozen
class _Judged:
    """One conversation, without its samples."""

    turns: tuple[tuple[int, Moment | None, bool], ...]
    """Rate, when it was interrupted, and whether it failed."""
    words_off: int
    connections: int
    commits: int
    log: tuple[str, ...]


def _judged(part: tuple[int, int, int, bool]) -> _Judged:
    seed, first, turns, faults = part
    record = replayed(script(seed, first, turns, faults=faults))
    return _Judged(
        turns=tuple((turn.script.rate, turn.interrupted, turn.failure is not None) for turn in record.turns),
        words_off=judge(record),
        connections=record.connections,
        commits=len(record.commits),
        log=(
            *map(describe, record.turns),
            *map(str, record.commits),
            f"pcm {hashlib.sha256(record.pcm).hexdigest()}",
        ),
    )


def replayed(conversation: ConversationScript) -> ConversationRecord:
    """One conversation, the same every time."""
    scheduling = trio._core._run
    before = scheduling._r.getstate(), random.getstate()
    scheduling._r.seed(conversation.seed)
    random.seed(conversation.seed)
    try:
        with mock.patch.object(scheduling, "_ALLOW_DETERMINISTIC_SCHEDULING", new=True):
            return trio.run(hold, conversation, clock=MockClock(autojump_threshold=0))
    finally:
        scheduling._r.setstate(before[0])
        random.setstate(before[1])
