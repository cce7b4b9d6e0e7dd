"""A quota that voices are made with before its store is open."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractAsyncContextManager

from triolet import Quota, RateLimits


class OpenedLater(Quota):
    """Stands for the quota of a store that opens when the service does. Voices are made before, so that what is wrong with one is told at once."""

    def __init__(self) -> None:
        self.quota: Quota | None = None
        """The one that it stands for."""

    async def request(self, account: Hashable, limits: RateLimits) -> float:
        """See `Quota.request`."""
        return await self._opened().request(account, limits)

    def session(self, account: Hashable, limits: RateLimits) -> AbstractAsyncContextManager[bool]:
        """See `Quota.session`."""
        return self._opened().session(account, limits)

    def _opened(self) -> Quota:
        if self.quota is None:
            raise RuntimeError("the service is not open: use it in `async with Service(config) as service:`")
        return self.quota
