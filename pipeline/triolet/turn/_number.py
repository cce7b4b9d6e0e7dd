"""The number of a turn, by which lines of the log that belong together are found."""

from __future__ import annotations

import itertools
from contextvars import ContextVar

_numbers = itertools.count(1)

current: ContextVar[int | None] = ContextVar("triolet.turn", default=None)
"""The number of the turn in which this task runs; None outside of turns. Tasks inherit it."""


def next_number() -> int:
    """A number that no other turn of this process has: 1, 2, ..."""
    return next(_numbers)


def named_turn() -> str:
    """`turn 17: `, for the beginning of a line of the log; empty outside of turns."""
    number = current.get()
    return "" if number is None else f"turn {number}: "
