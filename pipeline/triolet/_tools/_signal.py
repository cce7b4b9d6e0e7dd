"""A signal that can be given again and again."""

from __future__ import annotations

import trio


class Signal:
    """Wakes every task that waits for it at this moment. A task that waits later waits for the next time.

    Look first, then wait, with no `await` between the two: then no signal is missed.
    """

    __slots__ = ("_lot",)

    def __init__(self) -> None:
        self._lot = trio.lowlevel.ParkingLot()

    def give(self) -> None:
        """Wake all who wait. A plain call."""
        if self._lot:
            self._lot.unpark_all()

    async def wait(self) -> None:
        """Wait until the signal is given. Cancellation just ends the wait."""
        await self._lot.park()
