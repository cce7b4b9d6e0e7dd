"""Settings, checked when they are given: each error names the setting, its value, and what is allowed."""

from __future__ import annotations

from collections.abc import Collection


def require_text(name: str, value: object) -> None:
    """Check that a setting is a text, and not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is {value!r}; it must be a name")


def one_of(name: str, value: object, allowed: Collection[object]) -> None:
    """Check that a value is one of those that are allowed."""
    if isinstance(value, bool) or value not in allowed:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(str, allowed))}")


def between(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    """Check that a value is None, or a number from `low` to `high`."""
    if value is None:
        return
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} is {value!r}; it must be {kind} from {low} to {high}")


def above_zero(options: object, *names: str) -> None:
    """Check that these fields of options are above 0."""
    for name in names:
        if not getattr(options, name) > 0:
            raise ValueError(f"{name} is {getattr(options, name)!r}; it must be above 0")
