"""The pools of a conversation, or of several that share them: one for each voice with its settings."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager

import trio

from triolet._tools._alone import Alone
from triolet.tts._contract import TTS
from triolet.tts._quota import Quota
from triolet.tts._rate_limiter import RateLimiter
from triolet.tts._session_pool import PoolOptions, PoolStatistics, SessionPool


class SessionPools:
    """The sessions of a conversation, or of several that share them. Made by `open_session_pools`.

    It holds a pool for each voice with its settings, made when first asked for.
    """

    def __init__(self, nursery: trio.Nursery, options: PoolOptions, quota: Quota | None = None) -> None:
        self._nursery = nursery
        self._options = options
        self._quota = quota
        self._pools: dict[TTS, SessionPool] = {}
        self._limiters: dict[Hashable, RateLimiter] = {}

    def pool(self, tts: TTS) -> SessionPool:
        """The pool of this voice. Equal voices share one."""
        pool = self._pools.pop(tts, None)
        if pool is None:
            # The rate limits belong to the account, so all voices of one account share a limiter.
            limits = RateLimiter(tts.limits, tts.account, self._quota)
            limiter = self._limiters.setdefault((tts.account, tts.limits), limits)
            pool = SessionPool(tts, self._nursery, self._options, limiter)
        self._pools[tts] = pool  # at the end: the dictionary is in the order of last use
        self._let_go()
        return pool

    def _let_go(self) -> None:
        """If there are more than `voices` pools, close the unused ones that were asked for longest ago."""
        asked_for_last = next(reversed(self._pools))
        unused = [tts for tts, pool in self._pools.items() if not pool.used and tts != asked_for_last]
        for tts in unused[: max(0, len(self._pools) - self._options.voices)]:
            self._pools.pop(tts).close()

    def close(self) -> None:
        """Close all sessions of all pools. A plain call; the nursery waits until they are closed."""
        for pool in self._pools.values():
            pool.close()

    def warm_up(self) -> None:
        """Call `warm_up` of each pool. A plain call."""
        for pool in self._pools.values():
            pool.warm_up()

    def statistics(self) -> dict[TTS, PoolStatistics]:
        """A snapshot of each pool."""
        return {tts: pool.statistics() for tts, pool in self._pools.items()}


@asynccontextmanager
async def open_session_pools(
    options: PoolOptions | None = None, *, quota: Quota | None = None
) -> AsyncGenerator[SessionPools]:
    """Open a block in which several conversations share their sessions.

        async with open_session_pools(PoolOptions(spares=2, maximum=100)) as sessions:
            async with Conversation(speech(tts), output, sessions=sessions) as conversation: ...

    The options hold for each voice, for all conversations together: they share `spares` idle sessions, and at most `maximum`
    sessions are open. Equal voices share sessions. The rate limits of an account are kept for all conversations together.

    Leaving the block closes all sessions, each within its own deadline. If an error or a cancellation leaves the block, the
    sessions are cancelled, and their connections closed at once.

    Args:
        options: how many sessions to keep open, and for how long; `PoolOptions()` by default.
        quota: what keeps the rate limits together with other processes. None, the default: this process has the account for itself.
    """
    with Alone():
        async with trio.open_nursery() as nursery:
            pools = SessionPools(nursery, options or PoolOptions(), quota)
            yield pools
            pools.close()
