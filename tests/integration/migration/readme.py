"""Tables of README.md."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[3] / "README.md"


def table(*head: str) -> list[tuple[str, ...]]:
    """The cells of the rows of the only table with this head."""
    lines = README.read_text("utf-8").splitlines()
    (at,) = [number for number, line in enumerate(lines) if _cells(line) == head]
    rows: list[tuple[str, ...]] = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(_cells(line))
    assert rows
    return rows


def codes(text: str) -> list[str]:
    """What stands between backquotes."""
    return re.findall(r"`([^`]*)`", text)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
