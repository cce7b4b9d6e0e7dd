"""A signal that can be given any number of times."""

from __future__ import annotations

from functools import partial

import trio
from trio.lowlevel import Abort, RaiseCancelT, Task


class Signal:
    """`give()` wakes every task that is in `wait()` at that moment. It is not remembered: a later `wait()` waits for the next one.

    Check your condition, then wait, with no `await` between the two: then you miss no signal.

    A turn has about ten of them, and most have one task that waits, or none. `trio.lowlevel.ParkingLot` can do more, and takes 0.3 KB
    more for each, and again as much for each task that waits.
    """

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[Task] | None = None

    @trio.lowlevel.enable_ki_protection
    def give(self) -> None:
        """Wake all tasks that wait. A plain call."""
        if self._waiting:
            waiting, self._waiting = self._waiting, None
            for task in waiting:
                trio.lowlevel.reschedule(task)

    @trio.lowlevel.enable_ki_protection
    async def wait(self) -> None:
        """Wait until the signal is given. Cancellation ends the wait and changes nothing else."""
        task = trio.lowlevel.current_task()
        if self._waiting is None:
            self._waiting = [task]
        else:
            self._waiting.append(task)
        await trio.lowlevel.wait_task_rescheduled(partial(self._forget, task))

    def _forget(self, task: Task, _raise_cancel: RaiseCancelT) -> Abort:
        assert self._waiting is not None
        self._waiting.remove(task)
        return Abort.SUCCEEDED


class Flag(Signal):
    """A signal that is remembered: once it is given, `wait()` returns at once. As `trio.Event`, for 0.3 KB less."""

    __slots__ = ("given",)

    def __init__(self) -> None:
        super().__init__()
        self.given = False
        """Whether it was."""

    def give(self) -> None:
        """Wake all tasks that wait, and let none wait from now on. A plain call."""
        self.given = True
        super().give()

    async def wait(self) -> None:
        """Wait until it is given."""
        if self.given:
            await trio.lowlevel.checkpoint()
        else:
            await super().wait()
