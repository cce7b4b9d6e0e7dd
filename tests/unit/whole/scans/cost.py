"""What a scan costs, in CPU time of this thread."""

from __future__ import annotations

import collections
import re
import time
from collections.abc import Callable
from typing import Any, cast

from tests.unit.whole.scans.patterns import units

LENGTH = 2_000


def seconds_of(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def worst(pattern: re.Pattern[Any], *, scans: bool) -> tuple[float, str]:
    """Seconds a character for the text that is worst of those that we know, and what it repeats."""
    found = 0.0, ""
    for unit in units(pattern):
        text: Any = (unit * LENGTH)[:LENGTH] + "\x00"
        if isinstance(pattern.pattern, bytes):
            text = text.encode("utf-8", "replace")

        def attack(text: Any = text) -> None:
            if scans:
                collections.deque(cast("Any", pattern).finditer(text), maxlen=0)
            else:
                pattern.match(text)

        cost = seconds_of(attack)
        if cost > found[0]:
            cost = min(cost, *(seconds_of(attack) for _ in range(4)))  # what else runs on the machine makes it dearer
        found = max(found, (cost, unit))
    return found[0] / LENGTH, found[1]
