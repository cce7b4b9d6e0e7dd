"""Another sample rate, chunk by chunk: a windowed sinc, whose output does not depend on how the samples were cut into chunks."""

from __future__ import annotations

import functools
import importlib
import math
from typing import Any

from triolet.errors import OutputError

CROSSINGS = 64
"""Zero crossings of the sinc on either side. The step from what passes to what does not is then 8 % of the lower band wide, as
narrow as soxr's "HQ", and the delay 64 samples at the lower rate, 8 ms at 8 kHz. soxr itself holds back up to 80 ms from 24 to 8 kHz,
since it filters in blocks."""

ATTENUATION = 80.0
"""Decibels by which sound above the lower band is attenuated: below the noise of 14 bits, more than a telephone carries."""

FEW_PHASES = 16
"""Up to so many places between two samples, the samples at each place are computed together: one matrix product each."""


class Resampler:
    """Takes whole 16-bit samples at one rate and gives them at another. Sample j of the output sounds at j / `target` seconds."""

    def __init__(self, source: int, target: int) -> None:
        """From `source` to `target` samples a second.

        Raises:
            OutputError: numpy is not installed.
        """
        common = math.gcd(source, target)
        self._numpy = _numpy(source, target)
        self._up, self._down = target // common, source // common
        self._half = math.ceil(CROSSINGS * max(1.0, source / target))
        self._filters = _filters(self._up, self._half, min(1.0, target / source))
        self.drop()

    @property
    def delay(self) -> int:
        """How many samples of the source it holds back, at most, until `finish`."""
        return self._half

    def samples(self, source: int) -> int:
        """How many samples it makes of so many, in all."""
        return -(-source * self._up // self._down)

    def feed(self, pcm: bytes) -> bytes:
        """Take samples, and give those that are known by then."""
        self._append(pcm)
        last = self._fed - self._half  # the last sample of the source whose neighbours have come
        return self._up_to(max(self._given, (last * self._up - 1) // self._down + 1) if last > 0 else 0)

    def finish(self) -> bytes:
        """Give the rest, as if silence followed, and begin anew."""
        fed = self._fed
        self._append(bytes(2 * (self._half + 1)))
        pcm = self._up_to(self.samples(fed))
        self.drop()
        return pcm

    def drop(self) -> None:
        """Begin anew, without the rest."""
        self._fed = self._given = 0
        self._first = 1 - self._half  # which sample of the source the first one kept is
        self._kept: Any = self._numpy.zeros(self._half - 1, "f4")

    def _append(self, pcm: bytes) -> None:
        numpy = self._numpy
        self._kept = numpy.concatenate((self._kept, numpy.frombuffer(pcm, "<i2").astype("f4")))
        self._fed += len(pcm) // 2

    def _up_to(self, end: int) -> bytes:
        """The samples of the output from the first not given to `end`."""
        numpy, given = self._numpy, self._given
        if end <= given:
            return b""
        windows = numpy.lib.stride_tricks.sliding_window_view(self._kept, 2 * self._half)
        made = numpy.empty(end - given, "f4")
        if self._up <= FEW_PHASES:
            for first in range(given, min(end, given + self._up)):
                at, phase = divmod(first * self._down, self._up)
                start = at - self._half + 1 - self._first
                count = len(range(first, end, self._up))
                made[first - given :: self._up] = (
                    windows[start : start + (count - 1) * self._down + 1 : self._down] @ self._filters[phase]
                )
        else:
            at, phases = numpy.divmod(numpy.arange(given, end) * self._down, self._up)
            made = numpy.einsum("ij,ij->i", windows[at - self._half + 1 - self._first], self._filters[phases])
        self._given = end
        keep_from = end * self._down // self._up - self._half + 1  # the first that the next sample needs
        self._kept = self._kept[keep_from - self._first :]
        self._first = keep_from
        pcm: bytes = numpy.clip(numpy.rint(made), -32768, 32767).astype("<i2").tobytes()
        return pcm


@functools.lru_cache(maxsize=8)  # of the pairs of rates in use: the widest has 0.3 MB
def _filters(up: int, half: int, band: float) -> Any:
    """For each of `up` places between two samples, the weights of the `half` samples on either side. `band`: what passes, as a share
    of the band of the source.
    """
    numpy: Any = importlib.import_module("numpy")
    beta = 0.1102 * (ATTENUATION - 8.7)  # Kaiser's formulas for his window
    step = (ATTENUATION - 7.95) / (14.36 * 2 * CROSSINGS) * 2  # as a share of the lower band
    cutoff = band * (1 - step / 2)
    distance = numpy.arange(1 - half, half + 1)[None, :] - numpy.arange(up)[:, None] / up
    window = numpy.i0(beta * numpy.sqrt(numpy.clip(1 - (distance / half) ** 2, 0, None)))
    filters = numpy.sinc(cutoff * distance) * window
    return (filters / filters.sum(axis=1, keepdims=True)).astype("f4")


def _numpy(source: int, target: int) -> Any:
    try:
        return importlib.import_module("numpy")
    except ModuleNotFoundError as error:
        raise OutputError(
            f"the voice gives {source} samples a second and the output takes {target}; to resample them takes numpy: "
            'pip install "triolet[audio]"'
        ) from error
