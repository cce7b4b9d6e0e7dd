"""Where in a phrase's samples the voice sounds, and where it pauses."""

from __future__ import annotations

import copy
import functools
import itertools
from array import array
from bisect import bisect_left, bisect_right

import attrs

from triolet._model._audio import SAMPLE_BYTES
from triolet._model._samples import numbers

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
"""Every sixth sample is looked at, where a frame divides so: at 24 kHz the peak of a frame hardly changes. The last of a frame is
one of them, so that a voice which begins in it is not missed."""


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
        overlapping = itertools.islice(self.runs, self._after(start), self._before(end))
        return sum(max(0, min(run_end, end) - max(run_start, start)) for run_start, run_end in overlapping)

    def part(self, start: int, end: int | None = None) -> Voiced:
        """The samples [start, end) alone, counted from `start`."""
        end = self.samples if end is None else max(start, min(end, self.samples))
        overlapping = itertools.islice(self.runs, self._after(start), self._before(end))
        runs = ((max(run_start, start), min(run_end, end)) for run_start, run_end in overlapping)
        return Voiced(max(0, end - start), tuple((a - start, b - start) for a, b in runs if a < b))

    def _after(self, sample: int) -> int:
        """The number of the first run that ends after a sample."""
        return bisect_right(self.runs, sample, key=_end)

    def _before(self, sample: int) -> int:
        """How many runs begin before a sample."""
        return bisect_left(self.runs, (sample, 0))


def _end(run: tuple[int, int]) -> int:
    return run[1]


