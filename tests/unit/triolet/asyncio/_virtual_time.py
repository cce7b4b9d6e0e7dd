"""An asyncio loop in virtual time: when nothing is left to do now, it is as late as its next timer."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

STUCK = 10.0
"""Seconds of real time after which a loop that waits for a thread, and has no timer, is stuck."""


class _Selector(selectors.DefaultSelector):
    """Never waits for time to pass."""

    def __init__(self) -> None:
        super().__init__()
        self.passed: Callable[[float], None] = lambda seconds: None
        self.looks = 0
        self.at_look: dict[int, Callable[[], object]] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.looks += 1
        if (call := self.at_look.pop(self.looks, None)) is not None:
            call()
            timeout = 0
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(STUCK)
            assert ready, "the program waits for something that does not come"
            return ready
        self.passed(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its clock starts at 0 and jumps."""

    def __init__(self) -> None:
        self._now = 0.0
        self._looks = _Selector()
        super().__init__(self._looks)
        self._looks.passed = self._pass

    def time(self) -> float:
        return self._now

    @property
    def iterations(self) -> int:
        """How many rounds it has made."""
        return self._looks.looks

    def at_iteration(self, number: int, call: Callable[[], object]) -> None:
        """Make a plain call between two rounds, so many rounds from now: 1 is the next."""
        self._looks.at_look[self.iterations + number] = call

    def _pass(self, seconds: float) -> None:
        soonest: list[asyncio.TimerHandle] = vars(self)["_scheduled"][:1]  # of BaseEventLoop
        # The sum may be a little before the timer, by rounding.
        self._now = max(self._now + seconds, *(timer.when() for timer in soonest))


def run(program: Coroutine[Any, Any, T], *, debug: bool = False) -> T:
    """`asyncio.run` in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop, debug=debug) as runner:
        return runner.run(program)
