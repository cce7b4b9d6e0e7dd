"""Keeping within what a service allows, by waiting."""

from __future__ import annotations

from collections import deque

import trio

from triolet.tts._contract import RateLimits


class RateLimiter:
    """Lets requests through so that no second and no minute has more than the limits allow."""

    def __init__(self, limits: RateLimits) -> None:
        self._windows = tuple(
            (seconds, deque[float](maxlen=most))
            for seconds, most in ((1.0, limits.per_second), (60.0, limits.per_minute))
            if most is not None
        )
        self._lock = trio.StrictFIFOLock()
        self.waited = 0.0
        """Seconds that requests have been held back in all."""

    async def wait(self) -> None:
        """Return when the next request may be sent; it counts from then on. First come, first served.

        Cancellation just gives the place up.
        """
        asked = trio.current_time()
        async with self._lock:
            await trio.sleep_until(self.free_at())
            now = trio.current_time()
            for _, times in self._windows:
                times.append(now)
        self.waited += now - asked

    def free_at(self) -> float:
        """When the next request may be sent (in Trio's time), if nobody else waits."""
        full = [times[0] + seconds for seconds, times in self._windows if len(times) == times.maxlen]
        return max([trio.current_time(), *full])
