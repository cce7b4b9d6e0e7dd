"""Wakes the task of the asyncio program that makes the calls of an output."""

from __future__ import annotations

import asyncio


class LoopBell:
    """Wakes a task of an event loop. See `triolet.playout._calls.Bell`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._rung: asyncio.Future[bool] | None = None

    def ring(self) -> None:
        """Wake it, if it waits."""
        self._set(True)

    async def wait(self, seconds: float | None) -> bool:
        """Wait until it is rung. Return False if so many seconds have passed before."""
        self._rung = self._loop.create_future()
        if seconds is None:
            return await self._rung
        timer = self._loop.call_later(seconds, self._set, False)
        try:
            return await self._rung
        finally:
            timer.cancel()

    def _set(self, rung: bool) -> None:
        if self._rung is not None and not self._rung.done():
            self._rung.set_result(rung)
