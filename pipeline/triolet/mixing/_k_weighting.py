"""The weighting of ITU-R BS.1770: how loud each frequency seems to a listener, at any sample rate."""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Sequence
from typing import Any

STEPS = 400
"""Blocks a second that are filtered at once, 2.5 ms each: as one product of matrices, since numpy has no recursive filter. Longer blocks
cost more multiplications, shorter ones more calls."""

TOGETHER = 40
"""Blocks that come at a time: 0.1 s, as often as EBU R128 measures."""

SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)
"""What a head does to sound: a high shelf. Its frequency in Hz, its gain in dB, its quality. At 48 kHz these, and those below, give
the coefficients of the standard to 12 digits; the standard names no others."""

HIGH_PASS = (38.13547087602444, 0.5003270373238773)
"""What the ear misses of low sound: a high-pass. Its frequency in Hz and its quality."""

_SHELF_SLOPE = 0.4996667741545416
"""The exponent by which the gain of the shelf applies in its middle."""


class KWeighting:
    """Filters sound that comes in pieces of `TOGETHER * block` samples."""

    def __init__(self, rate: int) -> None:
        """For sound of `rate` samples a second. Needs numpy."""
        self._numpy: Any = importlib.import_module("numpy")
        self.block = round(rate / STEPS)
        self._direct, self._from_state, self._into_state, self._states = _matrices(rate, self.block)
        self._state: Any = self._numpy.zeros(4)

    def energy(self, sound: Any) -> float:
        """Take `TOGETHER` blocks, and give the sum of squares of them when they are weighted."""
        blocks = sound.reshape(TOGETHER, self.block)
        changes = self._numpy.concatenate((self._state[None], blocks @ self._into_state))
        states = (self._states @ changes.reshape(-1)).reshape(-1, 4)
        self._state = states[-1]
        weighted = blocks @ self._direct
        weighted += states[:-1] @ self._from_state
        return float(self._numpy.vdot(weighted, weighted))


@functools.lru_cache(maxsize=8)  # of the rates in use: the highest has 0.5 MB
def _matrices(rate: int, block: int) -> tuple[Any, Any, Any, Any]:
    """What a block gives by itself, what the state before it adds, what it changes in the state, and what the states are, before each
    block and after all, by the first one and the changes.
    """
    numpy: Any = importlib.import_module("numpy")
    first, second = coefficients(rate)
    # Both filters in a row, each in the second transposed form: its state is two numbers.
    row, column, through, feed = _state_space(numpy, first)
    row2, column2, through2, feed2 = _state_space(numpy, second)
    a = numpy.block([[row, numpy.zeros((2, 2))], [numpy.outer(column2, feed), row2]])
    b = numpy.concatenate((column, column2 * through))
    c = numpy.concatenate((through2 * feed, feed2))
    d = through * through2
    powers = [numpy.eye(4)]
    for _ in range(block):
        powers.append(a @ powers[-1])
    response = [d, *(c @ powers[at] @ b for at in range(block - 1))]
    direct = numpy.zeros((block, block))
    for at, value in enumerate(response):
        direct += numpy.diag(numpy.full(block - at, value), k=at)
    from_state = numpy.array([c @ powers[at] for at in range(block)]).T
    into_state = numpy.array([powers[block - 1 - at] @ b for at in range(block)])
    onward = [numpy.eye(4)]
    for _ in range(TOGETHER):
        onward.append(powers[block] @ onward[-1])
    nothing = numpy.zeros((4, 4))
    states = numpy.block(
        [
            [onward[at - change] if change <= at else nothing for change in range(TOGETHER + 1)]
            for at in range(TOGETHER + 1)
        ]
    )
    return direct, from_state, into_state, states


def _state_space(numpy: Any, filter_: tuple[Sequence[float], Sequence[float]]) -> tuple[Any, Any, float, Any]:
    (b0, b1, b2), (a1, a2) = filter_
    return (
        numpy.array([[-a1, 1.0], [-a2, 0.0]]),
        numpy.array([b1 - a1 * b0, b2 - a2 * b0]),
        b0,
        numpy.array([1.0, 0.0]),
    )


def coefficients(rate: int) -> tuple[tuple[Sequence[float], Sequence[float]], ...]:
    """Of the two filters: what is multiplied with the input, and what with the output (whose first is 1)."""
    frequency, gain, quality = SHELF
    k = math.tan(math.pi * frequency / rate)
    high = 10 ** (gain / 20)
    middle = high**_SHELF_SLOPE
    norm = 1 + k / quality + k * k
    shelf = (
        (
            (high + middle * k / quality + k * k) / norm,
            2 * (k * k - high) / norm,
            (high - middle * k / quality + k * k) / norm,
        ),
        (2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm),
    )
    frequency, quality = HIGH_PASS
    k = math.tan(math.pi * frequency / rate)
    norm = 1 + k / quality + k * k
    high_pass = ((1.0, -2.0, 1.0), (2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm))
    return shelf, high_pass
