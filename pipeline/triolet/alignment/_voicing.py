"""Where in a phrase's samples the voice sounds, and where it pauses."""

from __future__ import annotations

import sys
from array import array

import attrs

from triolet._model._audio import SAMPLE_BYTES

AUDIBLE = 104
"""The least sample value that counts as sound: -50 dB of full scale. A quiet room masks less."""

_FRAME = 0.01
"""Seconds that are judged at once: two periods of a low voice."""

_RANGE = 64
"""A frame whose peak is so many times (36 dB) below the loudest so far is silent: vowels and consonants differ by 30 dB, and
what a service's coding leaves of silence lies lower."""

PAUSE = 0.1
"""Seconds. Shorter silences belong to a word: before a `p` or `k` the voice stops for up to 0.09 s."""

_STRIDE = 6
"""Every sixth sample is looked at: at 24 kHz the peak of a frame hardly changes, and a second of audio takes one
millisecond."""


@attrs.frozen
class Voiced:
    """What the samples of a phrase show, as far as they have come."""

    samples: int = 0
    """How many were looked at."""
    runs: tuple[tuple[int, int], ...] = ()
    """[start, end) of each stretch in which the voice sounds; between two lie at least 0.1 s of silence."""

    @property
    def leading(self) -> int:
        """Samples of silence before the first stretch."""
        return self.runs[0][0] if self.runs else self.samples

    @property
    def trailing(self) -> int:
        """Samples of silence after the last one; 0 if nothing sounded at all."""
        return self.samples - self.runs[-1][1] if self.runs else 0

    def sounding(self, start: int = 0, end: int | None = None) -> int:
        """How many samples of the stretches lie in [start, end)."""
        end = self.samples if end is None else end
        return sum(max(0, min(run_end, end) - max(run_start, start)) for run_start, run_end in self.runs)

    def part(self, start: int, end: int | None = None) -> Voiced:
        """The samples [start, end) alone, counted from `start`."""
        end = self.samples if end is None else max(start, min(end, self.samples))
        runs = ((max(run_start, start), min(run_end, end)) for run_start, run_end in self.runs)
        return Voiced(max(0, end - start), tuple((a - start, b - start) for a, b in runs if a < b))


class VoiceDetector:
    """Feed the samples of one phrase as they come; ask at any time."""

    def __init__(self, sample_rate: int, *, loudest: int = 0) -> None:
        """`loudest`: the largest sample value of this voice so far, for a phrase that begins softly."""
        self.loudest = loudest
        self._frame = max(1, round(_FRAME * sample_rate))
        self._pause = round(PAUSE * sample_rate)
        self._runs: list[tuple[int, int]] = []
        self._at = 0
        self._rest = b""

    def feed(self, pcm: bytes) -> None:
        """Look at whole samples that follow those before."""
        pcm = self._rest + pcm
        samples = array("h", pcm)
        if sys.byteorder == "big":
            samples.byteswap()
        whole = len(samples) // self._frame * self._frame
        self._rest = pcm[whole * SAMPLE_BYTES :]
        for start in range(0, whole, self._frame):
            frame = samples[start : start + self._frame : _STRIDE]
            low = min(frame)
            self._judge(max(-low, max(frame)))  # noqa: PLW3301 -- twice as fast as unpacking them

    def _judge(self, peak: int) -> None:
        if peak >= max(AUDIBLE, self.loudest // _RANGE):
            if self._runs and self._at - self._runs[-1][1] < self._pause:
                self._runs[-1] = (self._runs[-1][0], self._at + self._frame)
            else:
                self._runs.append((self._at, self._at + self._frame))
            self.loudest = max(self.loudest, peak)
        self._at += self._frame

    @property
    def voiced(self) -> Voiced:
        """What the samples so far show."""
        return Voiced(self._at + len(self._rest) // SAMPLE_BYTES, tuple(self._runs))
