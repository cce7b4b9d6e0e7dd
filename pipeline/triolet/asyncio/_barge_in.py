"""Pauses, resumes and interrupts a conversation of an asyncio program as the user talks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from types import TracebackType
from typing import Self

from triolet.listening import BargeInDecision, BargeInOptions, Interruptible
from triolet.listening._barge_in import Decisions


class BargeIn:
    """Pauses a conversation at the first sign of the user's voice; resumes it after a false start, and interrupts it if something
    was said. It is a `UserSpeech`: give it to whatever detects voices or recognises words.

        async with (
            triolet.asyncio.Conversation(speech(tts), sink) as conversation,
            triolet.asyncio.BargeIn(conversation) as user,
        ):
            ...  # user.started(), user.stopped(), user.transcript("Wait!")

    All its methods are plain calls, from any task or callback of the event loop. A detector in a thread of its own calls them with
    `loop.call_soon_threadsafe`. After the block they do nothing. At its end a pause ends.

    A turn that begins while a voice lasts is not paused: look at `talking` before you say it.
    """

    def __init__(
        self,
        conversation: Interruptible,
        options: BargeInOptions | None = None,
        *,
        observer: Callable[[BargeInDecision], None] | None = None,
    ) -> None:
        """Listen to the user of a conversation.

        Args:
            conversation: what the user can talk over.
            options: when a voice interrupts; `BargeInOptions()` by default.
            observer: called with each decision after it was done. It must not raise, and cannot wait.
        """
        self._decisions = Decisions(conversation, options, observer)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._used = False

    @property
    def talking(self) -> bool:
        """Whether a voice has started, and not stopped."""
        return self._decisions.core.talking

    async def __aenter__(self) -> Self:
        """Begin to listen.

        Raises:
            RuntimeError: it has been entered before.
        """
        if self._used:
            raise RuntimeError("this BargeIn has been entered before: make a new one")
        self._used = True
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End a pause, and listen no more."""
        self._loop = None
        if self._alarm is not None:
            self._alarm.cancel()
        self._decisions.end()

    def started(self) -> None:
        """A voice begins: pause.

        Raises:
            RuntimeError: the block has not been entered.
        """
        if (loop := self._open()) is not None:
            self._do(loop, self._decisions.core.started(loop.time()))

    def stopped(self) -> None:
        """The voice has ended, or pauses: resume, if nothing is said within `BargeInOptions.resume_after`.

        Raises:
            RuntimeError: the block has not been entered.
        """
        if (loop := self._open()) is not None:
            self._do(loop, self._decisions.core.stopped(loop.time()))

    def transcript(self, words: str, *, final: bool = True) -> None:
        """These words have been recognised: interrupt, unless they are `BargeInOptions.ignored_words`.

        Args:
            words: all words of the utterance so far.
            final: whether the recogniser has finished the utterance.

        Raises:
            RuntimeError: the block has not been entered.
        """
        if (loop := self._open()) is not None:
            self._do(loop, self._decisions.core.transcript(words, loop.time(), final=final))

    def _open(self) -> asyncio.AbstractEventLoop | None:
        if not self._used:
            raise RuntimeError("this BargeIn is not open: use it in `async with BargeIn(conversation) as user:`")
        return self._loop

    def _do(self, loop: asyncio.AbstractEventLoop, decisions: list[BargeInDecision]) -> None:
        self._decisions.do(decisions)
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        wakes_at = self._decisions.core.wakes_at
        if wakes_at < math.inf:
            self._alarm = loop.call_at(wakes_at, self._tick, wakes_at)

    def _tick(self, due: float) -> None:
        if (loop := self._loop) is not None:
            # A loop calls by up to its clock's resolution too early.
            self._do(loop, self._decisions.core.tick(max(due, loop.time())))
