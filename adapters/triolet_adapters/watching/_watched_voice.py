"""A voice whose sessions are watched: who took a commit, how long a connect took, a span for each session."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import Protocol, TypeVar

import attrs
import trio

from triolet import (
    TTS,
    AudioCallback,
    Connect,
    TTSSession,
    TTSStream,
    Usage,
    WrappedTTS,
    lone_error,
)
from triolet.errors import TTSError

_Opened = TypeVar("_Opened")


class SessionNotes(Protocol):
    """What is noted of one session."""

    @property
    def link(self) -> object:
        """What the spans of its commits refer to; None: nothing."""
        ...

    def connected(self, seconds: float) -> None:
        """It is open, after so many seconds."""
        ...

    def spoke(self) -> None:
        """It has taken a commit."""
        ...

    def failed(self, error: TTSError) -> None:
        """It could not be opened, or a commit on it failed."""
        ...

    def end(self) -> None:
        """It is closed."""
        ...


class SessionWatch(Protocol):
    """What listens to sessions: a `TurnInstrument`."""

    def session(self, provider: str) -> SessionNotes:
        """A session is about to be opened."""
        ...


class CommitNotes(Protocol):
    """What is noted of the commit that a task makes."""

    def taken(self, provider: str, link: object, at: float) -> None:
        """A session of this provider has taken it, at this time on Trio's clock."""
        ...


COMMIT: ContextVar[CommitNotes | None] = ContextVar("triolet_adapters.watching.commit", default=None)
"""The commit that this task makes. A turn tells of a commit in the task that makes it (`PhraseCommitted`), so what an observer sets here
is what the session finds, and no other task does."""


@attrs.frozen
class WatchedTTS(WrappedTTS):
    """A voice, watched under a name. It is equal to another of the same voice and name, so that both share sessions."""

    _tts: TTS
    name: str
    """The provider's name, in metrics and spans."""
    watch: SessionWatch = attrs.field(eq=False, repr=False)
    """What listens."""

    @property
    def tts(self) -> TTS:
        """The voice itself."""
        return self._tts

    @property
    def whole_turns(self) -> bool:
        """See `TTS.whole_turns`."""
        return self.tts.whole_turns

    def adjusted(self, **changes: str) -> WatchedTTS:
        """The voice with other settings, watched under the same name.

        Raises:
            ValueError: the voice has no such setting, or does not take this value.
        """
        return attrs.evolve(self, tts=self.tts.adjusted(**changes))

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """See `TTS.connect`."""
        return self._connect(self.tts.connect)

    def sharing(self) -> AbstractAsyncContextManager[Connect] | None:
        """See `TTS.sharing`."""
        block = self.tts.sharing()
        return None if block is None else self._sharing(block)

    def connect_stream(self) -> AbstractAsyncContextManager[TTSStream]:
        """See `TTS.connect_stream`."""
        return self._connect_stream()

    @asynccontextmanager
    async def _sharing(self, block: AbstractAsyncContextManager[Connect]) -> AsyncGenerator[Connect]:
        async with block as connect:
            yield partial(self._connect, connect)

    @asynccontextmanager
    async def _connect(self, connect: Connect) -> AsyncGenerator[TTSSession]:
        async with self._noted(connect) as (session, notes):
            yield _WatchedSession(session, self.name, notes)

    @asynccontextmanager
    async def _connect_stream(self) -> AsyncGenerator[TTSStream]:
        async with self._noted(self.tts.connect_stream) as (stream, notes):
            yield _WatchedStream(stream, self.name, notes)

    @asynccontextmanager
    async def _noted(
        self, connect: Callable[[], AbstractAsyncContextManager[_Opened]]
    ) -> AsyncGenerator[tuple[_Opened, SessionNotes]]:
        notes, began, connected = self.watch.session(self.name), trio.current_time(), False
        try:
            async with connect() as session:
                connected = True
                notes.connected(trio.current_time() - began)
                yield session, notes
        except Exception as group:  # noted, and raised again
            error = lone_error(group)
            if not connected and isinstance(error, TTSError):
                notes.failed(error)
            raise
        finally:
            notes.end()


@attrs.frozen
class _WatchedSession(TTSSession):
    _session: TTSSession
    _provider: str
    _notes: SessionNotes

    @property
    def reusable(self) -> bool:
        return self._session.reusable

    def doubt(self) -> None:
        self._session.doubt()

    async def ended(self) -> None:
        await self._session.ended()

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        _take(self._provider, self._notes)
        try:
            return await self._session.commit(text, accept)
        except TTSError as error:  # noted, and raised again
            self._notes.failed(error)
            raise


@attrs.frozen
class _WatchedStream(TTSStream):
    _stream: TTSStream
    _provider: str
    _notes: SessionNotes

    async def speak(self, texts: AsyncIterable[str], accept: AudioCallback) -> Usage:
        _take(self._provider, self._notes)
        try:
            return await self._stream.speak(texts, accept)
        except TTSError as error:  # noted, and raised again
            self._notes.failed(error)
            raise


def _take(provider: str, notes: SessionNotes) -> None:
    notes.spoke()
    commit = COMMIT.get()
    if commit is not None:
        commit.taken(provider, notes.link, trio.current_time())
