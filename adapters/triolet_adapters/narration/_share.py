"""The limits of an account, split evenly over the processes of one command."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from contextlib import AbstractAsyncContextManager, nullcontext

import trio

from triolet import Quota, RateLimits

MINUTE = 61.0
"""Seconds of the window of `RateLimits.per_minute`: a second more for what a network may be late."""

SECOND = 1.1
"""Seconds of the window of `RateLimits.per_second`, likewise."""


def share(limits: RateLimits, part: int, of: int) -> RateLimits:
    """What one of several processes may use. The parts together are the whole; the first processes have what is left over."""

    def divided(most: int | None) -> int | None:
        return None if most is None else most // of + (part < most % of)

    return RateLimits(
        per_second=divided(limits.per_second),
        per_minute=divided(limits.per_minute),
        sessions=divided(limits.sessions),
    )


def most_processes(limits: RateLimits, wanted: int) -> int:
    """How many processes may have a part of each limit: none is given a part of nothing."""
    known = [most for most in (limits.per_second, limits.per_minute, limits.sessions) if most is not None]
    return max(1, min([wanted, *known]))


class ShareQuota(Quota):
    """Keeps one process within its part. A process that takes the place of one that died waits first, since what that used is not known."""

    def __init__(self, part: int, of: int, *, after: float = 0.0) -> None:
        """Keep part number `part` (from 0) `of` so many. `after`: seconds from now before which nothing is granted."""
        self._part = part
        self._of = of
        self._begin = trio.current_time() + after
        self._granted: dict[tuple[Hashable, float], deque[float]] = {}
        self._sessions: dict[Hashable, int] = {}

    async def request(self, account: Hashable, limits: RateLimits) -> float:
        """See `Quota.request`."""
        await trio.lowlevel.checkpoint()
        now = trio.current_time()
        mine = share(limits, self._part, self._of)
        windows = [
            (seconds, most, self._granted.setdefault((account, seconds), deque(maxlen=most)))
            for seconds, most in ((SECOND, mine.per_second), (MINUTE, mine.per_minute))
            if most is not None
        ]
        if not windows:
            return 0.0
        waits = [times[0] + seconds - now for seconds, most, times in windows if len(times) == most]
        wait = max([self._begin - now, *waits])
        if wait > 0:
            return wait
        for _, _, times in windows:
            times.append(now)
        return 0.0

    def session(self, account: Hashable, limits: RateLimits) -> AbstractAsyncContextManager[bool]:
        """See `Quota.session`: the process counts its own, so that all that is to be kept is its part."""
        most = share(limits, self._part, self._of).sessions
        return nullcontext(True) if most is None else _Place(self._sessions, account, most)


class _Place(AbstractAsyncContextManager[bool]):
    """One of the sessions of a process."""

    def __init__(self, counts: dict[Hashable, int], account: Hashable, most: int) -> None:
        self._counts = counts
        self._account = account
        self._most = most
        self._held = False

    async def __aenter__(self) -> bool:
        await trio.lowlevel.checkpoint()
        count = self._counts.get(self._account, 0)
        self._held = count < self._most
        if self._held:
            self._counts[self._account] = count + 1
        return self._held

    async def __aexit__(self, *_: object) -> None:
        if self._held:
            self._counts[self._account] -= 1
        await trio.lowlevel.cancel_shielded_checkpoint()
