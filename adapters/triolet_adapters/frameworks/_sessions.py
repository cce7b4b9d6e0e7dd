"""Sessions that all turns of a framework share, opened when they are first needed."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from triolet import PoolOptions, SessionPools
from triolet.asyncio import open_session_pools


class SharedSessions:
    """Opened by the first who asks, from whatever task, and closed once."""

    def __init__(self, options: PoolOptions | None) -> None:
        self._options = options
        self._lock = asyncio.Lock()
        self._block: AbstractAsyncContextManager[SessionPools] | None = None
        self._pools: SessionPools | None = None

    async def get(self) -> SessionPools:
        """The sessions, opened if they are not. If cancelled meanwhile, nothing is open."""
        async with self._lock:
            if self._pools is None:
                block = open_session_pools(self._options)
                self._pools = await block.__aenter__()
                self._block = block
            return self._pools

    async def close(self) -> None:
        """Close them all, if they are open. They may be opened again."""
        async with self._lock:
            block, self._block, self._pools = self._block, None, None
            if block is not None:
                await block.__aexit__(None, None, None)
