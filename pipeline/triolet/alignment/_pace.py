"""How fast a voice speaks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Self

import attrs

REMEMBERED = 60.0
"""Seconds of speech that count. What was said before them fades, since a voice may change its pace."""

PACES = (0.5, 0.6, 0.72, 0.85, 1.0, 1.18, 1.4, 1.65, 2.0)
"""Factors by which the paces of voices differ, in steps that the matching of words and pauses bridges."""


@attrs.frozen
class Pace:
    """An estimate of the pace of a voice, by what it has said. It is a value: learning gives a new one."""

    said: float = 0.0
    """Seconds that what was said takes at the usual pace."""
    took: float = 0.0
    """Seconds that the voice took for it."""

    @classmethod
    def believed(cls, factor: float, seconds: float) -> Self:
        """Make an estimate that starts with this pace, and counts it as so many seconds of speech."""
        return cls(factor * seconds, seconds)

    def learnt(self, said: float, took: float) -> Self:
        """Return the estimate with one more stretch of speech. A stretch without time or without words changes nothing."""
        if said <= 0 or took <= 0:
            return self
        fade = max(1.0, (self.took + took) / REMEMBERED)
        return type(self)((self.said + said) / fade, (self.took + took) / fade)

    @property
    def factor(self) -> float | None:
        """Seconds at a usual pace that the voice says in one second; None as long as nothing has been heard."""
        return self.said / self.took if self.took else None


def paces(usual: float, spread: float) -> Iterator[tuple[float, float]]:
    """The paces that a voice may have, each with its cost: how unlikely it is (a negative logarithm) if paces lie around the
    usual one with this spread (a standard deviation of the natural logarithm).
    """
    for factor in PACES:
        yield usual * factor, (math.log(factor) / spread) ** 2 / 2
