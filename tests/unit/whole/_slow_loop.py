"""A loop that is slow: processor time as virtual time."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable

import trio


class SlowLoop(trio.abc.Clock, trio.abc.Instrument):
    """A virtual clock on which each step of a task takes `cost` seconds, and waiting takes none. Give it to a run as its clock
    and as an instrument; `cost` may be changed at any moment.
    """

    def __init__(self, free: Callable[[trio.lowlevel.Task], bool]) -> None:
        """`free`: whose steps cost nothing: a service is another machine."""
        self.cost = 0.0
        self.steps = 0
        """That have been charged."""
        self.busy = 0.0
        """Seconds that steps have taken."""
        self._free = free
        self._known = weakref.WeakKeyDictionary[trio.lowlevel.Task, bool]()
        self._now = 0.0
        self._next: float | None = None
        self._idle = 0

    def start_clock(self) -> None:
        pass

    def current_time(self) -> float:
        return self._now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Trio asks when no task is ready: nothing happens before the deadline."""
        if math.isinf(deadline):
            self._idle += 1
            if self._idle > 100:
                raise RuntimeError("nothing will ever happen: each task waits for another")
            return 0.05  # in real time: Trio's own helpers wake each other through the kernel as a run ends
        self._idle = 0
        self._next = deadline
        return 0.0

    def after_io_wait(self, timeout: float) -> None:
        if self._next is not None:  # here, between two rounds of the loop: the time has passed while it waited
            self._now = max(self._now, self._next)
            self._next = None

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if not self._is_free(task):
            self._now += self.cost
            self.busy += self.cost
            self.steps += 1

    def _is_free(self, task: trio.lowlevel.Task) -> bool:
        known = self._known.get(task)
        if known is None:
            above = task.parent_nursery
            known = self._free(task) or (above is not None and self._is_free(above.parent_task))
            self._known[task] = known
        return known
