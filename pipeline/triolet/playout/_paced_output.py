"""An output whose listener is a clock: samples are heard one after another at an even pace, on Trio's clock, real or virtual."""

from __future__ import annotations

import math

import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._tools._signal import Signal
from triolet.playout._output import Output

_ROUNDING = 1e-3
"""The share of a sample that counts as rounding. Trio's clock may start at up to a million seconds, where neighbouring floats
are 3 millionths of a sample apart."""


class PacedOutput(Output):
    """An output that makes no sound: its samples count as heard at an even pace, by `trio.current_time()`.

    Use it as the base of an output whose far end plays at an even pace.
    """

    def __init__(self, *, hold: float = 0.2, pace: float = 1.0) -> None:
        """Make an output.

        Args:
            hold: the most seconds that are accepted and not yet heard. The default of 0.2 is two chunks as services send them, so
                that one is heard while the next comes.
            pace: seconds of audio heard in a second; 1.0 by default.

        Raises:
            ValueError: `hold` or `pace` is not above 0.
        """
        if hold <= 0 or pace <= 0:
            raise ValueError(f"hold is {hold} and pace is {pace}; both must be above 0")
        self._hold = hold
        self._pace = pace
        self._format: AudioFormat | None = None
        self._accepted: int = 0
        self._base: int = 0  # samples heard when the clock was last started or stopped
        self._since: float | None = None  # when the clock was started; None while nothing sounds
        self._paused = False
        self._flushes = 0
        self._changed = Signal()

    @property
    def heard(self) -> int:
        """Samples whose time has passed."""
        if self._since is None or self._format is None:
            return self._base
        passed = (trio.current_time() - self._since) * self._format.sample_rate * self._pace
        return min(self._accepted, self._base + int(passed + _ROUNDING))

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, with 0 samples heard.

        Raises:
            RuntimeError: it is open already.
        """
        if self._format is not None:
            raise RuntimeError("this output is open already: close it first")
        await trio.lowlevel.checkpoint()
        self._format = format
        self._accepted = self._base = 0
        self._since = None
        self._paused = False

    async def play(self, pcm: bytes) -> None:
        """Accept whole samples; waits while `hold` seconds have not been heard. A `flush` meanwhile drops the rest.

        If cancelled, a first part has been accepted.
        """
        rate = self._opened().sample_rate
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        await trio.lowlevel.checkpoint_if_cancelled()
        hold = max(1, round(self._hold * rate))
        flushes, waited = self._flushes, False
        while pcm and flushes == self._flushes:
            samples = len(pcm) // SAMPLE_BYTES
            enough = min(
                samples, max(1, hold // 2)
            )  # half of it at a time: fewer wake-ups, and never nothing left to hear
            room = hold - (self._accepted - self.heard)
            if room >= enough:
                self._accept(pcm[: room * SAMPLE_BYTES] if room < samples else pcm)
                pcm = pcm[room * SAMPLE_BYTES :]
            else:
                await self._until(self._accepted - hold + enough)
                waited = True
        if not waited:
            await trio.lowlevel.cancel_shielded_checkpoint()

    async def drain(self) -> None:
        """Wait until all accepted samples have been heard."""
        self._opened()
        await trio.lowlevel.checkpoint()
        if self.heard < self._accepted:
            await self._until(self._accepted)

    def flush(self) -> None:
        """Drop all samples that have not been heard."""
        self._base = self._accepted = self.heard
        self._since = None
        self._flushes += 1
        self._wake()

    def pause(self) -> None:
        """Stop at this sample. What is held stays; `play` and `drain` wait."""
        self._base = self.heard
        self._since = None
        self._paused = True
        self._wake()

    def resume(self) -> None:
        """Go on with the sample after the last one heard."""
        self._paused = False
        self._start()
        self._wake()

    async def close(self) -> None:
        """Drop all samples that have not been heard. `heard` keeps its value."""
        self.flush()
        self._format = None
        await trio.lowlevel.cancel_shielded_checkpoint()

    def _accept(self, pcm: bytes) -> None:
        if self.heard == self._accepted:  # it had run dry
            self._base = self._accepted
            self._since = None
        self._accepted += len(pcm) // SAMPLE_BYTES
        self._start()

    def _start(self) -> None:
        if self._since is None and not self._paused and self._accepted > self._base:
            self._since = trio.current_time()
            self._started(self._since, self._base)

    def _started(self, time: float, sample: int) -> None:
        """Called when samples begin to be heard: from `time` on, one after another, `sample` first. For subclasses."""

    def _opened(self) -> AudioFormat:
        if self._format is None:
            raise RuntimeError("this output is not open: await open(format) first")
        return self._format

    def _wake(self) -> None:
        self._changed.give()

    async def _until(self, sample: int) -> None:
        """Return when so many samples have been heard, more than have been by now, or when some were flushed."""
        flushes = self._flushes
        while True:
            deadline = math.inf
            if self._since is not None:
                deadline = self._since + (sample - self._base) / (self._opened().sample_rate * self._pace)
            with trio.move_on_at(deadline):
                await self._changed.wait()
            if flushes != self._flushes or self.heard >= sample:
                return
