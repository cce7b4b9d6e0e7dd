"""A session over a WebSocket: one commit at a time, under deadlines, on a connection that others may share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import trio

from triolet import AudioCallback, TTSSession, Usage
from triolet.errors import ConnectionLost, DeadlineExpired
from triolet_adapters.tts.frame._commit import Commit
from triolet_adapters.tts.frame._taking import Taker

if TYPE_CHECKING:
    from triolet_adapters.tts.frame._wire import Wire


class WebSocketSession(TTSSession):
    """A session of a `WebSocketVoice`. Lent by a `Wire`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._commit: Commit | None = None
        self._commits = 0
        self._begun = math.inf
        """When the last commit began."""
        self._spent = False
        self._ended = trio.Event()

    @property
    def reusable(self) -> bool:
        """Whether it takes another commit: the last one was stopped, and the connection is open."""
        return not self._spent and self._wire.failure is None

    @property
    def busy(self) -> bool:
        """Whether a commit is running."""
        return self._commit is not None

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """See `TTSSession.commit`.

        Raises:
            DeadlineExpired: no audio for `first_audio_timeout` or `chunk_timeout`; the text names the commit.
            ServiceError: the service's own error.
            ConnectionLost: the session ended.
            ProtocolViolation: what the protocol does not allow, half a sample at the end included.
            NoAudio, TooMuchAudio: the audio has no sample, or is longer than `max_audio`.
            ValueError: no words.
            RuntimeError: another commit is running, or the session is spent.
        """
        wire = self._wire
        if not any(character.isalnum() for character in text):
            raise ValueError(f"{text[:80]!r} has no words to speak")
        if self._commit is not None:
            raise RuntimeError("this session is busy: one commit at a time")
        if wire.failure is not None:
            raise wire.failure
        if self._spent and wire.retired:  # at rest; whoever asks was quicker than whoever waits for `ended`
            raise ConnectionLost("this session has ended: its connection is left for a new one")
        if self._spent:
            raise RuntimeError("this session is spent: its last commit failed or was cancelled; open another")
        self._commits += 1
        self._begun = trio.current_time()
        taker = Taker(accept, wire.response_format, wire.sample_rate, wire.options.max_audio, "max_audio")
        self._commit = commit = Commit(accept, taker)
        try:
            await self._hear(commit, text)
        except BaseException:  # raised again
            self._commit = None
            # Nothing of it is passed on from here; the service stops at once.
            self._spent = not await wire.stop(commit) or self._spent  # noqa: ASYNC102 -- shielded in there
            raise
        finally:
            self._commit = None
            if wire.retired:
                self.end()
        wire.finish(commit)
        characters = None if commit.finished is None else commit.finished.characters
        return Usage(len(text) if characters is None else characters)

    def doubt(self) -> None:
        """See `TTSSession.doubt`."""
        if self._commit is not None:
            self._wire.doubt(self._begun)

    async def ended(self) -> None:
        """Return when the session takes no more commits: the connection has ended, or is left for a new one."""
        await self._ended.wait()

    def end(self) -> None:
        """Take no more commits."""
        self._spent = True
        self._ended.set()

    def leave(self) -> None:
        """Its block is left."""
        self.end()
        if self._commit is not None:
            self._commit.fail(RuntimeError("the block of this session was left while it spoke"))

    async def _hear(self, commit: Commit, text: str) -> None:
        options, taker = self._wire.options, commit.taker
        commit.patience.deadline = trio.current_time() + options.first_audio_timeout
        with commit.patience:
            await self._wire.send(self._wire.begin(commit, text))
            while not commit.over.is_set():
                if replies := commit.replies():
                    await self._wire.send(replies)
                else:
                    await commit.changed()
        if commit.error is not None:
            raise commit.error
        if commit.patience.cancelled_caught:
            self._wire.retire()  # the connection may be dead: neither this nor another session tries it again
            name = "chunk_timeout" if taker.seconds else "first_audio_timeout"
            raise DeadlineExpired(
                f"the service sent no audio for {getattr(options, name):g} s ({name}): commit {self._commits} of this session, "
                f"{len(text)} characters, {taker.seconds:.1f} s of audio so far"
            )
        taker.end_of_response()
        taker.finish()
