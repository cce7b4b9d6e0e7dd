"""Turns of one conversation, one after another, interrupted at any moment: how they are drawn, held and counted."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
from collections import Counter

import attrs
from tests.simulation._judge import judge
from tests.simulation._kinds import Kind, Moment, Since
from tests.simulation._ledger import Ledger
from tests.simulation._plan import Action, Plan, Turn, Vendor
from tests.simulation._run import run
from tests.simulation._words import PROBE, Name, Word

from triolet.testing import Link

RATES = (60, 800)
"""Tokens a second: a usual and a very fast LLM."""
TURNS_EACH = PROBE
"""In a conversation: as many as words can tell apart. Enough for sessions to be used again, few enough that many begin with
none."""
FILLER_AFTER = 0.4
CALM_TURNS_EACH = 4
"""The same, where nobody interrupts, and sessions end only because they break."""
BREAKING = ((0, 2_000), (0, 100_000))
"""Bytes from the service between which a line breaks: until the first audio, or in any of the first sentences."""


@attrs.define
class Summary:
    """What many turns came to."""

    turns: Counter[float] = attrs.Factory(Counter[float])
    """By rate."""
    moments: Counter[tuple[Moment | None, float]] = attrs.Factory(Counter[tuple[Moment | None, float]])
    """By moment of interruption and rate."""
    words_off: int = 0
    repeated: int = 0
    failures: int = 0
    connections: int = 0
    commits: int = 0
    broken: int = 0
    """Lines."""
    log: list[str] = attrs.Factory(list[str])
    """The same for the same seed."""

    def add(self, other: Summary) -> None:
        self.turns.update(other.turns)
        self.moments.update(other.moments)
        self.words_off = max(self.words_off, other.words_off)
        self.repeated += other.repeated
        self.failures += other.failures
        self.connections += other.connections
        self.commits += other.commits
        self.broken += other.broken
        self.log += other.log

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


@attrs.frozen
class Part:
    """One conversation of a run of many."""

    seed: int
    first: int
    """The number of its first turn in the run."""
    turns: int
    faults: bool
    """Three of ten lines break, or fall silent, at some time."""
    calm: bool
    """Nobody interrupts."""


def run_turns(seed: int, turns: int, *, faults: bool = False, calm: bool = False, jobs: int = 1) -> Summary:
    """Run them, each conversation in a Trio run of its own; raise AssertionError at the first that is wrong.

    The scheduling of Trio and all else that is random comes from the seed. `jobs` processes share the conversations; what
    comes out is the same.
    """
    each = CALM_TURNS_EACH if calm else TURNS_EACH
    parts = [Part(seed, first, min(each, turns - first), faults, calm) for first in range(0, turns, each)]
    summary = Summary()
    if jobs == 1:
        for part in parts:
            summary.add(_run_part(part))
        return summary
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for one in pool.imap(_run_part, parts):
            summary.add(one)
    return summary


def _run_part(part: Part) -> Summary:
    plan, ledger = draw_turns(part), Ledger()
    try:
        record = run(plan, ledger)
        verdict = judge(record)
    except AssertionError as error:
        happened = "\n".join(ledger.log)
        raise AssertionError(f"{part}: {error}\n{happened}") from error
    summary = Summary(
        words_off=verdict.words_off,
        repeated=verdict.repeated,
        failures=verdict.failures,
        connections=record.connections,
        commits=len(ledger.commits),
        broken=ledger.counts[Kind.LINE_RESET] + ledger.counts[Kind.LINE_DEAD],
        log=[str(part), *ledger.log, f"pcm {hashlib.sha256(record.pcm).hexdigest()}"],
    )
    for turn in record.turns:
        summary.turns[turn.plan.rate] += 1
        summary.moments[turn.moment, turn.plan.rate] += 1
        ended = turn.result.heard if turn.result is not None else None
        summary.log.append(
            f"{part.first + turn.plan.number} {turn.moment} at {turn.ended_at:.6f}, {turn.ended}: {ended!r}"
        )
    return summary


def draw_turns(part: Part) -> Plan:
    """The plan of a conversation: with the chain as a user gets it, or, where it is calm, with each sentence by itself."""
    draws = random.Random(f"turns/{part.seed}/{part.first}")
    link = Link(
        latency=draws.choice([0.0, 0.005, 0.03, 0.1, 0.1]),
        jitter=draws.choice([0.0, 0.02]),
        split=draws.choice([None, None, 1500]),
    )
    vendor = Vendor(
        link=link,
        first_audio=draws.choice([0.05, 0.2]),
        pace=draws.choice([1.5, 3.0, 8.0]),
        jitter=draws.choice([0.0, 0.05]),
        delta_bytes=draws.choice([1500, 9788]),
        breaking=draws.choice(BREAKING) if part.faults else None,
    )
    return Plan(
        seed=draws.randrange(2**32),
        vendors=(vendor,),
        turns=tuple(_turn(draws, number, part, last=number == part.turns - 1) for number in range(part.turns)),
        hold=draws.choice([0.1, 0.1, 1.0]),
        join=0 if part.calm else 240,
        usual=not part.calm,
    )


def _turn(draws: random.Random, number: int, part: Part, *, last: bool) -> Turn:
    cold = number == 0
    aims = [None, *Moment, Moment.COMMITTING, Moment.PLAYING, Moment.PLAYING]
    aim = Moment.CONNECTING if cold and draws.random() < 0.7 else draws.choice(aims)
    if part.calm:
        aim = None
    thinking = draws.choice([0.0, 0.02, draws.uniform(0, 0.3)])
    if aim is Moment.FILLING:
        thinking = 2.0
    elif aim is Moment.THINKING:
        thinking += 0.05
    elif aim is Moment.CONNECTING:
        thinking = 0.0
    return Turn(
        number=number,
        words=_words(draws, number),
        thinking=thinking,
        rate=RATES[(part.first + number) % len(RATES)],
        actions=() if aim is None else (_action(draws, aim, thinking, last=last),),
        filler_after=FILLER_AFTER if aim is Moment.FILLING else None,
        behind=not cold and (aim is Moment.WAITING or draws.random() < 0.05),
    )


def _action(draws: random.Random, aim: Moment, thinking: float, *, last: bool) -> Action:
    since = {
        Moment.COMMITTING: Since.COMMIT,
        Moment.PLAYING: Since.SOUND,
        Moment.DRAINING: Since.DRAIN,
        Moment.FILLING: Since.FILLER,
    }.get(aim, Since.ASKED)
    latest = {
        Moment.WAITING: 0.8,
        Moment.THINKING: thinking,
        Moment.CONNECTING: 0.3,
        Moment.WRITING: thinking + 0.2,
        Moment.COMMITTING: 0.1,
        Moment.PLAYING: 1.2,
        Moment.DRAINING: 0.11,
        Moment.FILLING: FILLER_AFTER + 1.0,
    }[aim]
    kind = draws.choice([Kind.INTERRUPT, Kind.INTERRUPT, Kind.CANCEL, Kind.INTERRUPT if last else Kind.REPLACE])
    return Action(kind, since, after=draws.choice([0.0, *[draws.uniform(0, latest)] * 4]))


def _words(draws: random.Random, turn: int) -> tuple[Word, ...]:
    """One to three short sentences, so that a turn has as many moments between two as inside one."""
    words: list[Word] = []
    for _ in range(draws.choice([1, 1, 2, 2, 3])):
        clauses = draws.choice([1, 1, 2])
        for clause in range(clauses):
            count = draws.randint(1, 4)
            for at in range(count):
                ends = at == count - 1
                mark = "" if not ends else "," if clause < clauses - 1 else draws.choice([".", ".", "!", "?", ".\n\n"])
                words.append(Word(Name(turn, len(words)), mark, "" if ends else draws.choice(["", "", "", "**", "*"])))
    return tuple(words)
