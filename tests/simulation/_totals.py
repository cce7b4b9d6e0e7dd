"""Many seeds, and what they come to."""

from __future__ import annotations

import hashlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import cast

import attrs
from tests.simulation._judge import judge
from tests.simulation._kinds import Kind
from tests.simulation._ledger import Ledger
from tests.simulation._plan import Plan, draw
from tests.simulation._protocols import QWEN
from tests.simulation._run import Record, run

BATCH = 25
"""Seeds that a process takes at a time."""


@attrs.frozen
class Failure:
    """A seed that is wrong."""

    seed: int
    what: str


@attrs.define
class Totals:
    """What happened."""

    seeds: int = 0
    virtual: float = 0.0
    turns: int = 0
    words: int = 0
    words_off: int = 0
    repeated: int = 0
    errors: int = 0
    """Turns that ended with an error, as they may."""
    counts: Counter[Kind] = attrs.Factory(Counter[Kind])
    failures: list[Failure] = attrs.Factory(list[Failure])

    def add(self, other: Totals) -> None:
        self.seeds += other.seeds
        self.virtual += other.virtual
        self.turns += other.turns
        self.words += other.words
        self.words_off = max(self.words_off, other.words_off)
        self.repeated += other.repeated
        self.errors += other.errors
        self.counts.update(other.counts)
        self.failures += other.failures

    def missing(self, never: tuple[Kind, ...] = ()) -> list[Kind]:
        """What did not happen, and may."""
        return [kind for kind in Kind if not self.counts[kind] and kind not in never]

    def lines(self) -> list[str]:
        """To be read."""
        return [
            f"{self.virtual / 3600:.2f} virtual hours; {self.turns} turns, {self.errors} of them ended with an error",
            f"{self.words} words heard, {self.repeated} repeats; heard text at most {self.words_off} words off",
            *(f"  {kind.value:<50}{self.counts[kind]:>8}" for kind in Kind),
        ]


def try_plan(plan: Plan, ledger: Ledger | None = None) -> tuple[Record | None, str, Totals]:
    """Run and judge one; "" if it is right, else what is wrong. What happens is noted in `ledger`."""
    totals = Totals(seeds=1)
    try:
        record = run(plan, ledger)
    except Exception as error:  # noqa: BLE001 -- whatever leaves a run is what was looked for
        return None, f"raised: {_innermost(error)}", totals
    totals.virtual = record.seconds
    totals.turns = len(record.turns)
    totals.counts.update(record.ledger.counts)
    try:
        verdict = judge(record)
    except AssertionError as error:
        return record, str(error), totals
    totals.words, totals.words_off = verdict.words, verdict.words_off
    totals.repeated, totals.errors = verdict.repeated, verdict.failures
    return record, "", totals


def _innermost(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return f"{type(error).__name__}: {error}"


def try_seeds(seeds: Iterable[int], protocol: str = QWEN, *, stop: bool = False) -> Totals:
    """Run and judge them, all to the end, or up to the first that is wrong."""
    totals = Totals()
    for seed in seeds:
        _, wrong, one = try_plan(draw(seed, protocol))
        totals.add(one)
        if wrong:
            totals.failures.append(Failure(seed, wrong))
            if stop:
                break
    return totals


def try_many(first: int, seeds: int, jobs: int, protocol: str = QWEN, *, stop: bool = False) -> Iterator[Totals]:
    """The same in several processes; gives what has happened so far, again and again."""
    batches = [range(at, min(at + BATCH, first + seeds)) for at in range(first, first + seeds, BATCH)]
    totals = Totals()
    if jobs == 1:
        for batch in batches:
            totals.add(try_seeds(batch, protocol, stop=stop))
            yield totals
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for one in pool.imap(partial(try_seeds, protocol=protocol, stop=stop), batches):
            totals.add(one)
            yield totals


def digest(record: Record) -> str:
    """Of all that was heard and noted: the same for the same plan."""
    log = "\n".join(record.ledger.log) + hashlib.sha256(record.pcm).hexdigest()
    return hashlib.sha256(log.encode()).hexdigest()[:16]


def timed(
    first: int, seeds: int, jobs: int, protocol: str = QWEN, *, stop: bool = False
) -> Iterator[tuple[Totals, float]]:
    """With the real seconds that it has taken."""
    began = time.perf_counter()
    for totals in try_many(first, seeds, jobs, protocol, stop=stop):
        yield totals, time.perf_counter() - began
