"""python -m tests.unit.whole.scans.table: all scans over what a peer sends, with their cost on this machine."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator

from tests.unit.whole.scans.cost import LENGTH, seconds_of, worst
from tests.unit.whole.scans.patterns import compiled, uses
from tests.unit.whole.scans.readers import READERS, UNITS
from tests.unit.whole.scans.test_scans import BOUNDED, MATCHED, NEAR


def cost(read: Callable[[str], object], unit: str, length: int) -> float:
    return seconds_of(functools.partial(read, (unit * length)[:length])) / length


def lines() -> Iterator[str]:
    yield f"Regular expressions: ns a character of the worst text of {LENGTH}, and what that repeats"
    for use in uses():
        if str(use).startswith(NEAR) and not compiled(use):
            continue
        if str(use) in BOUNDED:
            yield f"{'':>8}  {use}: {BOUNDED[str(use)]}"
        else:
            found, unit = max(worst(one, scans=use.scans and str(use) not in MATCHED) for one in compiled(use))
            yield f"{found * 1e9:8.0f}  {use}  {unit!r}"
    yield "Readers: us a character of the worst texts of 4,000 and of 16,000 characters, and what the latter repeats"
    for name, read in READERS.items():
        short = max(cost(read, unit, 4_000) for unit in UNITS)
        long, unit = max((cost(read, unit, 16_000), unit) for unit in UNITS)
        yield f"{short * 1e6:8.1f} {long * 1e6:8.1f}  {name}  {unit!r}"


if __name__ == "__main__":
    for line in lines():
        sys.stdout.write(f"{line}\n")
