"""Keeps requests within a service's rate limits, by waiting. The most urgent request goes first."""

from __future__ import annotations

import heapq
import itertools
from collections import deque

import trio

from triolet._tools._signal import Signal
from triolet.tts._contract import RateLimits

BUSY_MINUTE = 20
"""Requests that one turn may need in a minute: an answer takes up to 16 commits, and a few are made again."""


class RateLimiter:
    """Lets requests through so that any second and any minute have at most as many as the limits allow."""

    def __init__(self, limits: RateLimits) -> None:
        self._windows = tuple(
            (seconds, deque[float](maxlen=most))
            for seconds, most in ((1.0, limits.per_second), (60.0, limits.per_minute))
            if most is not None
        )
        self._per_minute = limits.per_minute
        self._waiting: list[tuple[int, int]] = []
        """A heap of the requests that wait: their urgency (the smallest number is the most urgent), and their order of arrival."""
        self._arrivals = itertools.count()
        self._changed = Signal()
        self.waited = 0.0
        """Seconds for which requests have been held back, in all."""

    async def wait(self, urgency: int = 0) -> None:
        """Wait until a request may be sent, and count it. Of the requests that wait, the smallest `urgency` goes first.

        If cancelled, the request is not counted.
        """
        asked = trio.current_time()
        if self.is_free:
            await trio.lowlevel.checkpoint_if_cancelled()  # no more: a commit need not wait for what other tasks do
            self._count(asked)
            return
        place = (urgency, next(self._arrivals))
        heapq.heappush(self._waiting, place)
        try:
            await trio.lowlevel.checkpoint()
            while (first := place == self._waiting[0]) is False or self.free_at() > trio.current_time():
                with trio.move_on_at(self.free_at()) if first else trio.CancelScope():
                    await self._changed.wait()
            self._count(now := trio.current_time())
            self.waited += now - asked
        finally:
            self._waiting.remove(place)
            heapq.heapify(self._waiting)
            self._changed.give()

    @property
    def is_free(self) -> bool:
        """Whether a request may be sent now: `wait` would not wait."""
        return not self._waiting and self.free_at() <= trio.current_time()

    def _count(self, now: float) -> None:
        for _, times in self._windows:
            times.append(now)

    def free_at(self) -> float:
        """When the next request may be sent, on Trio's clock, if no other waits."""
        full = [times[0] + seconds for seconds, times in self._windows if len(times) == times.maxlen]
        return max([trio.current_time(), *full])

    def left_over(self, turns: int) -> bool:
        """Whether the limit of this minute has room for a request that no turn waits for, beside those that so many turns need."""
        if self._per_minute is None:
            return True
        now = trio.current_time()
        used = sum(now - time < 60.0 for seconds, times in self._windows if seconds == 60.0 for time in times)
        return used + BUSY_MINUTE * max(1, turns) < self._per_minute
