"""How late the event loop is: what a process that has too much to do shows first."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable

import trio

_WAITED = 1e-3
"""Seconds. A look at the sockets that takes longer has waited for them; one that only looks takes some microseconds."""


class LoopLag(trio.abc.Instrument):
    """How long a task that is ready waits for its turn, at worst. `loop_lag()` gives that of the Trio run.

    It looks at the clock twice a round of the loop, not at each step of a task: about a microsecond a round.
    """

    def __init__(self, *, over: float = 1.0, clock: Callable[[], float] = time.perf_counter) -> None:
        """`over`: seconds that `late` looks back. `clock`: what counts seconds; `trio.current_time` counts virtual ones."""
        if over <= 0:
            raise ValueError(f"over is {over}; it must be above 0")
        self._over = over
        self._clock = clock
        self._woken: float | None = None  # when the round that runs began; None while the loop waits for the outside
        self._ended = 0.0  # when the round before it ended
        self._before = (
            0.0  # seconds that that one took; 0 if the loop waited after it: then nobody had become ready in it
        )
        self._rounds = deque[
            tuple[float, float]
        ]()  # when each ended, and how late; only those with none later and worse

    @property
    def late(self) -> float:
        """Seconds that a ready task has waited at worst in the last second (`over`): two rounds of the loop, the one in which
        it became ready and the one in which its turn came. The round that runs is counted as far as it has come.

        Some milliseconds are ordinary. What an output holds (0.1 s) is what a listener may begin to hear.
        """
        now = self._clock()
        self._forget(now)
        worst = self._rounds[0][1] if self._rounds else 0.0
        return worst if self._woken is None else max(worst, self._before + now - self._woken)

    def after_io_wait(self, timeout: float) -> None:
        """Trio calls it when the loop has looked at sockets and deadlines: a round begins."""
        self._woken = self._clock()
        if self._woken - self._ended >= _WAITED:
            self._before = 0.0

    def before_io_wait(self, timeout: float) -> None:
        """Trio calls it when all that were ready have run: the round ends."""
        if self._woken is None:
            return
        now = self._ended = self._clock()
        took, self._woken = now - self._woken, None
        late, self._before = self._before + took, took
        self._add(now, late)

    def note(self, late: float) -> None:
        """Count a ready task as so many seconds late, although no round of this loop was: another loop runs it, and was late."""
        self._add(self._clock(), late)

    def _add(self, now: float, late: float) -> None:
        while self._rounds and self._rounds[-1][1] <= late:
            self._rounds.pop()
        self._rounds.append((now, late))
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._rounds and self._rounds[0][0] < now - self._over:
            self._rounds.popleft()


_OF_RUN = trio.lowlevel.RunVar[LoopLag]("triolet.loop_lag")


def loop_lag() -> LoopLag:
    """The lag of the loop of this Trio run. It is watched from the first call on, to the end of the run.

        if loop_lag().late > 0.1:
            ...  # send the next caller to another process

    Raises:
        RuntimeError: outside of a Trio run.
    """
    try:
        return _OF_RUN.get()
    except LookupError:
        return watch(LoopLag())


def note_lag(late: float) -> None:
    """Tell the lag of this Trio run, if it is watched, that the loop which runs it was so many seconds late."""
    with contextlib.suppress(LookupError):
        _OF_RUN.get().note(late)


def watch(lag: LoopLag) -> LoopLag:
    """Make this one the lag of the Trio run."""
    trio.lowlevel.add_instrument(lag)
    _OF_RUN.set(lag)
    return lag
