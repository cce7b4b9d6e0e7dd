"""An output that records what was heard, and when."""

from __future__ import annotations

import attrs

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet.errors import OutputError
from triolet.playout._paced_output import PacedOutput


@attrs.frozen
class HeardAudio:
    """Samples that were heard one after another, without a stop between them."""

    time: float
    """When the first of them was heard, on Trio's clock."""
    pcm: bytes = attrs.field(repr=lambda pcm: f"<{len(pcm)} bytes>")


class RecordingOutput(PacedOutput):
    """A listener who hears at an even pace on Trio's clock, real or virtual, and records everything.

    Judge a test by `pcm` and `audio`: they are what was heard, not what was sent. To test a device that stalls, call `pause()`
    and later `resume()`.
    """

    def __init__(self, *, hold: float = 0.1, pace: float = 1.0, fail_after: int | None = None) -> None:
        """Make an output.

        Args:
            hold: the most seconds that it accepts in advance; 0.1 by default.
            pace: seconds of audio heard in a second; 1 by default.
            fail_after: raise OutputError when so many samples have been heard. None, the default: never.
        """
        super().__init__(hold=hold, pace=pace)
        self._fail_after = fail_after
        self._recorded = bytearray()
        self._starts: list[tuple[float, int]] = []

    @property
    def pcm(self) -> bytes:
        """All samples heard since `open`."""
        return bytes(self._recorded[: self.heard * SAMPLE_BYTES])

    @property
    def audio(self) -> list[HeardAudio]:
        """The same samples, as stretches that were heard without a stop, each with its time."""
        pcm = self.pcm
        stretches: list[HeardAudio] = []
        end = self.heard
        for time, start in reversed(self._starts):
            if start < end:
                stretches.append(HeardAudio(time, pcm[start * SAMPLE_BYTES : end * SAMPLE_BYTES]))
                end = start
        return stretches[::-1]

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Start a new recording."""
        await super().open(format)
        self._recorded.clear()
        self._starts.clear()

    async def play(self, pcm: bytes) -> None:
        """See `PacedOutput.play`.

        Raises:
            OutputError: `fail_after` samples have been heard.
        """
        if self._fail_after is None:
            await super().play(pcm)
            return
        left = self._fail_after - self._accepted
        await super().play(pcm[: max(0, left) * SAMPLE_BYTES])
        if len(pcm) // SAMPLE_BYTES > left:
            await super().drain()
            raise OutputError(f"the recording output fails after {self._fail_after} samples, as it was told to")

    def flush(self) -> None:
        """Drop what has not been heard, from the recording too."""
        super().flush()
        del self._recorded[self._accepted * SAMPLE_BYTES :]

    def _accept(self, pcm: bytes) -> None:
        self._recorded += pcm
        super()._accept(pcm)

    def _started(self, time: float, sample: int) -> None:
        if self._starts and self._starts[-1][1] == sample:
            self._starts.pop()
        elif self._format is not None and self._starts:
            last_time, last_sample = self._starts[-1]
            if abs(last_time + (sample - last_sample) / (self._format.sample_rate * self._pace) - time) < 1e-6:
                return  # it goes on without a stop
        self._starts.append((time, sample))
