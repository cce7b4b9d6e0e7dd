"""Sessions that several conversations of one loop share."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import triolet.tts._session_pools as trio_pools
from triolet.asyncio._block import Block
from triolet.tts._session_pool import PoolOptions
from triolet.tts._session_pools import SessionPools


@asynccontextmanager
async def open_session_pools(options: PoolOptions | None = None) -> AsyncGenerator[SessionPools]:
    """Open a block in which several conversations share their sessions.

        async with open_session_pools(PoolOptions(spares=2, maximum=100)) as sessions:
            async with Conversation(speech(tts), output, sessions=sessions) as conversation: ...

    The options hold for each voice, for all conversations together: they share `spares` idle sessions, and at most `maximum`
    sessions are open. Equal voices share sessions. The rate limits of an account are kept for all conversations together.

    Leaving the block closes all sessions, each within its own deadline. If it is cancelled meanwhile, their connections are
    closed at once. A server opens the block once, when it starts; then Trio also runs on between its conversations.

    Args:
        options: how many sessions to keep open, and for how long; `PoolOptions()` by default.
    """
    block = Block(trio_pools.open_session_pools(options))
    _, pools = await block.enter()
    try:
        yield pools
    finally:
        await block.leave()  # noqa: ASYNC102 -- the block bounds its own closing
