"""One commit, and a second one of the same words when its audio is late: the one that sounds first is taken."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from functools import partial
from typing import Protocol

import attrs
import trio

from triolet._model._timed_word import TimedWord
from triolet._tools._signal import Flag
from triolet.errors import NoAudio, TTSError
from triolet.synthesis._job import Job
from triolet.tts._contract import AudioCallback, TTSSession, Usage
from triolet.tts._word_times import AudioAndWords


@attrs.define(eq=False)
class Attempt:
    """One of the two."""

    made: float = math.inf
    """When a session was told, on Trio's clock; infinite: none was."""
    session: TTSSession | None = None
    """The session."""
    accept: AudioAndWords | None = None
    """What the session calls."""
    usage: Usage | None = None
    error: Exception | None = None
    over: bool = False
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)


class HedgedTurn(Protocol):
    """Commits the words of a phrase, and is told what becomes of them. One object does it for all phrases of a turn. (Callbacks of its own
    would take 1 KB for each commit.)
    """

    def commit_once(
        self, job: Job, accept: AudioCallback, made: Callable[[TTSSession], None] | None = None
    ) -> Awaitable[Usage]:
        """Commit the words on a session. Call `made` with the session when it is told."""
        ...

    def told(self, hedge: Hedge) -> None:
        """The first session is told. From now on, `Hedge.ask` may be called."""
        ...

    def hedged(self, job: Job) -> None:
        """The second session is told."""
        ...

    def quicker(self, job: Job, second: Attempt) -> None:
        """The second session is the one that is taken."""
        ...

    def one_lost(self, job: Job, error: Exception) -> None:
        """One of the two has failed, and the other goes on."""
        ...


class Hedge:
    """Commits the same words at most twice. It takes all audio and word times from the session that gives any first."""

    __slots__ = ("_accept", "_context", "_second_over", "_turn", "asked", "first", "job", "second", "taken")

    def __init__(self, turn: HedgedTurn, job: Job, accept: AudioAndWords) -> None:
        """Nothing is committed yet. `accept` gets the audio and the word times of the session that is taken."""
        self.job = job
        """The phrase."""
        self.first = Attempt()
        self.second = Attempt()
        self.taken: Attempt | None = None
        """The one that has sounded; None: none has."""
        self.asked = False
        """Whether a second session was asked for, told or not."""
        self._turn = turn
        self._accept = accept
        self._second_over = Flag()
        self._context = (
            copy_context()
        )  # whoever watches the first commit by a context variable watches the second one, too

    def ask(self, start: Callable[[Callable[[], Awaitable[None]]], None]) -> None:
        """Commit the words on a second session, too, in a task that `start` starts. It has the context in which this was made."""
        self.asked = True
        self._context.run(start, self._try_second)

    async def run(self) -> Usage:
        """Commit. It does not wait for the second session unless that one is taken. Cancellation ends both commits.

        Raises:
            TTSError: the session that was taken failed, or none was and both failed: then it is the error of the first.
        """
        try:
            with self.first.scope:
                await self._try(self.first)
            failed = self.first.error
            if self.taken is None and self.asked and not self.second.over and _another_may_help(failed):
                assert failed is not None
                self._turn.one_lost(self.job, failed)
                await self._second_over.wait()
            elif self.taken is self.second:
                await self._second_over.wait()
        finally:
            self._call_off(self.second, "the first session has ended")
        attempt = self.taken or self.first
        if attempt.usage is None:
            assert attempt.error is not None
            raise attempt.error
        return attempt.usage

    async def _try_second(self) -> None:
        attempt = self.second
        try:
            with attempt.scope:
                await self._try(attempt)
        finally:
            self._second_over.give()
        if attempt.usage is not None and self.taken is None:
            attempt.usage, attempt.error = None, NoAudio("a second session gave no audio either")
        if attempt.error is not None and self.taken is None and not self.first.over:
            self._turn.one_lost(self.job, attempt.error)

    async def _try(self, attempt: Attempt) -> None:
        attempt.accept = AudioAndWords(partial(self._audio, attempt), partial(self._words, attempt))
        try:
            attempt.usage = await self._turn.commit_once(self.job, attempt.accept, partial(self._made, attempt))
        except Exception as error:  # noqa: BLE001 -- raised again by `run`, unless the other attempt speaks
            attempt.error = error
        attempt.over = True

    def _made(self, attempt: Attempt, session: TTSSession) -> None:
        again = attempt.made < math.inf
        attempt.made, attempt.session = trio.current_time(), session
        if again:
            return
        if attempt is self.first:
            self._turn.told(self)
        else:
            self._turn.hedged(self.job)

    def _take(self, attempt: Attempt) -> bool:
        """Take what gives audio or word times, if nothing has before; tell whether this one is taken."""
        if self.taken is None:
            self.taken = attempt
            assert attempt.accept is not None
            attempt.accept._pass_to(self._accept)  # noqa: SLF001 -- nothing has to be asked any more: audio comes ten times a second
            if attempt is self.second:
                self._turn.quicker(self.job, attempt)
            self._call_off(self.second if attempt is self.first else self.first, "another session was quicker")
        return self.taken is attempt

    def _call_off(self, attempt: Attempt, reason: str) -> None:
        """End an attempt if there are two. To cancel one that was not begun costs half of what is done with the first samples."""
        if self.asked:
            attempt.scope.cancel(reason=reason)

    def _audio(self, attempt: Attempt, pcm: bytes) -> None:
        if pcm and self._take(attempt):
            self._accept(pcm)

    def _words(self, attempt: Attempt, words: Sequence[TimedWord]) -> None:
        if self._take(attempt):
            self._accept.words(words)


def _another_may_help(error: Exception | None) -> bool:
    return isinstance(error, TTSError) and error.retryable
