"""Work that takes long is done in pieces, so that other tasks can run in between."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TypeVar

import trio

Result = TypeVar("Result")


async def in_pieces(work: Generator[None, None, Result]) -> Result:
    """Do the work, with a checkpoint wherever it yields; give what it returns. Cancellation leaves the rest undone."""
    with contextlib.closing(work):
        while True:
            try:
                next(work)
            except StopIteration as done:
                result: Result = done.value
                return result
            await trio.lowlevel.checkpoint()
