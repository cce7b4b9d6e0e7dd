"""What a scan costs, in CPU time of this thread."""

from __future__ import annotations

import collections
import re
import time
from collections.abc import Callable
from typing import Any, cast

from tests.unit.whole.scans.patterns import units

LENGTH = 2_000
SHORT = LENGTH // 4
"""Characters of a first look: what is quadratic costs a quarter as much a character here."""
CHEAP = 0.5e-6
"""Seconds a character. What costs no more in the first look is within the limit of 3e-6 in the second."""


def seconds_of(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def worst(pattern: re.Pattern[Any], *, scans: bool) -> tuple[float, str]:
    """Seconds a character for the text that is worst of those that we know, and what it repeats."""
    found = 0.0, ""
    for unit in units(pattern):
        cost = _attack(pattern, unit, SHORT, scans=scans)
        if cost > CHEAP:
            cost = _attack(pattern, unit, LENGTH, scans=scans)
            if cost > found[0]:  # what else runs on the machine makes it dearer
                cost = min(cost, *(_attack(pattern, unit, LENGTH, scans=scans) for _ in range(4)))
        found = max(found, (cost, unit))
    return found


def _attack(pattern: re.Pattern[Any], unit: str, length: int, *, scans: bool) -> float:
    """Seconds a character for one text."""
    text: Any = (unit * length)[:length] + "\x00"
    if isinstance(pattern.pattern, bytes):
        text = text.encode("utf-8", "replace")

    def attack() -> None:
        if scans:
            collections.deque(cast("Any", pattern).finditer(text), maxlen=0)
        else:
            pattern.match(text)

    return seconds_of(attack) / length
