"""A voice that says a phrase once and plays it from disk from then on."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncGenerator, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import trio

from triolet import (
    SAMPLE_BYTES,
    TTS,
    Alone,
    AudioAndWords,
    AudioCallback,
    AudioFormat,
    Connect,
    TimedWord,
    TTSSession,
    Usage,
    WrappedTTS,
    lone_error,
    tell_words,
)
from triolet.errors import ConnectionLost, TTSError
from triolet_adapters.tts.cached._entry import Damaged, Entry
from triolet_adapters.tts.cached._shared import SharedPhrases
from triolet_adapters.tts.cached._store import MAX_BYTES, PhraseStore

logger = logging.getLogger("triolet.cache")

LONGEST_CACHED = 200
"""Characters. Greetings and fillers are shorter; a longer phrase hardly comes again, and would drop those that do."""

CHUNK = 0.1
"""Seconds of audio given at a time, as services do."""

PACE = 50.0
"""Seconds of audio given in a second: far more than any listener needs, and other tasks run in between."""


class Cached(WrappedTTS):
    """A voice whose phrases come from disk when they come again: `Cached(tts, directory="~/.cache/my-agent")`.

    A phrase that is there sounds at once, costs nothing, and needs no connection: one is opened meanwhile, and only a phrase that is
    not there waits for it. A phrase is stored when the service has said it whole; one that failed or was cut off never is. Word times
    are stored with it.

    A phrase is found by its text and by all that its sound depends on: the class of the voice, its settings and its format. The
    directory may be shared by voices and by processes of one machine; `shared` is for several machines. It holds the texts that were said, readable by their owner alone. A damaged
    file is dropped, with a warning in the log (`triolet.cache`).
    """

    def __init__(
        self,
        tts: TTS,
        directory: str | os.PathLike[str],
        *,
        max_bytes: int = MAX_BYTES,
        longest: int = LONGEST_CACHED,
        key: str | None = None,
        shared: SharedPhrases | None = None,
    ) -> None:
        """Speak with a voice, and keep what it says. Nothing is opened or made yet.

        Args:
            tts: the voice. It must commit phrase by phrase. To have several providers, give `Failover` a `Cached` of each.
            directory: where the phrases are, on a disk of this machine; `~` is the user's home.
            max_bytes: the most bytes that they take; those that were not used for longest are dropped. 256 MiB by default.
            longest: the most characters of a phrase that is stored; 200 by default.
            key: what the sound of this voice depends on, for a voice that has neither `settings` nor fields of attrs. By default those
                are taken.
            shared: where other machines find what this one has said, and this one what they have said: `RedisPhrases`. It is asked for a
                phrase that is not on the disk, which is then kept there, too.

        Raises:
            ValueError: the service cuts the text itself; `max_bytes` or `longest` is not above 0; or `key` is needed.
        """
        if tts.whole_turns:
            raise ValueError(
                f"{type(tts).__name__} cuts the text itself: only phrases can be cached, so use its commit mode"
            )
        if longest <= 0:
            raise ValueError(f"longest is {longest}; it must be above 0")
        self._key = key
        self._tts = tts
        self.store = PhraseStore(os.path.expanduser(directory), max_bytes=max_bytes)  # noqa: PTH111 -- takes any path
        """The phrases on the disk."""
        self.longest = longest
        """The most characters of a phrase that is stored."""
        self.about = _about(tts, key)
        """What the sound depends on, as text."""
        self.shared = shared
        """What is shared with other machines; None: nothing."""
        self.hits = 0
        """Phrases that were played from the disk."""
        self.shared_hits = 0
        """Phrases that another machine had said."""
        self.misses = 0
        """Phrases that the voice was asked for."""

    def __repr__(self) -> str:
        return f"Cached({self.tts!r}, {str(self.store.directory)!r})"

    @property
    def _identity(self) -> Hashable:
        return self.tts, self.store.directory, self.store.max_bytes, self.longest, self.about, id(self.shared)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cached) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def tts(self) -> TTS:
        """The voice itself."""
        return self._tts

    def adjusted(self, **changes: str) -> Cached:
        """The voice with other settings, cached in the same directory.

        Raises:
            ValueError: the voice has no such setting, or does not take this value.
        """
        tts = self.tts.adjusted(**changes)
        return Cached(
            tts,
            self.store.directory,
            max_bytes=self.store.max_bytes,
            longest=self.longest,
            key=None if self._key is None else json.dumps([self._key, sorted(changes.items())]),
            shared=self.shared,
        )

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session. It is ready at once; that of the voice opens meanwhile.

        What the voice raises when it cannot connect, the first commit raises that is not on the disk. Cancellation closes the session
        of the voice, within its own deadline.
        """
        return self._connect(self.tts.connect)

    def sharing(self) -> AbstractAsyncContextManager[Connect] | None:
        """See `TTS.sharing`. Sessions share connections if those of the voice do."""
        block = self.tts.sharing()
        return None if block is None else self._sharing(block)

    @asynccontextmanager
    async def _sharing(self, block: AbstractAsyncContextManager[Connect]) -> AsyncGenerator[Connect]:
        async with block as connect:
            yield partial(self._connect, connect)

    @asynccontextmanager
    async def _connect(self, connect: Connect) -> AsyncGenerator[TTSSession]:
        with Alone():
            async with trio.open_nursery() as nursery:
                session = _Session(self, connect, nursery)
                nursery.start_soon(session.keep)
                yield session
                session.leave()


