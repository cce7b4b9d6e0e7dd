"""The limits of a vendor's account, kept for all processes that use it."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractAsyncContextManager, nullcontext

from triolet import Quota, RateLimits
from triolet_adapters.quotas._store import SharedStore, stable

MARGIN = 1.0
"""Seconds by which the minute is longer: between a grant and the arrival at the service lies what a network, a busy loop and a clock
may differ. Costs 1.6 % of a minute's requests."""

MARGIN_SECOND = 0.1
"""Of the second, likewise: what a busy loop may be late."""


class RedisQuota(Quota):
    """Keeps `TTS.limits` over several processes: `open_session_pools(quota=RedisQuota(store))`, `Failover(..., quota=...)`.

    Exact in any window, whichever process asks, and after a restart of the store. A process that is killed leaves its sessions for 15 s.
    """

    def __init__(self, store: SharedStore, *, minute: float = 60.0) -> None:
        """Keep limits in this store. `minute`: seconds of the window of `RateLimits.per_minute`; for tests."""
        self._store = store
        self._minute = minute * (1 + MARGIN / 60)

    async def request(self, account: Hashable, limits: RateLimits) -> float:
        """See `Quota.request`."""
        windows = ((1.0 + MARGIN_SECOND, limits.per_second), (self._minute, limits.per_minute))
        return await self._store.request(
            stable(account), [(seconds, most) for seconds, most in windows if most is not None]
        )

    def session(self, account: Hashable, limits: RateLimits) -> AbstractAsyncContextManager[bool]:
        """See `Quota.session`."""
        if limits.sessions is None:
            return nullcontext(True)
        return self._store.lease(stable(account), limits.sessions)
