"""No pause for garbage in a process that always speaks."""

from __future__ import annotations

import gc

import trio

FREEZE = 1.0
"""Seconds from one freeze to the next: what a second of 100 turns makes is looked at in a few ms."""

ROUND = 10
"""Freezes, after which what is frozen is counted: that takes a millisecond for each 100,000 objects."""

COLLECT = 600.0
"""Seconds in which garbage may wait. A collection takes 170 ms with 90 conversations: so rarely, it is in no listener's p99, and no more than a
sixth of what a client holds."""

GROWTH = 100_000
"""Objects more than twice those that were there after the last collection, from which on the next one comes at once: some 20 MB."""


async def keep_gc_quiet() -> None:
    """Let collections of garbage hold up speech for a few ms at most, until cancelled. Call `quiet_gc` before, and start this once in
    a process, as a task beside all conversations: `nursery.start_soon(keep_gc_quiet)`.

    A turn makes thousands of objects that live as long as it does, and then go by their reference counts. Where many turns run, the collector
    looks at all of them again and again, for 10 to 60 ms with 90 conversations, and finds nothing. Here, what has lived for a second
    is frozen, and the collector passes over it. Circles among it that have become garbage are freed every ten minutes, or when as many
    objects as were there have come twice. For whom `quiet_gc` is not meant, this is not either.
    """
    collected, lived = trio.current_time(), gc.get_freeze_count()
    while True:
        for _ in range(ROUND):
            await trio.sleep(FREEZE)
            gc.freeze()
        if trio.current_time() - collected >= COLLECT or gc.get_freeze_count() > 2 * lived + GROWTH:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            collected, lived = trio.current_time(), gc.get_freeze_count()
