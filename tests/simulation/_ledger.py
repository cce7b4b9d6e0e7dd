"""What happened in a run, as its vendors and its listener saw it."""

from __future__ import annotations

import itertools
from collections import Counter

import attrs
import trio
from tests.simulation._kinds import Kind, Since
from tests.simulation._sound import RATE, Commit
from tests.simulation._words import FILLER, PROBE, PROBE_TEXT, Name

from triolet.synthesis._options import IN_FLIGHT
from triolet.synthesis._speaking_turn import WAITING

AHEAD, AHEAD_OF_FILE = WAITING + 1, WAITING + 3
"""Phrases that may have been committed and not begun to be played: `WAITING - 1` that wait for their turn, one that wants to,
and one in the hand of who passes them on; where a phrase is passed on whole, one more on its way, and one at the output's door."""


@attrs.define
class Ledger:
    """Written by everybody but the engine."""

    lead: float | None = None
    """Seconds that may be held for a listener; None: there is none."""
    counts: Counter[Kind] = attrs.Factory(Counter[Kind])
    hits: list[tuple[float, Kind]] = attrs.Factory(list[tuple[float, Kind]])
    """What vendors and lines did wrong, and when."""
    commits: dict[tuple[int, int], Commit] = attrs.Factory(dict[tuple[int, int], Commit])
    log: list[str] = attrs.Factory(list[str])
    wrong: list[str] = attrs.Factory(list[str])
    """What was wrong where nobody would raise it: within a server."""
    _speaks: int = 0
    """The vendor that was last told to say something."""
    _taken: Name | None = None
    _numbers: itertools.count[int] = attrs.Factory(itertools.count)
    _first: dict[tuple[Since, int], trio.Event] = attrs.Factory(dict[tuple[Since, int], trio.Event])

    def new_connection(self) -> int:
        return next(self._numbers)

    def hit(self, kind: Kind) -> None:
        """A vendor or its line does something wrong."""
        self.counts[kind] += 1
        self.hits.append((trio.current_time(), kind))
        self.note(kind.value)

    def did(self, kind: Kind) -> None:
        """Somebody else does."""
        self.counts[kind] += 1
        self.note(kind.value)

    def committed(self, commit: Commit) -> None:
        begins = commit.words[0].name
        if any(begins in [word.name for word in before.words] for before in self.commits.values()):
            self.first(Since.AGAIN, commit.turn).set()
        self.commits[commit.key] = commit
        self.first(Since.COMMIT, commit.turn).set()
        self._not_too_far(commit)
        if commit.turn == PROBE:
            assert commit.text.strip() == PROBE_TEXT, f"a probe says {commit.text!r}"
            self.did(Kind.PROBE)
        elif commit.vendor != self._speaks:
            self.did(Kind.FAILOVER if commit.vendor > self._speaks else Kind.TAKEN_BACK)
            self._speaks = commit.vendor
        self.note(f"vendor {commit.vendor}: commit {commit.key} of {commit.text!r}, {commit.samples} samples")

    def take(self, word: Name) -> None:
        """The output has been given a sample of this word."""
        self._taken = word

    def _not_too_far(self, commit: Commit) -> None:
        """So many phrases may be on their way to the output, and so many seconds held, and no more."""
        turn, taken = commit.turn, self._taken
        reached = taken.number if taken is not None and taken.turn == turn else -1
        others = [each for each in self.commits.values() if each.turn == turn and each.words[0].name.number < FILLER]
        waiting = {each.words[0].name.number for each in others} - set(range(reached + 1))
        most = AHEAD if self.lead is not None else AHEAD_OF_FILE
        assert len(waiting) <= most, f"{len(waiting)} phrases of turn {turn} are committed ahead of the listener"
        if self.lead is None or self.hits:
            return
        held = sum(each.given - each.said_until(reached) for each in others) / RATE
        most_held = self.lead + IN_FLIGHT * max((each.samples for each in others), default=0) / RATE
        assert held <= most_held, f"{held:.1f} s of turn {turn} are held, and {most_held:.1f} s may be"

    def note(self, what: str) -> None:
        self.log.append(f"{trio.current_time():9.4f} {what}")

    def first(self, since: Since, turn: int) -> trio.Event:
        """Set when it happens to a turn for the first time."""
        return self._first.setdefault((since, turn), trio.Event())
