"""The text of one turn, between the client that sends it and the stages that read it."""

from __future__ import annotations

from collections import deque
from typing import Self

import trio


class TooMuchText(Exception):
    """More text waits than a turn may hold."""


class TextInbox:
    """Text that a client has sent and the segmenter has not read. Bounded in characters, and a plain call to put: a client that is held back
    could not say what it has played either, and then nothing would go on.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._texts = deque[str]()
        self._size = 0
        self._news = trio.Event()
        self.ended = False

    def put(self, text: str) -> None:
        """Add text. After `end` it is dropped.

        Raises:
            TooMuchText: too much waits already. The text is not taken.
        """
        if self.ended:
            return
        if self._size + len(text) > self._most:
            raise TooMuchText
        self._texts.append(text)
        self._size += len(text)
        self._news.set()

    def end(self) -> None:
        """The text is complete."""
        self.ended = True
        self._news.set()

    def take_rest(self) -> str:
        """What nobody has read."""
        rest = "".join(self._texts)
        self._texts.clear()
        self._size = 0
        return rest

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        """Wait for the next text. If cancelled, none is lost."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while not self._texts:
            if self.ended:
                raise StopAsyncIteration
            self._news = trio.Event()
            await self._news.wait()
        text = self._texts.popleft()
        self._size -= len(text)
        return text
