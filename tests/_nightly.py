"""What `make test` does in part, and the workflow `nightly` in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

_T = TypeVar("_T")


def by_night(value: _T, *, by_day: _T) -> _T:
    """The second of them; the first with `--hypothesis-profile=long`."""
    return value if settings.get_current_profile_name() == "long" else by_day


def few(cases: Sequence[_T], number: int) -> Sequence[_T]:
    """So many of them, from the first to the last at even steps; all of them with `--hypothesis-profile=long`."""
    if settings.get_current_profile_name() == "long":
        return cases
    return [cases[at * (len(cases) - 1) // (number - 1)] for at in range(number)]


def every(so_manyth: int) -> int:
    """The step through moments of which nobody knows the number; 1, which is all of them, with `--hypothesis-profile=long`."""
    return 1 if settings.get_current_profile_name() == "long" else so_manyth
