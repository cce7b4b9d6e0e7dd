"""A server in a thread of this process: it starts at once, and shares what is loaded."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Awaitable, Callable, Generator

import trio

PATIENCE = 10.0
"""Seconds to start, or to end: most need milliseconds, on a machine that is not busy."""


@contextlib.contextmanager
def served(serve: Callable[..., Awaitable[object]]) -> Generator[str]:
    """Run `serve` in a Trio run of its own for a block; gives what it says when it has started, its URL."""
    urls: list[str] = []
    ready, token = threading.Event(), list[trio.lowlevel.TrioToken]()
    scope = trio.CancelScope()

    async def run() -> None:
        token.append(trio.lowlevel.current_trio_token())
        with scope:
            async with trio.open_nursery() as nursery:
                urls.append(await nursery.start(serve))
                ready.set()

    thread = threading.Thread(target=trio.run, args=(run,))
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield urls[0]
    finally:
        token[0].run_sync_soon(scope.cancel)
        thread.join(PATIENCE)
