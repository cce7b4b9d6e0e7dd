"""A signal that can be given any number of times."""

from __future__ import annotations

import trio


class Signal:
    """`give()` wakes every task that is in `wait()` at that moment. It is not remembered: a later `wait()` waits for the next one.

    Check your condition, then wait, with no `await` between the two: then you miss no signal.
    """

    __slots__ = ("_lot",)

    def __init__(self) -> None:
        self._lot = trio.lowlevel.ParkingLot()

    def give(self) -> None:
        """Wake all tasks that wait. A plain call."""
        if self._lot:
            self._lot.unpark_all()

    async def wait(self) -> None:
        """Wait until the signal is given. Cancellation ends the wait and changes nothing else."""
        await self._lot.park()
