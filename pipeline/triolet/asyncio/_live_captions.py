"""What is being said, for a screen, in an asyncio program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from triolet.asyncio._host import Host
from triolet.conversation._live_captions import LiveCaption
from triolet.conversation._live_captions import LiveCaptions as TrioCaptions


class LiveCaptions:
    """An async iterator of what is being said. Made by `Conversation.captions()`. It ends when the conversation is left.

    See `triolet.LiveCaptions`: the items are the same, and come at the same moments.
    """

    def __init__(self, inner: TrioCaptions, host: Callable[[], Host | None]) -> None:
        self._inner = inner
        self._host = host

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LiveCaption:
        """Wait until something else is to be shown. Cancellation ends the wait and loses nothing."""
        host = self._host()
        if host is None:
            raise StopAsyncIteration
        return await host.call(self._inner.__anext__)
