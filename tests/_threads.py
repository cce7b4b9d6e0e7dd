"""A server in a thread of this process: it starts at once, and shares what is loaded."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

import trio

PATIENCE = 10.0
"""Seconds to start, or to end: most need milliseconds, on a machine that is not busy."""


@contextlib.contextmanager
def served(serve: Callable[..., Awaitable[object]]) -> Generator[str]:
    """Run `serve` in a Trio run of its own for a block; gives what it says when it has started, its URL.

    An error of the server is raised where the block begins or ends, and so is that it does not start or end in time.
    """
    started, ended = Future[tuple[str, trio.lowlevel.TrioToken]](), Future[None]()
    scope = trio.CancelScope()

    async def run() -> None:
        with scope:
            async with trio.open_nursery() as nursery:
                started.set_result((await nursery.start(serve), trio.lowlevel.current_trio_token()))

    def run_to_the_end() -> None:
        try:
            ended.set_result(trio.run(run))
        except BaseException as error:  # noqa: BLE001 -- raised in the thread of the test
            ended.set_exception(error)

    threading.Thread(target=run_to_the_end, daemon=True).start()
    either: list[Future[Any]] = [started, ended]
    wait(either, PATIENCE, FIRST_COMPLETED)
    if not started.done():
        ended.result(0)
    url, token = started.result(0)
    try:
        yield url
    finally:
        with contextlib.suppress(trio.RunFinishedError):
            token.run_sync_soon(scope.cancel)
        ended.result(PATIENCE)
