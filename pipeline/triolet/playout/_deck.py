"""A device, how to play on it, and whether it is open."""

from __future__ import annotations

import attrs
import trio

from triolet._model._audio import AudioFormat
from triolet.playout._device import Device
from triolet.playout._gaps import PhraseGaps

CLOSE_OUTPUT = 2.0
"""Seconds that an output has to give its device or file back; what does not in that time never will."""


@attrs.define(eq=False)
class Deck:
    """What the turns on one device share."""

    device: Device
    gaps: PhraseGaps
    trim: bool
    paused: bool = False
    """Whether the listener asked for silence: the device keeps what it holds, and nobody waits for it in vain."""
    format: AudioFormat | None = None
    """What the device was opened for; None while it is closed."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the device.

        Raises:
            OutputError: it cannot be had.
        """
        await self.device.open(format)
        self.format = format
        if self.paused:  # a turn whose format was not known before its first chunk
            self.device.pause()

    async def close(self) -> None:
        """Close the device, shielded, within `CLOSE_OUTPUT`. What it held and had not played is dropped."""
        self.format = None
        self.paused = False
        with trio.move_on_after(CLOSE_OUTPUT, shield=True):
            await self.device.close()
