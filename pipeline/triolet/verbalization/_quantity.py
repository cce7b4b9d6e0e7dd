"""A number as it is written."""

from __future__ import annotations

import attrs


@attrs.frozen
class Quantity:
    """A number: sign, digits before the mark and after it."""

    whole: int
    fraction: str = ""
    """The digits after the mark; empty for a whole number."""
    negative: bool = False
    scale: str = ""
    """`million` and the like, as the language's table names it: `k`, `m`, `b`, `t`; empty for none."""

    @property
    def is_one(self) -> bool:
        """Whether it is exactly one."""
        return self.whole == 1 and not self.fraction and not self.scale


@attrs.frozen
class Noun:
    """A unit or a coin: its gender and its forms."""

    gender: str
    """`m`, `f`, `n`; empty where a language has none."""
    one: str
    many: str
    """After most numbers. In Russian the genitive plural."""
    few: str = ""
    """In Russian after 2, 3 and 4, and after decimals: the genitive singular."""


def nouns(table: str) -> dict[str, Noun]:
    """A table of nouns: a line each, `name; gender; one; many; few`. Missing forms are as the one before."""
    found: dict[str, Noun] = {}
    for line in table.strip().splitlines():
        name, gender, one, *more = (part.strip() for part in line.split(";"))
        many = more[0] if more else one
        found[name] = Noun(gender, one, many, more[1] if len(more) > 1 else many)
    return found
