"""What is shown of words that came over a wire."""

from __future__ import annotations

_LONGEST_WORDS = 500
"""Characters of the service's own words in an error text; the raw event has them all."""


def clipped(words: str) -> str:
    """What an error text shows of words that came over the wire."""
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…"
