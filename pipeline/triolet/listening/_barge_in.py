"""Pauses, resumes and interrupts a conversation as the user talks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Self

import trio

from triolet._tools._alone import Alone
from triolet.listening._contract import Interruptible
from triolet.listening._core import BargeInCore, BargeInDecision
from triolet.listening._options import BargeInOptions


class Decisions:
    """Asks the core, and does what it decides. `alarm` is called when there is another time to wait for."""

    def __init__(
        self,
        conversation: Interruptible,
        options: BargeInOptions | None,
        observer: Callable[[BargeInDecision], None] | None,
    ) -> None:
        self.core = BargeInCore(options or BargeInOptions())
        self._observer = observer
        self._calls = {
            BargeInDecision.PAUSE: conversation.pause,
            BargeInDecision.RESUME: conversation.resume,
            BargeInDecision.INTERRUPT: conversation.interrupt,
        }
        self._paused = False

    def do(self, decisions: list[BargeInDecision]) -> None:
        """Do all of it, in order."""
        for decision in decisions:
            self._calls[decision]()
            self._paused = decision is BargeInDecision.PAUSE
            if self._observer is not None:
                self._observer(decision)

    def end(self) -> None:
        """Leave no pause behind."""
        if self._paused:
            self.do([BargeInDecision.RESUME])


class BargeIn:
    """Pauses a conversation at the first sign of the user's voice; resumes it after a false start, and interrupts it if something
    was said. It is a `UserSpeech`: give it to whatever detects voices or recognises words.

        async with Conversation(speech(tts), Loudspeaker()) as conversation, BargeIn(conversation) as user:
            ...  # user.started(), user.stopped(), user.transcript("Wait!")

    All its methods are plain calls, from any task of the Trio run. A detector in a thread of its own calls them with
    `trio.lowlevel.current_trio_token().run_sync_soon`. After the block they do nothing. At its end a pause ends.

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
        self._changed = trio.Event()
        self._block: AbstractAsyncContextManager[None] | None = None
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
        self._block = self._listening()
        await self._block.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End a pause, and listen no more."""
        block, self._block = self._block, None
        if block is not None:
            self._decisions.end()
            with Alone():
                await block.__aexit__(kind, error, traceback)  # noqa: ASYNC102 -- it waits for nothing outside

    def started(self) -> None:
        """A voice begins: pause.

        Raises:
            RuntimeError: the block has not been entered.
        """
        if self._open():
            self._do(self._decisions.core.started(trio.current_time()))

    def stopped(self) -> None:
        """The voice has ended, or pauses: resume, if nothing is said within `BargeInOptions.resume_after`.

        Raises:
            RuntimeError: the block has not been entered.
        """
        if self._open():
            self._do(self._decisions.core.stopped(trio.current_time()))

    def transcript(self, words: str, *, final: bool = True) -> None:
        """These words have been recognised: interrupt, unless they are `BargeInOptions.ignored_words`.

        Args:
            words: all words of the utterance so far.
            final: whether the recogniser has finished the utterance.

        Raises:
            RuntimeError: the block has not been entered.
        """
        if self._open():
            self._do(self._decisions.core.transcript(words, trio.current_time(), final=final))

    def _open(self) -> bool:
        if not self._used:
            raise RuntimeError("this BargeIn is not open: use it in `async with BargeIn(conversation) as user:`")
        return self._block is not None

    def _do(self, decisions: list[BargeInDecision]) -> None:
        self._decisions.do(decisions)
        self._changed.set()

    @asynccontextmanager
    async def _listening(self) -> AsyncGenerator[None]:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch)
            yield
            nursery.cancel_scope.cancel()

    async def _watch(self) -> None:
        """Tick when it is time."""
        while True:
            self._changed = trio.Event()
            with trio.move_on_at(self._decisions.core.wakes_at):
                await self._changed.wait()
            self._decisions.do(self._decisions.core.tick(trio.current_time()))
