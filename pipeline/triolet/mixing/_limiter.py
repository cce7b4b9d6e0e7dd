"""A limiter that sees a peak before it sounds, so that it goes down in time and nothing is clipped."""

from __future__ import annotations

import functools
import importlib
import math
from typing import Any

LOOK_AHEAD = 5
"""Milliseconds in which it goes down before a peak: half a period of a low voice, below which the ear takes a change of gain for a change of
sound."""

RELEASE = 60.0
"""Decibels a second by which it comes back: 3 dB in 50 ms, about as long as a vowel. Faster would follow the periods of a low voice."""

LIMITER_DELAY = 0.009
"""The most seconds that wait in it: `LOOK_AHEAD`, two steps of 1 ms, and the samples on one side of a place between
two. Until the phrase ends."""

OVERSAMPLING = 4
"""Places between two samples at which a peak is looked for (BS.1770, annex 2): a device, or another rate, makes the sound between them."""

TAPS = 12
"""Samples on either side by which the sound between two is known. The standard has 6, which miss 1 dB of the peaks of a sharp "s"."""


class Limiter:
    """Takes samples at any height and gives them below a ceiling, as many, later."""

    def __init__(self, rate: int, ceiling: float) -> None:
        """`ceiling` is the highest peak, as a share of full scale. Needs numpy."""
        self._numpy: Any = importlib.import_module("numpy")
        self._ceiling = ceiling
        self._step = round(rate / 1000)
        self._ramp = self._numpy.arange(self._step) / self._step
        self._last = 0.0  # the logarithm of the gain that the last step was judged to need
        self._begin()

    def feed(self, sound: Any) -> Any:
        """Take samples, and give those whose gain is known by then."""
        self._append(sound)
        return self._give()

    def finish(self) -> Any:
        """Give the rest, as if silence followed, and begin anew. The gain goes on from there."""
        waiting = self._fed - self._given
        self._append(self._numpy.zeros((LOOK_AHEAD + 2) * self._step + TAPS))
        rest = self._give()[:waiting]
        self._begin()
        return rest

    def _begin(self) -> None:
        empty = self._numpy.empty(0)
        self._kept: Any = self._numpy.zeros(TAPS - 1)  # samples that are not given, and those before that are needed
        self._fed = self._given = 0
        self._allowed: Any = empty  # of each step that is not judged: the highest gain without a peak above the ceiling
        self._looked = 0  # steps of which that is known
        self._judged: Any = empty  # gains that fall long enough before a peak; empty before the first
        self._smooth: Any = empty  # the same without corners, from the step before the first not given on

    def _append(self, sound: Any) -> None:
        self._kept = self._numpy.concatenate((self._kept, sound))
        self._fed += len(sound)

    def _give(self) -> Any:
        numpy = self._numpy
        self._look()
        self._judge()
        ready = len(self._smooth) - 2
        if ready <= 0:
            return numpy.empty(0)
        edges = numpy.minimum(self._smooth[:-1], self._smooth[1:])
        self._smooth = self._smooth[ready:]
        samples = ready * self._step
        given = self._kept[TAPS - 1 : TAPS - 1 + samples]
        if edges.min() < 1.0:
            given = given * (edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * self._ramp).reshape(-1)
        self._kept = self._kept[samples:]
        self._given += samples
        return given

    def _look(self) -> None:
        """Find the highest peak in each step that has come with its neighbours."""
        numpy, step = self._numpy, self._step
        whole = (self._fed - TAPS) // step
        if whole <= self._looked:
            return
        start = self._looked * step - self._given  # among those kept, `TAPS - 1` before the first of these
        near = self._kept[start : start + (whole - self._looked) * step + 2 * TAPS - 1]
        samples = numpy.abs(near[TAPS - 1 : -TAPS])
        if samples.max() * MOST_BETWEEN > self._ceiling:
            for weights in _between():
                samples = numpy.maximum(samples, numpy.abs(numpy.convolve(near, weights, "valid")))
        peaks = samples.reshape(-1, step).max(axis=1)
        self._allowed = numpy.concatenate((self._allowed, self._ceiling / numpy.maximum(peaks, self._ceiling)))
        self._looked = whole

    def _judge(self) -> None:
        """Let the gain fall in the `LOOK_AHEAD` steps before a peak, and come back slowly."""
        numpy = self._numpy
        count = len(self._allowed) - LOOK_AHEAD
        if count <= 0:
            return
        lowest = numpy.minimum.reduce(_shifted(self._allowed))
        self._allowed = self._allowed[count:]
        rise = numpy.arange(1, count + 1) * _RISE
        judged = rise + numpy.minimum(numpy.minimum.accumulate(numpy.log(lowest) - rise), self._last)
        self._last = float(judged[-1])
        judged = numpy.exp(judged)
        if not len(self._judged):  # before the phrase nothing sounds: the gain may be anything
            self._judged = numpy.full(LOOK_AHEAD, judged[0])
            self._smooth = judged[:1]
        judged = numpy.concatenate((self._judged, judged))
        self._judged = judged[count:]
        self._smooth = numpy.concatenate((self._smooth, sum(_shifted(judged)) / (LOOK_AHEAD + 1)))


_RISE = RELEASE / 1000 / 20 * math.log(10)
"""`RELEASE` in a step, of the logarithm."""

MOST_BETWEEN = 2.5
"""How many times higher than the samples around it a peak between two can be, at most: the sum of the weights."""


def _shifted(steps: Any) -> list[Any]:
    """For each step that has `LOOK_AHEAD` behind it: itself, the next one, and so on to the last of those."""
    count = len(steps) - LOOK_AHEAD
    return [steps[shift : shift + count] for shift in range(LOOK_AHEAD + 1)]


@functools.cache
def _between() -> list[Any]:
    """For each place between two samples: the weights of those around, the last first, as a convolution takes them."""
    numpy: Any = importlib.import_module("numpy")
    weights: list[Any] = []
    for place in range(1, OVERSAMPLING):
        distance = numpy.arange(1 - TAPS, TAPS + 1) - place / OVERSAMPLING
        row = numpy.sinc(distance) * numpy.i0(5.0 * numpy.sqrt(1 - (distance / (TAPS + 0.5)) ** 2))
        weights.append((row / row.sum())[::-1])
    return weights
