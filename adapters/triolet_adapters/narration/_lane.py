"""What a process keeps open while it narrates one document after another: the voice, its sessions, the limits."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

import attrs

from triolet import open_session_pools
from triolet_adapters.narration._document import Order, Outcome, Task, narrate_document
from triolet_adapters.narration._share import MINUTE, ShareQuota
from triolet_adapters.quotas import RedisQuota, open_shared_store


@attrs.frozen
class Place:
    """Which of the processes of a command this is."""

    part: int = 0
    of: int = 1
    again: bool = False
    """Whether it takes the place of one that died, and does not know what that has used."""


@contextlib.asynccontextmanager
async def open_lane(order: Order, place: Place) -> AsyncGenerator[Callable[[Task], Awaitable[Outcome]]]:
    """Open the voice for a block, and get what narrates a document.

    Raises:
        ConnectionFailed: the shared store does not answer.
        ModuleNotFoundError, ValueError: the voice cannot be made.
    """
    async with contextlib.AsyncExitStack() as stack:
        voice = order.voice()
        if order.redis is not None:
            quota: RedisQuota | ShareQuota = RedisQuota(await stack.enter_async_context(open_shared_store(order.redis)))
        else:
            quota = ShareQuota(place.part, place.of, after=MINUTE if place.again else 0.0)
        sessions = await stack.enter_async_context(open_session_pools(quota=quota))

        async def narrate(task: Task) -> Outcome:
            return await narrate_document(order, task, voice, sessions)

        yield narrate
