"""One phrase on its way from the service to the listener."""

from __future__ import annotations

from collections import deque

import attrs
import trio

from triolet._audio import SAMPLE_BYTES
from triolet._text import Phrase


@attrs.define(eq=False)
class Job:
    """One phrase in flight: what has been received of it and not yet passed on."""

    phrase: Phrase
    committed: float
    received: int = 0
    credited: int = 0
    passed_on: bool = False
    done: bool = False
    first: float | None = None
    _parts: deque[bytes] = attrs.Factory(deque[bytes])
    _news: trio.Event = attrs.Factory(trio.Event)

    def put(self, pcm: bytes) -> None:
        self._parts.append(pcm)
        self.received += len(pcm) // SAMPLE_BYTES
        self._news.set()

    def end(self) -> None:
        self.done = True
        self._news.set()

    def start_again(self, now: float) -> None:
        """Forget what an attempt gave that failed."""
        self.committed, self.received, self.credited, self.first = now, 0, 0, None
        self._parts.clear()

    async def take(self) -> bytes | None:
        """The next samples, or None when there are no more."""
        while not self._parts:
            if self.done:
                return None
            self._news = trio.Event()
            await self._news.wait()
        pcm = b"".join(self._parts)
        self._parts.clear()
        self.passed_on = True
        return pcm
