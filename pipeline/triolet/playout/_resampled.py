"""A device that takes some sample rates only, as one that takes any."""

from __future__ import annotations

from collections import deque

import attrs
import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._model._text import Phrase
from triolet.playout._contract import Device
from triolet.playout._resampler import Resampler


@attrs.define
class _Run:
    """Samples that were resampled in one go: where they begin, on both sides, and how many there are by now."""

    source_start: int
    target_start: int
    fed: int = 0
    given: int = 0
    ended: bool = False

    def heard(self, target: int, rates: tuple[int, int]) -> int:
        """How many samples of the source are heard in all when the device has played `target` samples in all."""
        played = target - self.target_start
        if self.ended and played >= self.given:
            return self.source_start + self.fed
        return self.source_start + min(self.fed, max(0, played) * rates[0] // rates[1])


class Resampled(Device):
    """A device, and a resampler before it where the rate is one that the device does not take.

    `heard` counts the samples of the source, to the sample. Besides what the device holds, some milliseconds wait in the resampler,
    until the phrase ends.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self._rates = (1, 1)
        self._resampler: Resampler | None = None
        self._runs = deque[_Run]()
        self._cut = False  # whether what follows is no continuation of what was played
        self._lost = False  # whether a play was cancelled, so that it is not known how much was accepted
        self._about()

    @property
    def heard(self) -> int:
        """Samples of the source that have been heard."""
        target = self.device.heard
        if self._resampler is None:
            return target
        while len(self._runs) > 1 and target >= self._runs[1].target_start:
            self._runs.popleft()
        return self._runs[0].heard(target, self._rates)

    @property
    def other_before(self) -> float:
        """Seconds of sound of the device's own before the last sample."""
        return self.device.other_before

    @property
    def other_after(self) -> float:
        """Seconds of sound of the device's own after it."""
        return self.device.other_after

    @property
    def delay(self) -> float:
        """The most seconds of audio that wait in the resampler."""
        return 0.0 if self._resampler is None else self._resampler.delay / self._rates[0]

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the device, at the rate of the source if it takes it.

        Raises:
            OutputError: the device cannot be opened; or numpy is missing, which resamples.
            RuntimeError: it is open already.
        """
        target = rate_for(format.sample_rate, self.device.rates)
        resampler = None if target == format.sample_rate else Resampler(format.sample_rate, target)
        await self.device.open(AudioFormat(target))
        self._resampler = resampler
        self._rates = (format.sample_rate, target)
        self._runs = deque([_Run(0, 0)])
        self._cut = self._lost = False
        self._about()

    async def run(self) -> None:
        """Do the work of the device."""
        await self.device.run()

    async def play(self, pcm: bytes) -> None:
        """Resample the samples, and play what is known by then."""
        if self._resampler is None or len(pcm) % SAMPLE_BYTES:
            await self.device.play(pcm)
            return
        if self._lost:
            await self.device.drain()
        if self._cut or self._lost:
            self._begin(self.heard)
        run = self._runs[-1]
        if run.ended:
            run = self._next(run)
        run.fed += len(pcm) // SAMPLE_BYTES
        await self._give(run, self._resampler.feed(pcm))

    async def failure(self) -> None:
        """Wait until the listener is gone."""
        await self.device.failure()

    def begin_turn(self) -> None:
        """Tell the device."""
        self.device.begin_turn()

    def end_turn(self) -> None:
        """Tell the device."""
        self.device.end_turn()

    def begin_phrase(self, phrase: Phrase) -> None:
        """Tell the device. The last milliseconds of the gap may still wait here."""
        self.device.begin_phrase(phrase)

    async def end_phrase(self) -> None:
        """Play what waits in the resampler."""
        await self._finish()
        await self.device.end_phrase()

    async def drain(self) -> None:
        """Play what waits in the resampler, and wait until the last sample has been heard."""
        await self._finish()
        await self.device.drain()

    def flush(self) -> None:
        """Drop all samples that have not been heard."""
        self.device.flush()
        self._cut = True

    def pause(self) -> None:
        """Pause the device."""
        self.device.pause()

    def resume(self) -> None:
        """Go on."""
        self.device.resume()

    async def settle(self) -> None:
        """Wait until the device knows what was heard."""
        await self.device.settle()

    async def close(self) -> None:
        """Close the device. What waits in the resampler is dropped."""
        self._cut = True
        await self.device.close()

    async def _finish(self) -> None:
        run = self._runs[-1] if self._runs else None
        if self._resampler is None or run is None or run.ended or self._cut or self._lost:
            return
        await self._give(run, self._resampler.finish(), ended=True)

    async def _give(self, run: _Run, pcm: bytes, *, ended: bool = False) -> None:
        run.given += len(pcm) // SAMPLE_BYTES
        run.ended = ended
        try:
            await self.device.play(pcm)
        except trio.Cancelled:
            self._lost = True
            raise

    def _next(self, run: _Run) -> _Run:
        following = _Run(run.source_start + run.fed, run.target_start + run.given)
        self._runs.append(following)
        return following

    def _begin(self, heard: int) -> None:
        """What follows begins here, after samples that were dropped."""
        assert self._resampler is not None
        self._resampler.drop()
        self._runs = deque([_Run(heard, self.device.heard)])
        self._cut = self._lost = False

    def _about(self) -> None:
        """What is known of the device; some of it only when it is open."""
        device = self.device
        self.realtime, self.streamed = device.realtime, device.streamed
        self.settles, self.leaves, self.patience = device.settles, device.leaves, device.patience


def rate_for(rate: int, taken: tuple[int, ...] | None) -> int:
    """The rate at which a device that takes some is opened for audio of another: the next higher one, or else its highest."""
    if taken is None or rate in taken:
        return rate
    return min((each for each in taken if each > rate), default=max(taken))


def taking_any_rate(device: Device) -> Device:
    """The device, with a resampler before it if it does not take all rates."""
    return device if device.rates is None else Resampled(device)
