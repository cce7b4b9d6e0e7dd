"""Making a failing plan smaller: fewer turns, faults and words, plainer settings; as long as it still fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, TypeVar

import attrs
from tests.simulation._plan import Plan, Turn, Vendor
from tests.simulation._totals import try_plan

Item = TypeVar("Item")

LONGEST = 120.0
"""Real seconds that it may take."""


def shrink(plan: Plan, wrong: str) -> tuple[Plan, str]:
    """The smallest plan found that is wrong in the same way (its error begins with the same word), and what is wrong."""
    until = time.monotonic() + LONGEST
    kind = _kind(wrong)
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(plan):
            if time.monotonic() > until:
                return plan, wrong
            _, still, _ = try_plan(candidate)
            if still and _kind(still) == kind:
                plan, wrong, smaller = candidate, still, True
                break
    return plan, wrong


def _kind(wrong: str) -> str:
    """What is wrong, without its numbers."""
    return "".join(char for char in wrong.removeprefix("turn ").lstrip("0123456789: ") if not char.isdigit())[:24]


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Each a step smaller, the largest steps first."""
    if len(plan.turns) > 1:
        for at in range(len(plan.turns)):
            yield attrs.evolve(plan, turns=_without(plan.turns, at))
    if len(plan.vendors) > 1:
        for at in range(len(plan.vendors)):
            yield attrs.evolve(plan, vendors=_without(plan.vendors, at))
    for at, vendor in enumerate(plan.vendors):
        for fewer in range(len(vendor.faults)):
            yield _with_vendor(plan, at, faults=_without(vendor.faults, fewer))
    for at, turn in enumerate(plan.turns):
        for each in _smaller_turns(turn):
            yield attrs.evolve(plan, turns=(*plan.turns[:at], each, *plan.turns[at + 1 :]))
    for at, vendor in enumerate(plan.vendors):
        for name, value in _differences(vendor, Vendor(faults=vendor.faults)):
            yield _with_vendor(plan, at, **{name: value})
    plainest = Plan(plan.seed, plan.vendors, plan.turns)
    for name, value in _differences(plan, plainest):
        yield attrs.evolve(plan, **{name: value})


def _smaller_turns(turn: Turn) -> Iterator[Turn]:
    count = len(turn.words)
    for fewer in {count // 2, count - 1} - {0, count}:
        yield attrs.evolve(turn, words=turn.words[:fewer], hiccups=tuple(h for h in turn.hiccups if h.word < fewer))
    for at in range(len(turn.actions)):
        yield attrs.evolve(turn, actions=_without(turn.actions, at))
    for at in range(len(turn.hiccups)):
        yield attrs.evolve(turn, hiccups=_without(turn.hiccups, at))
    plainest = Turn(turn.number, turn.words, hiccups=turn.hiccups, actions=turn.actions)
    for name, value in _differences(turn, plainest):
        yield attrs.evolve(turn, **{name: value})
    for at, word in enumerate(turn.words):
        if word.style:
            plain = attrs.evolve(word, style="")
            yield attrs.evolve(turn, words=(*turn.words[:at], plain, *turn.words[at + 1 :]))


def _differences(one: attrs.AttrsInstance, other: attrs.AttrsInstance) -> Iterator[tuple[str, Any]]:
    for field in attrs.fields(type(one)):
        value = getattr(other, field.name)
        if getattr(one, field.name) != value:
            yield field.name, value


def _with_vendor(plan: Plan, at: int, **changes: Any) -> Plan:
    vendor = attrs.evolve(plan.vendors[at], **changes)
    return attrs.evolve(plan, vendors=(*plan.vendors[:at], vendor, *plan.vendors[at + 1 :]))


def _without(items: tuple[Item, ...], at: int) -> tuple[Item, ...]:
    return (*items[:at], *items[at + 1 :])
