"""A turn that is ended at any step of any task, the service's included, and what is left of it.

Every step, which takes minutes: python -m tests.simulation.steps
"""

from __future__ import annotations

import sys

from tests.simulation._judge import judge
from tests.simulation._kinds import Kind, Since
from tests.simulation._plan import Action, Plan, Turn, Vendor
from tests.simulation._run import run
from tests.simulation._words import Name, Word

from triolet.testing import Link

WAYS = (Kind.INTERRUPT, Kind.CANCEL, Kind.LEAVE)
"""`conversation.interrupt()`, a cancellation of `say`, and one of the whole block."""
AT_ONCE = 0.5
"""Seconds that ending a turn may take."""
LEAVING = 2.0
"""Seconds that leaving the conversation may take: its connections say goodbye."""


def end_at(way: Kind, step: int) -> int:
    """End a turn at that step, and raise AssertionError if anything is wrong; give how many steps there were (at 0 nothing ends
    it).
    """
    record = run(_plan(way, step))
    judge(record)
    first = record.turns[0] if record.turns else None
    if first is not None and first.interrupted and way is not Kind.LEAVE:
        assert first.returned_at - first.ended_at <= AT_ONCE, "it does not return"
    if record.left and first is not None:
        assert record.seconds - max(first.ended_at, 0.0) <= LEAVING, "leaving takes long"
    # The client has said goodbye on each connection that it knew to be open, and cut no other one but while it opened.
    assert record.goodbyes.get(1000, 0) >= record.opened, record.goodbyes
    assert set(record.goodbyes) <= {1000, 1006}, record.goodbyes
    return record.steps


def _plan(way: Kind, step: int) -> Plan:
    marks = (",", "", "", ".", "", ".")
    words = tuple(Word(Name(0, number), mark) for number, mark in enumerate(marks))
    following = (Word(Name(1, 0)), Word(Name(1, 1), "."))
    return Plan(
        seed=0,
        vendors=(Vendor(Link(latency=0.02), first_audio=0.2, pace=8.0),),
        turns=(
            Turn(0, words, rate=30.0, actions=(Action(way, Since.STEP, step),)),
            Turn(1, following),
        ),
        usual=True,
    )


def main() -> int:
    wrong = 0
    for way in WAYS:
        steps = end_at(way, 0)
        for step in range(1, steps + 1):
            try:
                end_at(way, step)
            except Exception as error:  # noqa: BLE001 -- told, and counted
                wrong += 1
                sys.stdout.write(f"{way.value} at step {step}: {type(error).__name__}: {error}\n")
        sys.stdout.write(f"{way.value}: {steps} steps\n")
    return wrong


if __name__ == "__main__":
    sys.exit(main() > 0)
