"""What a scan costs, in CPU time of this thread."""

from __future__ import annotations

import collections
import functools
import re
import time
from collections.abc import Callable
from typing import Any, cast

from tests.unit.whole.scans.patterns import units

PATTERN_LIMIT = 3e-6
"""Seconds a character, over `LENGTH` of them. The slowest linear one takes 0.8e-6."""
LENGTH = 2_000
SHORT, MIDDLE = LENGTH // 8, LENGTH // 2
"""Characters of a first look, in which what is quadratic costs an eighth as much a character, and of a second."""
CHEAP = PATTERN_LIMIT * SHORT / LENGTH
"""Seconds a character. What costs no more in the first look is within the limit."""
NO_GROWTH = 1.3
"""How much more a character may cost in a text that is four times as long, if no longer text need be looked at. What grows so from `SHORT`
to `MIDDLE`, and costs less than half of the limit there, costs less than all of it over `LENGTH`.
"""


def seconds_of(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


@functools.cache  # modules share patterns
def worst(pattern: re.Pattern[Any], *, scans: bool) -> tuple[float, str]:
    """Seconds a character for the text that is worst of those that we know, and what it repeats."""
    found = 0.0, ""
    for unit in units(pattern):
        cost = _attack(pattern, unit, SHORT, scans=scans)
        if cost > CHEAP:
            short = min(cost, _attack(pattern, unit, SHORT, scans=scans))
            cost = _attack(pattern, unit, MIDDLE, scans=scans)
            if cost > min(short * NO_GROWTH, PATTERN_LIMIT / 2):
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
