"""A background: its sound, and how it goes on without an end."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet.mixing._numpy import numpy_for
from triolet.playout._resampler import Resampler

LONGEST_BED = 600.0
"""Seconds of a background, at most: music for ten minutes, then it begins again. It is kept in memory, 58 MB at 48 kHz."""

SEAM = 0.05
"""Seconds in which the end of a background and its beginning sound together, so that nothing clicks: short enough that the beat of music or
of a keyboard is not doubled, and two periods of 40 Hz."""

_PIECE = 0.1
"""Seconds that are resampled at once, when they are needed: under 2 ms of CPU."""


class Bed:
    """The sound of a background: office noise, a keyboard, music. It begins again where it ends."""

    def __init__(self, sound: bytes | Iterable[bytes], sample_rate: int, *, gain: float = 0.0) -> None:
        """Make a background of samples. `triolet_adapters.outputs.read_bed` reads a file.

        Args:
            sound: signed 16-bit little-endian mono samples, or an iterable of such pieces, which is read to its end now.
            sample_rate: samples a second. Where the output has another rate, it is resampled.
            gain: dB by which it is played louder than it is; 0 by default. Give a negative number to make it softer.

        Raises:
            ValueError: there are no samples, half a sample, or more than `LONGEST_BED` seconds; or the rate is none of `AudioFormat`.
        """
        self.format = AudioFormat(sample_rate)
        """The format of its samples."""
        if not math.isfinite(gain):
            raise ValueError(f"gain is {gain}; it must be a number of dB")
        self.gain = gain
        """dB by which it is played louder than it is."""
        most = self.format.samples(LONGEST_BED) * SAMPLE_BYTES
        kept = bytearray()
        for piece in [sound] if isinstance(sound, (bytes, bytearray, memoryview)) else sound:
            kept += piece
            if len(kept) > most:
                raise ValueError(
                    f"a bed may have {LONGEST_BED:g} s (LONGEST_BED), and this one has more: give a part of it"
                )
        if not kept or len(kept) % SAMPLE_BYTES:
            raise ValueError(f"{len(kept)} bytes are no sound: a bed takes whole 16-bit samples, one at least")
        self.pcm = bytes(kept)
        """Its samples."""

    def __repr__(self) -> str:
        seconds = self.format.seconds(len(self.pcm) // SAMPLE_BYTES)
        return f"<Bed of {seconds:.1f} s at {self.format.sample_rate} Hz>"


class Loop:
    """A background without an end, at any rate: its end and its beginning sound together for `SEAM` seconds."""

    def __init__(self, bed: Bed, rate: int) -> None:
        """For an output of `rate` samples a second.

        Raises:
            OutputError: numpy is not installed.
        """
        self.numpy: Any = numpy_for("a background")
        self.rate = rate
        self._factor = 10 ** (bed.gain / 20)
        source: Any = self.numpy.frombuffer(bed.pcm, "<i2")
        if bed.format.sample_rate == rate:
            self._resampler = None
            self._sound, self._known = source, len(source)
        else:
            self._resampler = Resampler(bed.format.sample_rate, rate)
            self._sound = self.numpy.zeros(self._resampler.samples(len(source)), "<i2")
            self._known = 0
        self._source = bed.pcm
        self._fed = 0  # bytes of the source that were resampled
        self._piece = bed.format.samples(_PIECE) * SAMPLE_BYTES
        self._seam = min(round(SEAM * rate), len(self._sound) // 2)
        self.period = len(self._sound) - self._seam
        """Samples after which it sounds again as before."""
        turn = (self.numpy.arange(self._seam) + 0.5) / max(1, self._seam) * (math.pi / 2)
        self._rising, self._falling = self.numpy.sin(turn), self.numpy.cos(turn)  # as loud together as either

    def samples(self, start: int, count: int) -> Any:
        """So many samples from the place `start` on, which may lie anywhere behind 0. As floats, at the height of 16-bit ones."""
        numpy = self.numpy
        made = numpy.empty(count, "f4")
        at = 0
        while at < count:
            again, place = divmod(start + at, self.period)
            end = min(count - at, self.period - place)
            made[at : at + end] = self._first(place, place + end)
            if again and place < self._seam:
                both = min(end, self._seam - place)
                last = self._first(self.period + place, self.period + place + both)
                mixed = made[at : at + both] * self._rising[place : place + both]
                made[at : at + both] = mixed + last * self._falling[place : place + both]
            at += end
        return made * self._factor if self._factor != 1.0 else made

    def _first(self, start: int, end: int) -> Any:
        """Samples of the first time that it sounds; as many as there are are resampled when they are needed, once."""
        while self._known < end and self._resampler is not None:
            pcm = self._source[self._fed : self._fed + self._piece]
            self._fed += len(pcm)
            made = self._resampler.feed(pcm) if pcm else self._resampler.finish()
            self._sound[self._known : self._known + len(made) // SAMPLE_BYTES] = self.numpy.frombuffer(made, "<i2")
            self._known += len(made) // SAMPLE_BYTES
        return self._sound[start:end]
