"""The lines of the table."""

from __future__ import annotations

import attrs


@attrs.frozen
class Row:
    name: str
    value: str
    goal: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "met", False: "NOT MET", None: ""}[self.met]
        return f"{self.name:<68} {self.value:>9}  {self.goal:<9} {verdict}".rstrip()


def figure(name: str, value: float, *, at_most: float | None = None, at_least: float | None = None) -> Row:
    """A number, and whether it meets its goal."""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"
    if at_most is not None:
        return Row(name, text, f"<= {at_most:g}", value <= at_most)
    if at_least is not None:
        return Row(name, text, f">= {at_least:g}", value >= at_least)
    return Row(name, text)
