"""What a session has told its client, for a connection that comes after one that broke."""

from __future__ import annotations

from collections import deque

import attrs
import trio

from triolet_adapters.service.live._messages import Failure, Numbered, write

KEPT = 1000
"""Messages: a turn of a minute has about a hundred and fifty, and with `progress=words` as many again."""


class Journal:
    """The last messages of a session, numbered. Bounded: a client that falls behind is told that it has missed some."""

    def __init__(self) -> None:
        self._kept = deque[tuple[int, str]](maxlen=KEPT)
        self._last = 0
        self._news = trio.Event()

    @property
    def last(self) -> int:
        """The number of the newest message."""
        return self._last

    def tell(self, message: Numbered) -> None:
        """Number a message and keep it for whoever sends. A plain call."""
        self._last += 1
        self._kept.append((self._last, write(attrs.evolve(message, seq=self._last))))
        self._news.set()

    async def since(self, seq: int) -> list[tuple[int, str]]:
        """The messages after this one, as soon as there are some."""
        while self._last <= seq:
            self._news = trio.Event()
            await self._news.wait()
        found = [self._kept[-back] for back in range(min(self._last - seq, len(self._kept)), 0, -1)]
        first = found[0][0]
        if first > seq + 1:
            missed = Failure(
                seq=first - 1,
                code="missed",
                message=f"{first - seq - 1} messages are no longer kept: the client took too long to read, or to come back",
            )
            found.insert(0, (first - 1, write(missed)))
        return found
