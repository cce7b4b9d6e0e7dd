"""Tokens on their way from a framework that hands them over, to a turn that asks for them."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Self

MOST = 200_000
"""Characters that may wait. A framework has read them from its LLM already, and holds them in queues of its own: to take them
costs no memory. Three hours of speech is more than any answer, and less than a program that never stops."""


class Tokens:
    """An async iterator of the tokens that are put into it."""

    def __init__(self) -> None:
        self._tokens: deque[str] = deque()
        self._waiting = 0
        self._ended = False
        self._news = asyncio.Event()

    def put(self, token: str) -> None:
        """Add a token. A plain call. After `end` it does nothing.

        Raises:
            ValueError: more than `MOST` characters wait.
        """
        if self._ended or not token:
            return
        if self._waiting + len(token) > MOST:
            raise ValueError(f"more than {MOST:,} characters wait to be spoken: this is no answer")
        self._waiting += len(token)
        self._tokens.append(token)
        self._news.set()

    def end(self) -> None:
        """Say that no more will come. A plain call."""
        self._ended = True
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while not self._tokens:
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        token = self._tokens.popleft()
        self._waiting -= len(token)
        return token
