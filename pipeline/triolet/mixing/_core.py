"""Which samples of an output are the voice's, and which the background's; and the two together."""

from __future__ import annotations

from collections import deque
from typing import Any

import attrs

from triolet._model._audio import SAMPLE_BYTES
from triolet.mixing._bed import Loop
from triolet.mixing._ducking import Ducking, Envelope


@attrs.frozen
class _Run:
    """Samples that the output was given in one go."""

    start: int
    """The first of them, among all samples of the output."""
    samples: int
    voice: int | None
    """Which sample of the voice the first one is; None where they are the background alone."""


class Mixture:
    """A voice over a background, from the opening of an output on. It knows no clock."""

    def __init__(self, loop: Loop, ducking: Ducking) -> None:
        self.envelope = Envelope(ducking, loop.rate)
        self.voice: int = 0
        """Samples of the voice that the output was given and has not dropped."""
        self._loop = loop
        self._runs = deque[_Run]()  # those that are not heard to their end
        self._passed: int = 0  # samples of the voice in those that are
        self._given: int = 0  # samples that the output was given and has not dropped
        self._place: int = 0  # of the background

    def add_voice(self, pcm: bytes, *, wanted: bool) -> bytes:
        """Samples of the voice, with the background under them if it is wanted."""
        count = len(pcm) // SAMPLE_BYTES
        place = self._add(count, self.voice)
        self.voice += count
        if not wanted and not self.envelope.gain:
            return pcm
        voice = self._loop.numpy.frombuffer(pcm, "<i2")
        gains = self.envelope.under(voice, wanted=wanted)
        return self._pcm(voice + self._loop.samples(place, count) * gains) if gains.any() else pcm

    def add_alone(self, count: int, *, wanted: bool) -> bytes:
        """So many samples of the background; silence where it is stopped."""
        place = self._add(count, None)
        gains = self.envelope.alone(count, wanted=wanted)
        return self._pcm(self._loop.samples(place, count) * gains) if gains.any() else bytes(count * SAMPLE_BYTES)

    def heard(self, at: int) -> int:
        """How many samples of the voice have been heard when the output has played up to `at`, which never decreases."""
        runs = self._runs
        while runs and at >= runs[0].start + runs[0].samples:
            run = runs.popleft()
            if run.voice is not None:
                self._passed = run.voice + run.samples
        if runs and runs[0].voice is not None:
            return runs[0].voice + at - runs[0].start
        return self._passed

    def others(self, at: int) -> tuple[int, int]:
        """How many samples of the background alone are heard before the last one of the voice, and how many after it, when the output has
        played up to `at`.
        """
        before = after = 0
        for run in self._runs:
            unheard = max(0, min(run.samples, run.start + run.samples - at))
            if run.voice is None:
                after += unheard
            elif unheard:
                before, after = before + after, 0
        return before, after

    def cut(self, at: int) -> None:
        """The output has dropped what follows `at`. The background goes on from there, as softly as it begins."""
        self._passed = self.voice = self.heard(at)
        self._runs.clear()
        self._place -= self._given - at
        self._given = at
        self.envelope.gain = 0.0

    def _add(self, count: int, voice: int | None) -> int:
        """Note samples that the output is given. Return the place of the background under the first."""
        if count:
            self._runs.append(_Run(self._given, count, voice))
        self._given += count
        self._place += count
        return self._place - count

    def _pcm(self, sound: Any) -> bytes:
        numpy = self._loop.numpy
        pcm: bytes = numpy.clip(numpy.rint(sound), -32768, 32767).astype("<i2").tobytes()
        return pcm
