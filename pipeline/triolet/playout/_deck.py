"""A device, the settings with which it is played, and whether it is open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import trio

from triolet._model._audio import AudioFormat
from triolet._tools._signal import Signal
from triolet.playout._contract import Device
from triolet.playout._gaps import PhraseGaps
from triolet.playout._resampled import taking_any_rate

CLOSE_OUTPUT = 2.0
"""Seconds that an output has to close its device or file. One that takes longer is not expected to close at all."""


@attrs.define(eq=False)
class Deck:
    """What the turns on one device share: the device, its settings and its state."""

    device: Device = attrs.field(converter=taking_any_rate)
    gaps: PhraseGaps
    trim: bool
    paused: bool = False
    """Whether playback is paused. The device then keeps what it holds, and no deadline runs while it is silent."""
    nursery: trio.Nursery | None = None
    """Where the device runs, of whoever opens it."""
    watchers: set[Signal] = attrs.Factory(set[Signal])
    """Given when a phrase begins, when playback pauses or goes on, and when a turn ends."""
    format: AudioFormat | None = None
    """The format that the device was opened for; None while it is closed."""
    _running: trio.CancelScope = attrs.Factory(trio.CancelScope)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """A block in which the device may be opened, and at whose end it is closed.

        Raises:
            Exception: what the work of the device raises, which ends the block.
        """
        async with trio.open_nursery() as self.nursery:
            try:
                yield
            finally:
                await self.close()  # noqa: ASYNC102 -- it shields and bounds itself

    def tell(self) -> None:
        """Wake the watchers. A plain call."""
        for signal in self.watchers:
            signal.give()

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the device.

        Raises:
            OutputError: the device cannot be opened.
        """
        await self.device.open(format)
        self.format = format
        if self.nursery is not None:
            self._running = trio.CancelScope(shield=True)
            self.nursery.start_soon(self._run, self._running)
        if self.paused:  # it opens with the first chunk of a turn that is paused already
            self.device.pause()

    async def close(self) -> None:
        """Close the device, shielded from cancellation, within `CLOSE_OUTPUT` seconds. What it has not played is dropped."""
        self.format = None
        self.paused = False
        with trio.move_on_after(CLOSE_OUTPUT, shield=True):
            await self.device.close()
        self._running.cancel()

    async def _run(self, scope: trio.CancelScope) -> None:
        with scope:
            await self.device.run()
