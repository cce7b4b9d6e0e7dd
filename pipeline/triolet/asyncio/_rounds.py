"""Runs the rounds of a guest run of Trio on an asyncio loop, without a thread where that can be done.

Trio leaves it to a thread to wait for its sockets and deadlines while all its tasks wait, and each such wait costs two hops
between threads: twice the work of a native run at 20 conversations. Where Trio waits by epoll, the loop of the program can wait
for it instead: an epoll object is itself something that epoll can wait for, and a deadline is a timer of the loop.

What this needs to know of Trio is not public: that the callback for the next round is a method of an object with the attributes
of `_Guest`. If it is not, or there is no epoll, Trio waits in its thread as usual.
"""

from __future__ import annotations

import asyncio
import math
import os
import select
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

import trio

from triolet._tools._loop_lag import note_lag

Round = Callable[[], object]

NEAR = 1.0
"""Seconds. A loop whose clock is nearer than this to `time.monotonic` has that clock, and a finer look at it is better: uvloop's
shows whole milliseconds, that of Windows 16 of them. A loop in virtual time has another clock."""


LATE = 0.001
"""Seconds by which a round must be late to count: what comes together in a loop takes some tenths of that."""


class _Events(Protocol):
    """What the last look at the sockets has found."""

    value: object

    def __init__(self, value: object) -> None: ...


class _Sockets(Protocol):
    _epoll: select.epoll

    def get_events(self, timeout: float) -> object: ...


class _Runner(Protocol):
    guest_tick_scheduled: bool
    io_manager: _Sockets
    waiting_for_idle: Any


class _Guest(Protocol):
    """The state of a guest run, as far as it is used here."""

    runner: _Runner
    unrolled_run_next_send: _Events


def _guest(tick: Round) -> _Guest | None:
    """The guest run to which a round belongs, if it has all that is needed."""
    guest = getattr(tick, "__self__", None)
    runner = getattr(guest, "runner", None)
    sockets = getattr(runner, "io_manager", None)
    needed = (
        hasattr(guest, "unrolled_run_next_send"),
        hasattr(runner, "guest_tick_scheduled"),
        hasattr(runner, "waiting_for_idle"),
        hasattr(sockets, "get_events"),
        isinstance(getattr(sockets, "_epoll", None), getattr(select, "epoll", ())),
    )
    return cast("_Guest", guest) if all(needed) else None


class Rounds(trio.abc.Clock):
    """Gives Trio its rounds, and its clock: that of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, later: Callable[[Round], object]) -> None:
        """`later` calls a function in the next iteration of the loop."""
        self._loop = loop
        self._later = later
        # Where there is epoll, `perf_counter` and `monotonic` show the same time.
        self._now = time.perf_counter if abs(loop.time() - time.monotonic()) < NEAR else loop.time
        self._guest: _Guest | None = None
        self._looked = False
        self._sockets = -1  # a second descriptor of Trio's epoll object
        self._waits_until: float | None = None  # Trio has nothing to do before this time
        self._held: Round | None = None
        self._next: Round | None = None
        self._due = 0.0  # when the next round should be
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = math.inf

    def start_clock(self) -> None:
        """Trio calls it once."""

    def current_time(self) -> float:
        """Seconds on the loop's clock."""
        return self._now()

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Seconds that Trio may wait in its thread. Trio asks when all its tasks wait."""
        wait = deadline - self._now()
        if self._guest is None or wait <= 0 or self._guest.runner.waiting_for_idle:
            return wait
        self._waits_until = deadline
        return 0.0  # it then gives us the next round instead of going to its thread

    def next(self, tick: Round) -> None:
        """Trio calls it with its next round: run it soon, or when there is something to do."""
        if not self._looked:
            self._looked = True
            self._watch(tick)
        deadline, self._waits_until = self._waits_until, None
        guest = self._guest
        if guest is None or deadline is None or getattr(guest.unrolled_run_next_send, "value", True):
            self._call(tick)
            return
        self._held = tick
        guest.runner.guest_tick_scheduled = False  # so whatever wakes a task of Trio's wakes its epoll object
        if deadline < self._timer_at:
            self._set_timer(deadline)

    def soon(self) -> None:
        """A plain call of the program is about to wake a task of Trio's: let the next round come without a look at the sockets."""
        if self._held is not None and self._guest is not None:
            tick, self._held = self._held, None
            self._guest.runner.guest_tick_scheduled = True
            self._call(tick)

    def end(self) -> None:
        """Trio has ended."""
        if self._timer is not None:
            self._timer.cancel()
        if self._sockets >= 0:
            self._loop.remove_reader(self._sockets)
            os.close(self._sockets)
            self._sockets = -1

    def _call(self, tick: Round) -> None:
        self._next, self._due = tick, self._now()
        self._later(self._run)

    def _run(self) -> None:
        """The loop has come to the next round."""
        tick, self._next = self._next, None
        if (late := self._now() - self._due) > LATE:
            note_lag(late)
        if tick is not None:
            tick()

    def _watch(self, tick: Round) -> None:
        guest = _guest(tick)
        if guest is None:
            return
        sockets = os.dup(guest.runner.io_manager._epoll.fileno())  # noqa: SLF001 -- see the module
        try:
            self._loop.add_reader(sockets, self._ready)
        except NotImplementedError:  # a proactor loop
            os.close(sockets)
        else:
            self._sockets, self._guest = sockets, guest

    def _ready(self) -> None:
        """There is something to do."""
        guest, tick = self._guest, self._held
        if guest is None or tick is None:  # the next round comes anyway
            return
        self._held = None
        guest.runner.guest_tick_scheduled = True
        found = guest.runner.io_manager.get_events(0)
        guest.unrolled_run_next_send = type(guest.unrolled_run_next_send)(found)
        tick()

    def _set_timer(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_at = deadline
        if deadline < math.inf:
            self._timer = self._loop.call_at(deadline, self._time)

    def _time(self) -> None:
        """A deadline has come, or one that was lifted meanwhile."""
        late = self._now() - self._timer_at
        self._timer, self._timer_at = None, math.inf
        if late > LATE and self._guest is not None:
            note_lag(late)
        self._ready()
