"""The tokens of an asyncio program, as a source of Trio's."""

from __future__ import annotations

import contextvars
from collections.abc import AsyncIterable, Iterable
from functools import partial
from typing import Any

import trio

from triolet.asyncio._host import Host
from triolet.chain._context import TurnContext
from triolet.chain._stages import Reader, Source
from triolet.turn._events import FirstToken, SourceEnded


class LoopTokens(Source[str]):
    """An async iterable of the asyncio program. One task of that program iterates it and closes it, in the context in which this
    was made.
    """

    def __init__(self, tokens: AsyncIterable[str], host: Host) -> None:
        self._tokens = tokens
        self._host = host
        self._context = contextvars.copy_context()

    async def run(self, downstream: trio.MemorySendChannel[str], turn: TurnContext) -> None:
        """Send every token. Cancellation cancels the task that iterates, and closes the iterator, within `GIVE_UP` seconds."""
        await self._host.call_back(partial(self._feed, downstream, turn), self._context)
        turn.timeline.record(SourceEnded(turn.now()))

    async def _feed(self, downstream: trio.MemorySendChannel[str], turn: TurnContext) -> None:
        """Iterate, in asyncio."""
        iterator = aiter(self._tokens)
        started = False
        try:
            async for token in iterator:
                if not started:
                    turn.timeline.record(FirstToken(turn.now()))
                    started = True
                self._host.soon()
                try:
                    downstream.send_nowait(token)
                except trio.WouldBlock:
                    await self._host.call(partial(downstream.send, token))
        finally:
            aclose = getattr(iterator, "aclose", None)
            if aclose is not None:
                await aclose()  # noqa: ASYNC102 -- Trio's side waits for it only so long


def in_loop(
    tokens: Iterable[str] | AsyncIterable[str] | Source[str], host: Host
) -> Iterable[str] | AsyncIterable[str] | Source[str]:
    """Tokens as a Trio conversation takes them. An async iterable is taken for one of asyncio, unless it says otherwise."""
    if isinstance(tokens, AsyncIterable) and not isinstance(tokens, Source) and not _of_trio(tokens):
        return LoopTokens(tokens, host)
    return tokens


def loop_reader(host: Host) -> Reader:
    """Has the async iterables at the head of a pipeline iterated in asyncio."""
    return Reader(lambda items: None if _of_trio(items) else LoopTokens(items, host))


def _of_trio(tokens: AsyncIterable[Any]) -> bool:
    """Whether it can be iterated in Trio only. Our language models have an attribute that says so."""
    return isinstance(tokens, trio.abc.ReceiveChannel) or getattr(tokens, "on_trio", False) is True