class _Session(TTSSession):
    """One session of the voice, and the phrases on the disk."""

    def __init__(self, cached: Cached, connect: Connect, nursery: trio.Nursery) -> None:
        self._cached = cached
        self._connect = connect
        self._nursery = nursery
        self._session: TTSSession | None = None
        self._failure: TTSError | None = None
        self._opened = trio.Event()
        """The session of the voice is open, or cannot be opened."""
        self._over = trio.Event()
        """The session of the voice has ended."""
        self._leaving = trio.Event()
        self._opening = trio.CancelScope()
        self._busy = False
        self._asked = False
        """Whether the last commit was one of the voice."""

    async def keep(self) -> None:
        """Open the session of the voice, and keep it until this one is left."""
        try:
            with self._opening:
                async with self._connect() as session, trio.open_nursery() as nursery:
                    self._session = session
                    self._opened.set()
                    nursery.start_soon(self._watch, session)
                    await self._leaving.wait()
                    nursery.cancel_scope.cancel()
        except (TTSError, ExceptionGroup) as group:
            error = lone_error(group)
            if self._leaving.is_set() or not isinstance(error, TTSError):
                raise
            self._failure = error  # the commit that needs the voice raises it
        finally:
            self._opened.set()
            self._over.set()

    async def _watch(self, session: TTSSession) -> None:
        await session.ended()
        self._over.set()

    def leave(self) -> None:
        """The block of this session is being left."""
        self._leaving.set()
        if self._session is None:
            self._opening.cancel()

    @property
    def reusable(self) -> bool:
        """Whether the voice's is; always after a commit that did not reach the voice."""
        return not self._asked or (self._session is not None and self._session.reusable)

    def doubt(self) -> None:
        """See `TTSSession.doubt`."""
        if self._session is not None:
            self._session.doubt()

    async def ended(self) -> None:
        """Wait until the session of the voice has ended, or could not be opened."""
        await self._over.wait()

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Play a text from the disk, or let the voice speak it.

        Raises:
            TTSError: the voice could not connect, or failed.
            ValueError: `text` has no words.
            RuntimeError: another commit is running on this session.
        """
        if self._busy:
            raise RuntimeError("another commit is running on this session")
        if not any(map(str.isalnum, text)):
            raise ValueError(f"{text!r} has no words to speak")
        self._busy, self._asked = True, False
        try:
            return await self._say(text, accept)
        finally:
            self._busy = False

    async def _say(self, text: str, accept: AudioCallback) -> Usage:
        cached, store = self._cached, self._cached.store
        path = store.path(cached.about, text)
        if store.has(path):  # without a thread: a phrase that is not there must not wait
            entry = await trio.to_thread.run_sync(store.read, path, text, cached.format.sample_rate)
            if entry is not None:
                cached.hits += 1
                await _play(entry, cached.format, accept)
                return Usage()
        if (entry := await self._shared(path, text)) is not None:
            cached.shared_hits += 1
            self._nursery.start_soon(trio.to_thread.run_sync, store.write, path, entry)
            await _play(entry, cached.format, accept)
            return Usage()
        cached.misses += 1
        await self._opened.wait()
        if self._session is None:
            raise self._failure or ConnectionLost("the session of the voice is closed")
        self._asked = True
        parts: list[bytes] = []
        words: list[TimedWord] = []

        def audio(pcm: bytes) -> None:
            parts.append(pcm)
            accept(pcm)

        def timed(said: Sequence[TimedWord]) -> None:
            words.extend(said)
            tell_words(accept, said)

        usage = await self._session.commit(text, AudioAndWords(audio, timed))
        if parts and len(text) <= cached.longest:
            self._nursery.start_soon(self._store, path, text, parts, words)
        return usage

    async def _shared(self, path: Path, text: str) -> Entry | None:
        """What another machine has said."""
        cached = self._cached
        if cached.shared is None or len(text) > cached.longest:
            return None
        data = await cached.shared.take(path.stem)
        if data is None:
            return None
        try:
            return Entry.from_bytes(data).checked(text, cached.format.sample_rate)
        except Damaged as error:
            logger.warning("the shared phrase %s is damaged (%s), and is spoken anew", path.stem, error)
            return None

    async def _store(self, path: Path, text: str, parts: list[bytes], words: list[TimedWord]) -> None:
        cached = self._cached
        entry = Entry(
            about=cached.about,
            text=text,
            sample_rate=cached.format.sample_rate,
            pcm=b"".join(parts),
            words=tuple(words),
        )
        await trio.to_thread.run_sync(cached.store.write, path, entry)
        if cached.shared is not None:
            await cached.shared.keep(path.stem, entry.to_bytes())


async def _play(entry: Entry, audio: AudioFormat, accept: AudioCallback) -> None:
    if entry.words:
        tell_words(accept, entry.words)
    step = audio.samples(CHUNK) * SAMPLE_BYTES
    for at in range(0, len(entry.pcm), step):
        accept(entry.pcm[at : at + step])
        await trio.sleep(CHUNK / PACE)


def _settings(tts: TTS) -> Any:
    """What has the settings of a voice; None if nothing has."""
    settings: Any = getattr(tts, "settings", tts)
    try:
        attrs.fields(settings.__class__)
    except (TypeError, attrs.exceptions.NotAnAttrsClassError):
        return None
    return settings


def _about(tts: TTS, key: str | None) -> str:
    """The voice and what its sound depends on, as JSON."""
    settings = _settings(tts)
    if key is not None:
        given: Any = key
    elif settings is not None:
        given = attrs.asdict(settings)
    else:
        raise ValueError(
            f"what the sound of {type(tts).__name__} depends on is not known: say it with key=, such as key='my-voice 2, slow'"
        )
    where = getattr(tts, "url", None)
    kind = f"{type(tts).__module__}.{type(tts).__qualname__}"
    return json.dumps([kind, given, where, tts.format.sample_rate], sort_keys=True, ensure_ascii=False, default=repr)
