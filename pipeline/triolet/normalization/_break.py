"""Breaks: silence that the text asks for."""

from __future__ import annotations

import re
from typing import Self

from triolet._tools._lazy_regex import lazy_regex

MAX_BREAK = 10.0
"""Seconds of the longest break. Amazon Polly takes no longer one, and nobody waits longer for a voice to go on."""

# SSML 1.1, section 3.2.3, gives the names. It leaves the lengths to the processor.
_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 1.0, "x-strong": 1.5}

_TIME = lazy_regex(r"""\btime\s*=\s*["']?\s*\+?(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s*(ms|s)\b""", re.IGNORECASE)
_STRENGTH = lazy_regex(r"""\bstrength\s*=\s*["']?\s*([a-z-]{1,9})""", re.IGNORECASE)


class Break(str):
    """A break as a token: the text `<break time="500ms"/>`, for a stream of tokens.

    In `[*before, Break(0.5), *after]`, the voice is silent for half a second there, on top of the usual gap.
    """

    __slots__ = ()

    def __new__(cls, seconds: float) -> Self:
        """Make a break of so many seconds.

        Raises:
            ValueError: it is not from 0 to 10 seconds.
        """
        if not 0 <= seconds <= MAX_BREAK:
            raise ValueError(f"a break lasts from 0 to {MAX_BREAK:g} seconds, not {seconds!r}")
        return super().__new__(cls, f'<break time="{round(seconds * 1000)}ms"/>')


def seconds_of(tag: str) -> float:
    """Seconds of silence that a `<break ...>` tag asks for, at most MAX_BREAK. Without `time` and `strength` it is half a second."""
    time = _TIME.search(tag)
    if time:
        return min(float(time[1]) * (0.001 if time[2].lower() == "ms" else 1.0), MAX_BREAK)
    strength = _STRENGTH.search(tag)
    return _STRENGTHS.get(strength[1].lower(), 0.5) if strength else 0.5
