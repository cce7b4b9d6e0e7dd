"""A Trio block that is entered and left from asyncio, by whatever task."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

import trio

from triolet.asyncio._host import Host, Work, in_spite_of_cancellation

T = TypeVar("T")

OPENING = 0.5
"""Seconds that a block which is cancelled while it opens has to clean up. What takes longer, such as a device that does not
answer, goes on without its caller: a program that gives up does not wait."""


class Block(Generic[T]):
    """Enters an async context manager of Trio's in a Trio task, which leaves it again: what has a nursery cannot change its task."""

    def __init__(self, inner: AbstractAsyncContextManager[T]) -> None:
        self._inner = inner
        self._entered: list[T] = []
        self._leave = trio.Event()
        self._host: Host | None = None
        self._work: Work[None] | None = None

    async def enter(self) -> tuple[Host, T]:
        """Enter it. Return the host, and what the block gives.

        If cancelled, nothing remains open. A clean-up that takes longer than `OPENING` seconds goes on by itself.
        """
        host = await Host.take()
        work = self._work = host.start(self._live)
        try:
            while not (self._entered or work.ended):
                await work.change()
        except asyncio.CancelledError:
            await self._give_up(host, work)  # noqa: ASYNC102 -- it is bounded
            raise
        if not self._entered:
            host.release()
            await host.gone()
            work.result()
            raise AssertionError("it ends by itself only by an error")
        self._host = host
        return host, self._entered[0]

    async def _give_up(self, host: Host, work: Work[None]) -> None:
        work.cancel()
        deadline = host.loop.time() + OPENING

        async def wait() -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await work.change()

        await in_spite_of_cancellation(wait, lambda: work.ended or host.loop.time() >= deadline)
        if work.ended:
            host.release()
            await host.gone()
        else:
            work.when_ended(host.release)

    async def leave(self) -> None:
        """Leave it, and wait until all of it is closed, also if cancelled meanwhile.

        Raises:
            Exception: what ended the block before, or kept it from closing.
        """
        host, work = self._host, self._work
        self._host = self._work = None
        if host is None or work is None:
            return
        self._leave.set()
        try:
            await work.end()
        finally:
            host.release()
            await host.gone()  # noqa: ASYNC102 -- nothing is at work there
        work.result()

    async def _live(self) -> None:
        async with self._inner as entered:
            self._entered.append(entered)
            assert self._work is not None
            self._work.wake()
            await self._leave.wait()
