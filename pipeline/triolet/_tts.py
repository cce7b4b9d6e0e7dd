"""The contract for whatever turns words into audio: a vendor's service, or a voice on this machine."""

from __future__ import annotations

import abc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import attrs

from triolet._audio import AudioFormat

Accept = Callable[[bytes], None]
"""Takes whole samples as they arrive. Never waits. May raise `TooMuchAudio`, which ends the commit."""


@attrs.frozen
class Usage:
    """What one commit cost."""

    characters: int = 0
    """Billed characters, as the service counts them; 0 where nothing is billed."""


class TTSSession(abc.ABC):
    """One open session. Made by `TTS.connect()`; one commit at a time."""

    @abc.abstractmethod
    async def commit(self, text: str, accept: Accept) -> Usage:
        """Speak `text`: call `accept(pcm)` with whole samples as they arrive, return when the response is complete.

        However slow the listener is, a commit runs at the speed of the service: `accept` never waits. If it raises or is
        cancelled, the session is spent: leave its `connect()` block and open another.

        Raises:
            TTSError: what the service did wrong, typed; `retryable` says whether another try may help.
            ValueError: `text` has no words (an empty commit is an error of most services).
            RuntimeError: another commit is running on this session.
        """


class TTS(abc.ABC):
    """A voice, its settings, and how to reach it. Holds no connection: `connect()` makes one."""

    @property
    @abc.abstractmethod
    def format(self) -> AudioFormat:
        """The format of all audio of all its sessions."""

    @abc.abstractmethod
    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session: ready to commit when the block is entered, closed (politely, within a deadline) when left.

        Enter and leave it in one task. Cancelling inside closes the session too, in a shielded and bounded time.

        Raises:
            ConnectionFailed, AuthenticationFailed, DeadlineExpired, ServiceError: no session.
        """
