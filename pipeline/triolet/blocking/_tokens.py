"""Tokens of a program without an event loop."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import trio

from triolet.chain._context import TurnContext
from triolet.chain._stages import Source
from triolet.turn._events import FirstToken, SourceEnded


class BlockingTokens(Source[str]):
    """The tokens of an iterable that may block, such as a stream of an SDK. Worker threads iterate it, one at a time."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = tokens

    async def run(self, downstream: trio.MemorySendChannel[str], turn: TurnContext) -> None:
        """Send every token. Cancellation does not wait for an iterator that blocks: it is closed when it has given a token."""
        tokens = _Closing(self._tokens)
        limiter = trio.CapacityLimiter(1)  # not one of the usual 40: a model that thinks would keep it
        started = False
        try:
            while True:
                token = await trio.to_thread.run_sync(tokens.next, abandon_on_cancel=True, limiter=limiter)
                if token is None:
                    break
                if not started:
                    turn.timeline.record(FirstToken(turn.now()))
                    started = True
                await downstream.send(token)
        finally:
            tokens.close()
        turn.timeline.record(SourceEnded(turn.now()))


class _Closing:
    """An iterator that can be closed while another thread waits in it."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = tokens
        self._iterator: Iterator[str] = iter(())
        self._begun = False
        self._left = False
        self._lock = threading.Lock()

    def next(self) -> str | None:
        """The next token; None at the end."""
        with self._lock:
            try:
                if not self._begun:
                    self._iterator, self._begun = iter(self._tokens), True
                return next(self._iterator, None)
            finally:
                if self._left:
                    self._close()

    def close(self) -> None:
        """Close it, now or when `next` returns."""
        self._left = True
        if self._lock.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._lock.release()

    def _close(self) -> None:
        close = getattr(self._iterator, "close", None)
        if close is not None:
            close()
