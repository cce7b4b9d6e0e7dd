"""Speech at one loudness: the gain follows what was measured so far, and a limiter keeps its peaks below a ceiling."""

from __future__ import annotations

import math
from typing import Any

from triolet.mixing._limiter import Limiter
from triolet.mixing._meter import Meter
from triolet.mixing._numpy import numpy_for

SLEW = 20.0
"""Decibels a second by which the gain changes at most: a voice that is 5 dB off has its loudness after half a second, which the first
measurement takes anyway, and one that is 15 dB off after the first words. Later the measurement itself is slower."""

SURE = 0.4
"""Seconds of speech after which a measurement is believed: the block of the standard. One that is shorter counts for a part."""


class Leveller:
    """Takes 16-bit samples of a voice and gives as many, at a loudness."""

    def __init__(self, rate: int, target: float, ceiling: float, most: float) -> None:
        """For samples at `rate`. `target` in LUFS, `ceiling` in dB of full scale, and `most` is the highest gain in dB.

        Raises:
            OutputError: numpy is not installed.
        """
        self._numpy: Any = numpy_for("LoudnessNormalizer")
        self.meter = Meter(rate)
        self._limiter = Limiter(rate, 10 ** (ceiling / 20))
        self._target, self._most = target, most
        self._slew = SLEW * self.meter.hop / rate
        self._gain = 0.0  # dB, at the end of the hop
        self._from = self._to = 1.0  # the factor at both ends of the hop
        self._at = 0  # samples of the hop that have come
        self._ramp = self._numpy.arange(self.meter.hop) / self.meter.hop

    def go_on_from(self, blocks: tuple[float, ...]) -> None:
        """Begin with the gain that was right for the same voice before."""
        self.meter.go_on_from(blocks)
        self._gain = self._wanted()
        self._from = self._to = 10 ** (self._gain / 20)

    def feed(self, pcm: bytes) -> bytes:
        """Take samples, and give those that are known by then."""
        numpy = self._numpy
        sound = numpy.frombuffer(pcm, "<i2") / 32768
        made: list[Any] = []
        at = 0
        while at < len(sound):
            piece = sound[at : at + self.meter.hop - self._at]
            made.append(self._limiter.feed(self._amplified(piece)))
            self.meter.feed(piece)
            at += len(piece)
            self._at += len(piece)
            if self._at == self.meter.hop:
                self._next_hop()
        return self._pcm(numpy.concatenate(made)) if made else b""

    def finish(self) -> bytes:
        """Give the rest of a phrase. What was measured is kept."""
        return self._pcm(self._limiter.finish())

    def _amplified(self, piece: Any) -> Any:
        if self._from == self._to:
            return piece * self._to
        return piece * (self._from + (self._to - self._from) * self._ramp[self._at : self._at + len(piece)])

    def _next_hop(self) -> None:
        self._at = 0
        self._gain += max(-self._slew, min(self._slew, self._wanted() - self._gain))
        self._from, self._to = self._to, 10 ** (self._gain / 20)

    def _wanted(self) -> float:
        """The gain in dB that brings the voice to the target, as far as it was measured."""
        loudness = self.meter.loudness
        if loudness is None:
            return self._gain
        return min(self._most, (self._target - loudness) * min(1.0, self.meter.seconds / SURE))

    def _pcm(self, sound: Any) -> bytes:
        pcm: bytes = self._numpy.rint(sound * 32768).astype("<i2").tobytes()
        return pcm


def decibels(factor: float) -> float:
    """A factor of amplitude in dB; minus infinity for 0."""
    return 20 * math.log10(factor) if factor > 0 else -math.inf
