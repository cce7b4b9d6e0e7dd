"""How loud a voice is: the loudness of ITU-R BS.1770, of the last seconds in which it spoke."""

from __future__ import annotations

import importlib
import math
from collections import deque
from typing import Any

from triolet.mixing._k_weighting import STEPS, TOGETHER, KWeighting

HOPS = STEPS / TOGETHER
"""Times a second that the loudness is measured anew: 10 (EBU R128)."""

BLOCK = 4
"""Hops that are measured together, 0.4 s: the block of the standard, three quarters of which the next block shares."""

SPOKEN = 15.0
"""Seconds of speech by which a voice is judged: four or five sentences. A single loud word moves it by less than 1 dB, and a voice that
changes in the middle of an answer is followed within a few sentences."""

ABSOLUTE_GATE = -70.0
"""LUFS. A block that is quieter is silence (BS.1770)."""

RELATIVE_GATE = 10.0
"""LU. A block that is so much quieter than the others is a pause, and does not count (BS.1770)."""

_OFFSET = -0.691
"""What the standard adds, so that a tone of 1 kHz at full scale measures -3.01 LUFS."""


class Meter:
    """Takes sound and says how loud the voice is. It keeps `SPOKEN` seconds of measurements, 2.4 kB, and no sound."""

    def __init__(self, rate: int) -> None:
        """For sound of `rate` samples a second. Needs numpy."""
        self._numpy: Any = importlib.import_module("numpy")
        self._weighting = KWeighting(rate)
        self.hop = self._weighting.block * TOGETHER
        """Samples of a hop."""
        self._rest: Any = self._numpy.empty(0)
        self._hops = deque[float](maxlen=BLOCK)
        self._blocks = deque[float](maxlen=round(SPOKEN * HOPS))
        self._early = deque[float](maxlen=BLOCK)  # shorter ones, before the first whole one: an estimate is wanted soon

    @property
    def blocks(self) -> tuple[float, ...]:
        """What was measured: the mean square of each block that is no silence."""
        return tuple(self._blocks)

    def go_on_from(self, blocks: tuple[float, ...]) -> None:
        """Go on from what was measured of the same voice before."""
        self._blocks.extendleft(reversed(blocks))

    def feed(self, sound: Any) -> None:
        """Take samples from -1 to 1, some of a hop or a whole one, but not beyond its end."""
        sound = self._numpy.concatenate((self._rest, sound))
        whole = len(sound) // self.hop * self.hop
        self._rest = sound[whole:]
        for start in range(0, whole, self.hop):
            self._hops.append(self._weighting.energy(sound[start : start + self.hop]) / self.hop)
            block = sum(self._hops) / len(self._hops)
            if _lufs(block) > ABSOLUTE_GATE:
                (self._blocks if len(self._hops) == BLOCK else self._early).append(block)

    @property
    def loudness(self) -> float | None:
        """LUFS of the speech of the last `SPOKEN` seconds; None before the first."""
        blocks = self._blocks or self._early
        if not blocks:
            return None
        gate = sum(blocks) / len(blocks) * 10 ** (-RELATIVE_GATE / 10)
        loud = [block for block in blocks if block > gate]
        return _lufs(sum(loud) / len(loud))

    @property
    def seconds(self) -> float:
        """How much has been measured, `SPOKEN` at most."""
        return len(self._blocks or self._early) / HOPS


def _lufs(mean_square: float) -> float:
    return _OFFSET + 10 * math.log10(mean_square) if mean_square > 0 else -math.inf