class Voicing:
    """Where the voice sounds in the samples of one phrase. Feed them as they come; ask at any time."""

    __slots__ = ("_frame", "_judged", "_loudest", "_new", "_pause", "_rest", "_runs", "_stride", "samples")

    def __init__(self, sample_rate: int, *, loudest: int = 0) -> None:
        """`loudest`: the largest sample value of this voice so far, for a phrase that begins softly."""
        self._loudest = loudest
        self.samples = 0
        """How many were fed."""
        self._judged = 0
        self._frame = max(1, round(_FRAME * sample_rate))
        self._stride = next(step for step in range(_STRIDE, 0, -1) if self._frame % step == 0)
        self._pause = round(PAUSE * sample_rate)
        self._runs: list[tuple[int, int]] = []
        self._rest = b""
        """The samples of the last, unfinished frame."""
        self._new = b""
        """Samples that came last. They are looked at when somebody asks or more samples come, so that the first sound of a turn
        does not wait for it."""

    def feed(self, pcm: bytes) -> None:
        """Add whole samples that follow those before."""
        self._look()
        self.samples += len(pcm) // SAMPLE_BYTES
        self._new = pcm

    @property
    def loudest(self) -> int:
        """The largest sample value so far."""
        self._look()
        return self._loudest

    @property
    def judged(self) -> int:
        """How many samples are known to be silence or voice: those of whole frames."""
        self._look()
        return self._judged

    def _look(self) -> None:
        """Look at the samples that came last."""
        if not self._new:
            return
        pcm, self._new = self._new, b""
        if self._rest:
            pcm = self._rest + pcm
        whole = len(pcm) // SAMPLE_BYTES // self._frame
        self._rest = pcm[whole * self._frame * SAMPLE_BYTES :]
        # `bytes` are sliced, translated and searched in C.
        seen = slice(SAMPLE_BYTES * (self._stride - 1), whole * self._frame * SAMPLE_BYTES, SAMPLE_BYTES * self._stride)
        high, low = pcm[seen.start + 1 : seen.stop : seen.step], pcm[seen]
        marks = marked(self._threshold, high, low)
        if marks and marked(self._loudest + 1, high, low):
            marks = self._marks_of_louder(numbers(pcm[: seen.stop])[self._stride - 1 :: self._stride])
        if marks:
            self._add(marks)
        self._judged += whole * self._frame

    def _marks_of_louder(self, values: array[int]) -> bytes:
        """The marks of samples some of which may be louder than any before: a one in each frame in which the voice sounds. What is loud
        in one frame decides about those that follow.
        """
        marks, step, threshold = bytearray(len(values)), self._frame // self._stride, self._threshold
        for mark in range(0, len(values), step):
            frame = values[mark : mark + step]
            peak = max(-min(frame), max(frame))  # noqa: PLW3301 -- twice as fast as unpacking them
            if peak >= threshold:
                marks[mark] = 1
                if peak > self._loudest:
                    self._loudest = peak
                    threshold = self._threshold
        return bytes(marks)

    def _add(self, marks: bytes) -> None:
        """Add the frames that follow those judged so far, given with a one in each in which the voice sounds."""
        step, frame, pause, judged = self._frame // self._stride, self._frame, self._pause, self._judged
        reach = (-(-pause // frame) + 1) * step
        """Marks from the first of a frame to the last one that no pause parts from it."""
        start, end = self._runs.pop() if self._runs else (0, -pause)  # the run that may go on
        mark = marks.find(_ONE)
        while mark >= 0:
            mark -= mark % step
            at = judged + mark // step * frame
            if at - end >= pause:
                if end > 0:
                    self._runs.append((start, end))
                start = at
            while (last := marks.rfind(_ONE, mark + step, mark + reach)) >= 0:
                mark = last - last % step
            end = judged + (mark // step + 1) * frame
            mark = marks.find(_ONE, mark + step)
        self._runs.append((start, end))

    def cut(self, samples: int) -> None:
        """Forget what follows the first so many samples: it was dropped."""
        if samples >= self.samples:
            return
        self._look()
        self._rest = self._rest[: max(0, samples - self._judged) * SAMPLE_BYTES]
        self.samples = samples
        self._judged = min(self._judged, samples)
        while self._runs and self._runs[-1][0] >= samples:
            self._runs.pop()
        if self._runs and self._runs[-1][1] > samples:
            self._runs[-1] = (self._runs[-1][0], samples)

    def copy(self, samples: int) -> Voicing:
        """Return a copy that has seen the first so many samples only, to be fed with others."""
        self._look()
        other = copy.copy(self)
        other._runs = list(self._runs)  # noqa: SLF001 -- of the same class
        other.cut(samples)
        return other

    @property
    def first(self) -> int | None:
        """The sample at which the voice begins to sound; None: not yet."""
        self._look()
        return self._runs[0][0] if self._runs else None

    @property
    def last(self) -> int | None:
        """The sample after the last that sounded so far; None: nothing has."""
        self._look()
        return self._runs[-1][1] if self._runs else None

    def next_word(self, sample: int) -> int | None:
        """The first sample of the first stretch that ends after this one; None if there is none yet."""
        self._look()
        at = bisect_right(self._runs, sample, key=_end)
        return self._runs[at][0] if at < len(self._runs) else None

    def paused_after(self, first: int, samples: int) -> list[tuple[int, int]]:
        """The stretches, from the one with this number on, that are followed by another one in the first so many samples."""
        self._look()
        end = len(self._runs) - 1
        while end > first and self._runs[end][0] >= samples:
            end -= 1
        return self._runs[first:end] if end > first else []

    @property
    def voiced(self) -> Voiced:
        """A snapshot of what the samples so far show."""
        self._look()
        return Voiced(self.samples, tuple(self._runs))

    @property
    def _threshold(self) -> int:
        return max(AUDIBLE, self._loudest // _RANGE)


_ONE = b"\x01"


def all_below(threshold: int, high: bytes, low: bytes) -> bool:
    """Whether no sample is as large as the threshold, which is above 0. Given are the high and the low bytes of the samples."""
    return not marked(threshold, high, low)


def marked(threshold: int, high: bytes, low: bytes) -> bytes:
    """A byte for each sample: one if it is as large as the threshold, which is above 0, and zero if not; empty if none is. Given are the
    high and the low bytes of the samples.
    """
    of_high, of_low = _tables(threshold)
    found = high.translate(of_high)
    if found.isascii():  # none has the bit of `_SURE`, `_UP` or `_DOWN`: the fastest search there is
        return b""
    if _UP in found or _DOWN in found:
        # The low byte decides. To compare all bytes at once, they are numbers of many digits.
        both = int.from_bytes(found, "little") & int.from_bytes(low.translate(of_low), "little")
        if not both:
            return b""
        found = both.to_bytes(len(high), "little")
    return found.translate(_IF_ANY)


_SURE, _UP, _DOWN = 0x84, 0x81, 0x82
"""What a high byte says of its sample: it is as large as the threshold; or it is, if its low byte is large, or small, enough."""
_IF_ANY = bytes(min(byte, 1) for byte in range(256))


@functools.lru_cache(maxsize=1024)
def _tables(threshold: int) -> tuple[bytes, bytes]:
    """A table for high bytes, and one for low bytes. A sample is as large as the threshold if the two values for it share a bit."""
    # The smallest of them: they are read without a sign, as two bytes each.
    (up, low_up), (down, low_down) = divmod(threshold, 0x100), divmod(0x10000 - threshold, 0x100)
    positive = bytes(up) + _byte(_UP) + _byte(_SURE) * 0x80
    negative = _byte(_SURE) * (down - 0x80) + _byte(_DOWN) + bytes(0x80) if down >= 0x80 else bytes(0x80)
    # For low bytes, a table is one number: so it is put together twenty times faster than byte by byte.
    above, below = bytes(low_up) + _byte(_UP) * 0x100, _byte(_DOWN) * (low_down + 1) + bytes(0x100)
    of_low = _number(_byte(_SURE) * 0x100) | _number(above[:0x100]) | _number(below[:0x100])
    return positive[:0x80] + negative[:0x80], (of_low & _number(b"\x7f" * 0x100)).to_bytes(0x100, "little")


def _byte(value: int) -> bytes:
    return bytes((value,))


def _number(table: bytes) -> int:
    return int.from_bytes(table, "little")
