"""What a plain call costs, whatever else the machine does: the lines of the engine that it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

TWO_MILLISECONDS = 14_000
"""Lines. CPython 3.11 runs 6,000 to 10,000 lines of this code in a millisecond, on one core of a rented server."""


def lines(call: Callable[[], object], *, most: int | None = None) -> int:
    """How many lines of the engine a call runs. What C functions do within a line is not seen.

    Raises:
        AssertionError: it runs more lines than `most`, perhaps without end.
    """
    count = 0

    def called(frame: FrameType, _: str, __: Any) -> Any:
        return ran if "triolet" in frame.f_code.co_filename else None

    def ran(_: FrameType, kind: str, __: Any) -> Any:
        nonlocal count
        if kind == "line":
            count += 1
            assert most is None or count <= most, f"more than {most} lines"
        return ran

    before = sys.gettrace()
    sys.settrace(called)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
