"""Keeps requests within a service's rate limits, by waiting. The most urgent request goes first."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

import trio

from triolet._tools._signal import Signal
from triolet.tts._contract import RateLimits
from triolet.tts._quota import Quota

BUSY_MINUTE = 20
"""Requests that one turn may need in a minute: an answer takes up to 16 commits, and a few are made again."""


ASK_AGAIN = 0.25
"""Seconds after which a session is asked for again where other processes have all of them: nothing tells when one is free. It is heard,
but a service that is full has let a listener wait for longer than that already."""


_NOT_COUNTED = nullcontext()


class RateLimiter:
    """Lets requests through so that any second and any minute have at most as many as the limits allow; and as many sessions.

    With a `quota`, other processes use the same account: what the limits allow here has to be granted there, too.
    """

    def __init__(self, limits: RateLimits, account: Hashable = None, quota: Quota | None = None) -> None:
        self._limits = limits
        self._account = account
        self._quota = quota
        self._asking = False
        """Whether the quota is being asked. One request asks at a time, or two could pass where there is room for one."""
        self._refused_until = -math.inf
        """Until this time, on Trio's clock, the quota has nothing to give."""
        self._sessions = 0
        self._wanting = 0
        """How many wait for a session that the limit does not allow."""
        self.make_room = list[Callable[[], bool]]()
        """What closes an idle session of the account, and returns whether there was one. Each pool of the account adds its own."""
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

        If cancelled, the request is not counted here.

        Raises:
            ConnectionFailed: the quota does not answer.
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
            while True:
                first = place == self._waiting[0] and not self._asking
                if first and self.free_at() <= trio.current_time() and await self._granted():
                    break
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
        """Whether a request may be sent now, without asking anybody: `wait` would not wait."""
        return self._quota is None and not self._waiting and self.free_at() <= trio.current_time()

    def _count(self, now: float) -> None:
        for _, times in self._windows:
            times.append(now)

    def free_at(self) -> float:
        """When the next request may be sent, on Trio's clock, if no other waits."""
        full = [times[0] + seconds for seconds, times in self._windows if len(times) == times.maxlen]
        return max([trio.current_time(), self._refused_until, *full])

    async def _granted(self) -> bool:
        """Whether the quota grants a request. If not, `free_at` says when to ask again."""
        if self._quota is None:
            return True
        self._asking = True
        try:
            wait = await self._quota.request(self._account, self._limits)
        finally:
            self._asking = False
            self._changed.give()
        self._refused_until = trio.current_time() + wait
        return wait <= 0

    @property
    def crowded(self) -> bool:
        """Whether there are as many sessions as the limit allows, or some wait for one: none should be opened ahead of need."""
        most = self._limits.sessions
        return most is not None and (self._wanting > 0 or self._sessions >= most)

    def session(self) -> AbstractAsyncContextManager[None]:
        """Count a session for a block. Waits until the limit allows it; an idle session of the account is closed for it.

        Raises:
            ConnectionFailed: the quota does not answer.
        """
        return _NOT_COUNTED if self._limits.sessions is None else self._counted(self._limits.sessions)

    @asynccontextmanager
    async def _counted(self, most: int) -> AsyncGenerator[None]:
        self._wanting += 1
        waits = True
        try:
            while True:
                if self._sessions < most:
                    async with self._place() as granted:
                        if granted:
                            self._wanting -= 1
                            waits = False
                            yield
                            return
                any(make_room() for make_room in self.make_room)
                with trio.move_on_after(ASK_AGAIN):
                    await self._changed.wait()
        finally:
            self._wanting -= waits
            self._changed.give()

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[bool]:
        self._sessions += 1
        try:
            if self._quota is None:
                yield True
            else:
                async with self._quota.session(self._account, self._limits) as granted:
                    yield granted
        finally:
            self._sessions -= 1

    def left_over(self, turns: int) -> bool:
        """Whether the limit of this minute has room for a request that no turn waits for, beside those that so many turns need."""
        if self._per_minute is None:
            return True
        now = trio.current_time()
        used = sum(now - time < 60.0 for seconds, times in self._windows if seconds == 60.0 for time in times)
        return used + BUSY_MINUTE * max(1, turns) < self._per_minute
