"""A device, the settings with which it is played, and whether it is open."""

from __future__ import annotations

import attrs
import trio

from triolet._model._audio import AudioFormat
from triolet.playout._contract import Device
from triolet.playout._gaps import PhraseGaps

CLOSE_OUTPUT = 2.0
"""Seconds that an output has to close its device or file. One that takes longer is not expected to close at all."""


@attrs.define(eq=False)
class Deck:
    """What the turns on one device share: the device, its settings and its state."""

    device: Device
    gaps: PhraseGaps
    trim: bool
    paused: bool = False
    """Whether playback is paused. The device then keeps what it holds, and no deadline runs while it is silent."""
    format: AudioFormat | None = None
    """The format that the device was opened for; None while it is closed."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the device.

        Raises:
            OutputError: the device cannot be opened.
        """
        await self.device.open(format)
        self.format = format
        if self.paused:  # it opens with the first chunk of a turn that is paused already
            self.device.pause()

    async def close(self) -> None:
        """Close the device, shielded from cancellation, within `CLOSE_OUTPUT` seconds. What it has not played is dropped."""
        self.format = None
        self.paused = False
        with trio.move_on_after(CLOSE_OUTPUT, shield=True):
            await self.device.close()
