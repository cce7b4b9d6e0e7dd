"""Many conversations from one seed, and what they come to."""

from __future__ import annotations

import hashlib
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

    def add(self, record: ConversationRecord, words_off: int) -> None:
        for turn in record.turns:
            self.turns[turn.script.rate] += 1
            self.moments[turn.interrupted, turn.script.rate] += 1
            self.failures += turn.failure is not None
            self.log.append(describe(turn))
        self.words_off = max(self.words_off, words_off)
        self.connections += record.connections
        self.commits += len(record.commits)
        self.log.extend(f"{commit}" for commit in record.commits)
        self.log.append(f"pcm {hashlib.sha256(record.pcm).hexdigest()}")

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


def run(seed: int, turns: int, *, faults: bool = False) -> Summary:
    """Run them, each conversation in a Trio run of its own; raise AssertionError at the first that is wrong.

    The scheduling of Trio and all else that is random comes from the seed.
    """
    summary = Summary()
    for first in range(0, turns, TURNS_EACH):
        record = replayed(script(seed, first, min(TURNS_EACH, turns - first), faults=faults))
        summary.add(record, judge(record))
    return summary


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
