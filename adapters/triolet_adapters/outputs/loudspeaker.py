"""The sound device of this machine."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

import trio

from triolet import SAMPLE_BYTES, AudioFormat, Output
from triolet.errors import OutputError
from triolet_adapters.outputs._ring import SampleRing
from triolet_adapters.outputs._sound_card import Device, Pull, open_sound_card

STALL_DEADLINE = 2.0
"""Seconds in which a device must take samples. It does so a hundred times a second; after two seconds it was unplugged or
its server has died, and a listener would have given up."""


class Loudspeaker(Output):
    """Plays through the default sound device, or the one whose name contains `device`.

    Holds `hold` seconds (0.1: enough for an event loop that is late by that much, little enough to follow an
    interruption) besides the 20 ms in the device. `flush` drops all of it at once, but for `fade` seconds of the next
    samples, which fade out so that nothing clicks; neither they nor what is in the device count as heard.

    `heard` counts what the device has taken, less the 20 ms it holds; what a sound server or a Bluetooth headset adds is
    not known.

    Needs the package miniaudio: `pip install "triolet[audio]"`.
    """

    def __init__(
        self,
        device: str | None = None,
        *,
        hold: float = 0.1,
        fade: float = 0.01,
        backend: str | None = None,
        opener: Callable[[AudioFormat, Pull], Awaitable[Device]] | None = None,
    ) -> None:
        """`backend`: one of miniaudio's ("alsa", "null", ...) instead of the system's best. `opener`: another device altogether."""
        if hold <= 0 or fade < 0:
            raise ValueError(f"hold is {hold} and fade is {fade}; hold must be above 0 and fade not below")
        self._hold = hold
        self._fade = fade
        self._opener = opener or functools.partial(open_sound_card, name=device, backend=backend)
        self._format: AudioFormat | None = None
        self._device: Device | None = None
        self._ring = SampleRing(0)
        self._flushes = 0

    @property
    def heard(self) -> int:
        """Samples that have left the device, as far as it tells."""
        return self._ring.heard

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the device and start it, on silence.

        Raises:
            OutputError: no sound device, no miniaudio.
        """
        if self._device is not None:
            raise RuntimeError("this output is open already: close it first")
        ring = SampleRing(format.samples(self._hold))
        self._device = await self._opener(format, ring.pull)
        ring.latency = self._device.latency
        self._ring = ring
        self._format = format

    async def play(self, pcm: bytes) -> None:
        """Accept whole samples; waits while `hold` seconds have not been taken. A `flush` meanwhile drops the rest.

        If cancelled, a first part has been accepted.

        Raises:
            OutputError: the device has taken nothing for `STALL_DEADLINE`.
        """
        format = self._opened()  # noqa: A001
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        await trio.lowlevel.checkpoint()
        rest = memoryview(pcm)
        flushes = self._flushes
        while rest and flushes == self._flushes:
            room = self._ring.room
            self._ring.accept(bytes(rest[: room * SAMPLE_BYTES]))
            rest = rest[room * SAMPLE_BYTES :]
            if rest:
                await self._let_it_play(min(len(rest) // SAMPLE_BYTES, format.samples(self._hold / 2)))

    async def drain(self) -> None:
        """Wait until all accepted samples have left the device.

        Raises:
            OutputError: the device has taken nothing for `STALL_DEADLINE`.
        """
        self._opened()
        await trio.lowlevel.checkpoint()
        while unheard := self._ring.unheard:
            await self._let_it_play(unheard)

    def flush(self) -> None:
        """Drop what has not been heard; the next `fade` seconds of it fade out."""
        self._flushes += 1
        if self._format is not None:
            self._ring.flush(self._format.samples(self._fade))

    def pause(self) -> None:
        """Stop at the next sample that the device would take, and keep what is waiting; `play` and `drain` wait."""
        self._ring.pause()

    def resume(self) -> None:
        """Go on with the sample at which `pause` stopped."""
        self._ring.resume()

    async def close(self) -> None:
        """Drop what has not been heard and give the device back, within a second."""
        device, self._device = self._device, None
        if device is None:
            await trio.lowlevel.cancel_shielded_checkpoint()
            return
        self.flush()
        self._format = None
        await device.close()

    def _opened(self) -> AudioFormat:
        if self._format is None:
            raise RuntimeError("this output is not open: await open(format) first")
        return self._format

    async def _let_it_play(self, samples: int) -> None:
        """Sleep for so many samples. The device's thread wakes nobody: it must never wait for an event loop."""
        pulled = self._ring.pulled
        began = trio.current_time()
        await trio.sleep(max(0.002, self._opened().seconds(samples)))
        while self._device is not None and self._ring.pulled == pulled:
            if trio.current_time() - began > STALL_DEADLINE:
                raise OutputError(f"the sound device has taken no samples for {STALL_DEADLINE:g} s: was it unplugged?")
            await trio.sleep(0.01)
