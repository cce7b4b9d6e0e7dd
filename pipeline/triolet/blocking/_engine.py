"""What of a speaker is in Trio's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs
import trio

from triolet._model._audio import AudioChunk
from triolet.blocking._pipe import Pipe
from triolet.captions._options import CaptionOptions
from triolet.chain._stages import Stage
from triolet.conversation._budget import Budget
from triolet.conversation._conversation import Conversation
from triolet.conversation._live_captions import LiveCaption, LiveCaptions
from triolet.playout._output import Output
from triolet.playout._playout import Playout
from triolet.tts._session_pool import PoolOptions
from triolet.tts._session_pools import SessionPools, open_session_pools
from triolet.turn._result import TurnResult

Say = Callable[[Conversation], Awaitable[TurnResult]]


@attrs.define(eq=False)
class Engine:
    """The conversations of a speaker. All calls are for Trio's thread."""

    chain: Stage[str, AudioChunk]
    output: Output | Playout | None
    pool: PoolOptions | None
    budget: Budget | None
    last: TurnResult | None = None
    opened: trio.Event = attrs.Factory(trio.Event)
    """Set when it is open, or could not be opened."""
    leave: trio.Event = attrs.Factory(trio.Event)
    _open: list[Conversation] = attrs.Factory(list[Conversation])
    _sessions: SessionPools | None = None
    _conversation: Conversation | None = None

    @property
    def is_open(self) -> bool:
        """Whether turns can be said."""
        return self._sessions is not None

    def anew(self) -> Engine:
        """One that can be opened, with the same settings."""
        return Engine(self.chain, self.output, self.pool, self.budget, last=self.last)

    async def live(self) -> None:
        """Be open until `leave` is set."""
        try:
            async with open_session_pools(self.pool) as sessions:
                if self.output is None:
                    await self._stay(sessions)
                    return
                async with Conversation(self.chain, self.output, sessions=sessions, budget=self.budget) as conversation:
                    self._conversation = conversation
                    self._open.append(conversation)
                    await self._stay(sessions)
        finally:
            self._sessions = self._conversation = None
            self.opened.set()

    async def _stay(self, sessions: SessionPools) -> None:
        self._sessions = sessions
        self.opened.set()
        await self.leave.wait()

    async def say(self, say: Say) -> TurnResult:
        """Say a turn on the output.

        Raises:
            ValueError: there is no output.
        """
        if self._conversation is None:
            raise ValueError("this speaker has no output: give it one, Speaker(chain, output), or iterate over pcm()")
        return await self._turn(self._conversation, say)

    async def captions(self, options: CaptionOptions | None, *, by_word: bool) -> LiveCaptions:
        """What is being said on the output.

        Raises:
            ValueError: there is no output.
        """
        await trio.lowlevel.checkpoint()
        if self._conversation is None:
            raise ValueError("this speaker has no output to caption: give it one, Speaker(chain, output)")
        return self._conversation.captions(options, by_word=by_word)

    async def give(self, say: Say, pipe: Pipe, ended: trio.Event) -> None:
        """Say a turn into a pipe."""
        try:
            async with Conversation(self.chain, pipe, sessions=self._sessions, budget=self.budget) as conversation:
                self._open.append(conversation)
                try:
                    await self._turn(conversation, say)
                finally:
                    self._open.remove(conversation)
        finally:
            ended.set()

    async def _turn(self, conversation: Conversation, say: Say) -> TurnResult:
        try:
            return await say(conversation)
        finally:
            self.last = conversation.last

    def interrupt(self) -> None:
        """Interrupt all turns."""
        for conversation in self._open:
            conversation.interrupt()

    def pause(self) -> None:
        """Pause all turns."""
        for conversation in self._open:
            conversation.pause()

    def resume(self) -> None:
        """End the pause of all turns."""
        for conversation in self._open:
            conversation.resume()


async def next_caption(captions: LiveCaptions) -> LiveCaption | None:
    """Wait for a caption. None when there are no more."""
    return await anext(captions, None)


async def next_piece(pipe: Pipe, ended: trio.Event) -> bytes:
    """Wait for a piece of audio. Empty when the turn has ended."""
    piece = b""
    async with trio.open_nursery() as nursery:

        async def watch() -> None:
            await ended.wait()
            nursery.cancel_scope.cancel()

        nursery.start_soon(watch)
        piece = await pipe.take()
        nursery.cancel_scope.cancel()
    return piece
