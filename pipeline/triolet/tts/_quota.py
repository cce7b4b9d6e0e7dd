"""The contract for limits of an account that several processes share."""

from __future__ import annotations

import abc
from collections.abc import Hashable
from contextlib import AbstractAsyncContextManager

from triolet.tts._contract import RateLimits


class Quota(abc.ABC):
    """Counts what an account uses, for all processes that use it: a store that they share. Give it to `open_session_pools` and to `Failover`.

    Each process keeps the limits by itself as well, so this is asked only where they leave room here.
    """

    @abc.abstractmethod
    async def request(self, account: Hashable, limits: RateLimits) -> float:
        """Count one request, if the limits allow it now: then return 0. Otherwise count nothing, and return the seconds after which to ask
        again. If cancelled, it may have been counted.

        Raises:
            ConnectionFailed: the store does not answer, so that nobody knows.
        """

    @abc.abstractmethod
    def session(self, account: Hashable, limits: RateLimits) -> AbstractAsyncContextManager[bool]:
        """Count one session for a block. False: there are as many as the limits allow, and nothing is counted.

        Raises:
            ConnectionFailed: the store does not answer.
        """
