"""How many requests a caller makes in a minute, and how many turns it has at a time."""

from __future__ import annotations

import abc
import math
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import attrs
import trio

from triolet_adapters.quotas import SharedStore

MINUTE = 60.0
"""Seconds of the window in which requests are counted."""

_CALLERS = 10_000
"""Callers whose requests are remembered. Names of callers come from the configuration, so there are never more than it has."""


@attrs.frozen(kw_only=True)
class Caps:
    """How much one caller may have."""

    per_minute: int
    """Requests in any minute."""
    concurrent: int
    """Turns at a time."""


class Counters(abc.ABC):
    """Counts what callers use. In this process (`LocalCounters`), or elsewhere for several processes."""

    @abc.abstractmethod
    async def request(self, caller: str, caps: Caps) -> float:
        """Count a request. 0: it is allowed. Otherwise it is not counted, and may be made in so many seconds.

        Raises:
            ConnectionFailed: what counts for several processes does not answer.
        """

    @abc.abstractmethod
    def turn(self, caller: str, caps: Caps) -> AbstractAsyncContextManager[bool]:
        """Count a turn for a block. False: the caller has as many as it may, and nothing is counted.

        Raises:
            ConnectionFailed: what counts for several processes does not answer.
        """


class LocalCounters(Counters):
    """Counts in this process. Exact in any minute: the time of each request is kept."""

    def __init__(self, clock: Callable[[], float] = trio.current_time) -> None:
        """`clock`: gives the time in seconds."""
        self._clock = clock
        self._requests: OrderedDict[str, deque[float]] = OrderedDict()
        self._turns: dict[str, int] = {}

    async def request(self, caller: str, caps: Caps) -> float:
        """See `Counters.request`."""
        now = self._clock()
        times = self._requests.setdefault(caller, deque())
        self._requests.move_to_end(caller)
        while len(self._requests) > _CALLERS:
            self._requests.popitem(last=False)
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= caps.per_minute:
            return max(times[0] + MINUTE - now, math.ulp(1.0))
        times.append(now)
        return 0.0

    @asynccontextmanager
    async def turn(self, caller: str, caps: Caps) -> AsyncGenerator[bool]:
        """See `Counters.turn`."""
        running = self._turns.get(caller, 0)
        if running >= caps.concurrent:
            yield False
            return
        self._turns[caller] = running + 1
        try:
            yield True
        finally:
            self._turns[caller] -= 1
            if not self._turns[caller]:
                del self._turns[caller]


class SharedCounters(Counters):
    """Counts for all processes that have the same store."""

    def __init__(self, store: SharedStore) -> None:
        """Count in this store."""
        self._store = store

    async def request(self, caller: str, caps: Caps) -> float:
        """See `Counters.request`."""
        return await self._store.request(f"key:{caller}", [(MINUTE, caps.per_minute)])

    def turn(self, caller: str, caps: Caps) -> AbstractAsyncContextManager[bool]:
        """See `Counters.turn`."""
        return self._store.lease(f"key:{caller}", caps.concurrent)
