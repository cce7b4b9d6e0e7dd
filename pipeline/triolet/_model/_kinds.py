"""The kinds of what is rewritten as words."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "numbers", "ordinals", "fractions", "ranges", "years", "dates", "times", "money", "percentages", "units", "temperatures",
    "telephones", "codes", "versions", "roman", "scores", "addresses", "symbols", "acronyms", "abbreviations",
]  # fmt: skip
"""One kind of what is rewritten as words."""

KINDS: frozenset[str] = frozenset(get_args(Kind))
"""Every kind."""


def checked(kinds: frozenset[str]) -> frozenset[str]:
    """The kinds, if all of them exist.

    Raises:
        ValueError: one does not.
    """
    if unknown := kinds - KINDS:
        raise ValueError(f"unknown kinds {sorted(unknown)}: choose of {', '.join(sorted(KINDS))}")
    return kinds
