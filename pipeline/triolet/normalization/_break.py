"""Silence that a text asks for."""

from __future__ import annotations

import re
from typing import Self

MAX_PAUSE = 10.0
"""Seconds; the longest break that Amazon Polly takes, and longer than anyone waits for a voice to go on."""

# SSML 1.1 leaves the lengths to the processor; 3.2.3 gives the names.
_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 1.0, "x-strong": 1.5}

_TIME = re.compile(r"""\btime\s*=\s*["']?\s*\+?(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s*(ms|s)\b""", re.IGNORECASE)
_STRENGTH = re.compile(r"""\bstrength\s*=\s*["']?\s*([a-z-]{1,9})""", re.IGNORECASE)


class Break(str):
    """A pause that can stand in a stream of tokens: the text `<break time="500ms"/>`.

    `[*tokens, Break(0.5), *tokens]` is silent for half a second there, on top of the usual pause.
    """

    __slots__ = ()

    def __new__(cls, seconds: float) -> Self:
        """Make one; ValueError unless 0 <= seconds <= 10."""
        if not 0 <= seconds <= MAX_PAUSE:
            raise ValueError(f"a pause lasts from 0 to {MAX_PAUSE:g} seconds, not {seconds!r}")
        return super().__new__(cls, f'<break time="{round(seconds * 1000)}ms"/>')


def seconds_of(tag: str) -> float:
    """How long a `<break ...>` tag asks to be silent, at most MAX_PAUSE; without `time` and `strength`, half a second."""
    time = _TIME.search(tag)
    if time:
        return min(float(time[1]) * (0.001 if time[2].lower() == "ms" else 1.0), MAX_PAUSE)
    strength = _STRENGTH.search(tag)
    return _STRENGTHS.get(strength[1].lower(), 0.5) if strength else 0.5
