"""The contract for whatever turns words into audio: a vendor's service, or a voice on this machine."""

from __future__ import annotations

import abc
from collections.abc import AsyncIterable, Callable, Hashable
from contextlib import AbstractAsyncContextManager

import attrs
import trio

from triolet._model._audio import AudioFormat

AudioCallback = Callable[[bytes], None]
"""Takes whole samples as they arrive. Never waits. May raise `TooMuchAudio`, which ends the commit."""


@attrs.frozen(kw_only=True)
class RateLimits:
    """What a service allows one account; kept by waiting. None: not known, so not kept."""

    per_second: int | None = None
    """Connects and commits, counted together, since services do not say which of them is "a request"."""
    per_minute: int | None = None
    """The same in a minute."""


@attrs.frozen
class Usage:
    """What one commit cost."""

    characters: int = 0
    """Billed characters, as the service counts them; 0 where nothing is billed."""


class TTSSession(abc.ABC):
    """One open session. Made by `TTS.connect()`; one commit at a time."""

    @abc.abstractmethod
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Speak `text`: call `accept(pcm)` with whole samples as they arrive, return when the response is complete.

        However slow the listener is, a commit runs at the speed of the service: `accept` never waits. If it raises or is
        cancelled, the session is spent: leave its `connect()` block and open another.

        Raises:
            TTSError: what the service did wrong, typed; `retryable` says whether another try may help.
            ValueError: `text` has no words (an empty commit is an error of most services).
            RuntimeError: another commit is running on this session.
        """

    async def ended(self) -> None:
        """Return when the session can take no more commits though nobody has left it: the service closed it, or it broke.

        A pool then replaces it before somebody needs it. By default a session is taken to last until it is left.
        Cancellation just ends the wait.
        """
        await trio.sleep_forever()


class TTSStream(abc.ABC):
    """One open session for one turn. Made by `TTS.connect_stream()`."""

    @abc.abstractmethod
    async def speak(self, texts: AsyncIterable[str], accept: AudioCallback) -> Usage:
        """Speak texts as they come, as one; call `accept(pcm)` with whole samples; return when all has been spoken.

        `texts` is never iterated under a time-out. Whatever it raises is raised here.

        Raises:
            TTSError: what the service did wrong, typed.
            RuntimeError: it has been used before.
        """


class TTS(abc.ABC):
    """A voice, its settings, and how to reach it. Holds no connection: `connect()` makes one."""

    @property
    @abc.abstractmethod
    def format(self) -> AudioFormat:
        """The format of all audio of all its sessions."""

    @property
    def limits(self) -> RateLimits:
        """What the service allows; nothing is known of most."""
        return RateLimits()

    @property
    def account(self) -> Hashable:
        """What shares `limits`: voices whose accounts are equal are counted together. By default those of one class.

        Never a key: it may be shown.
        """
        return type(self)

    @property
    def bills(self) -> bool:
        """Whether speaking costs anything: a commit that is cut before the service has counted it is then taken by its length."""
        return True

    def adjusted(self, **changes: str) -> TTS:
        """The same voice with another `voice`, `language` or `instructions`. Equal adjustments give equal voices.

        Raises:
            ValueError: it has no such setting, or not this value.
        """
        raise ValueError(f"{type(self).__name__} cannot change its {' and '.join(changes)} for one turn")

    @property
    def whole_turns(self) -> bool:
        """Whether the service cuts the text itself, so that a turn is spoken as one: then `connect_stream` is what it has."""
        return False

    def connect_stream(self) -> AbstractAsyncContextManager[TTSStream]:
        """Open a session for one turn of a service that cuts the text itself; otherwise as `connect`.

        Raises:
            RuntimeError: this voice speaks phrase by phrase.
        """
        raise RuntimeError(f"{type(self).__name__} speaks phrase by phrase: use connect()")

    @abc.abstractmethod
    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session: ready to commit when the block is entered, closed (politely, within a deadline) when left.

        Enter and leave it in one task. Cancelling inside closes the session too, in a shielded and bounded time.

        Raises:
            ConnectionFailed, AuthenticationFailed, DeadlineExpired, ServiceError: no session.
        """
