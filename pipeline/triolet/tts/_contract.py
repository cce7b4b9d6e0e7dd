"""The contract for what turns words into audio: a vendor's service, or a voice on this machine."""

from __future__ import annotations

import abc
from collections.abc import AsyncIterable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager

import attrs
import trio

from triolet._model._audio import AudioFormat
from triolet._model._kinds import KINDS

AudioCallback = Callable[[bytes], None]
"""A plain function that takes whole samples (bytes of PCM) as they arrive. It never waits. It may raise `TooMuchAudio`, which ends
the commit."""


@attrs.frozen(kw_only=True)
class RateLimits:
    """How many requests and sessions a service allows one account. The engine waits rather than exceed them.

    Connects and commits count together as requests, since services do not say which of them they count.
    """

    per_second: int | None = None
    """The most requests in any second. None: not known, so no limit is kept."""
    per_minute: int | None = None
    """The most requests in any minute. None: not known, so no limit is kept."""
    sessions: int | None = None
    """The most sessions at a time. None: not known, so only `PoolOptions.maximum` holds."""


@attrs.frozen
class Usage:
    """What one commit cost."""

    characters: int = 0
    """Billed characters, as the service counts them. 0 where nothing is billed."""


class TTSSession(abc.ABC):
    """One open session. Made by `TTS.connect()`; one commit at a time."""

    @abc.abstractmethod
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Speak `text`. Call `accept(pcm)` with whole samples as they arrive; return when the response is complete.

        A commit runs at the speed of the service, however slow the listener is, since `accept` never waits. If `commit` raises
        or is cancelled, the session is spent, unless it is `reusable`: leave its `connect()` block, and open another.

        Raises:
            TTSError: the service failed. `retryable` says whether another try may help.
            ValueError: `text` has no words; most services answer an empty commit with an error.
            RuntimeError: another commit is running on this session.
        """

    @property
    def reusable(self) -> bool:
        """Whether the session takes another commit although its last one failed or was cancelled. By default it does not.

        If it is true, nothing of that commit will be heard in the next: the session has told the service to stop, or drops what still
        comes of it.
        """
        return False

    def doubt(self) -> None:  # noqa: B027 -- most sessions share no connection
        """Begin nothing more on the connection of this session if it has been silent since the running commit began: it may be dead.
        A plain call; the commit goes on. By default nothing happens.

        It is for sessions that share a connection (`TTS.sharing`): the next one then gets another.
        """

    async def ended(self) -> None:
        """Wait until the session can take no more commits, because the service has closed it or the connection broke.

        The pool then replaces it before it is needed. By default this never returns: the session is taken to last until its
        block is left. Cancellation ends the wait and changes nothing else.
        """
        await trio.sleep_forever()


Connect = Callable[[], AbstractAsyncContextManager[TTSSession]]
"""Opens a session for a block, as `TTS.connect` does."""


class TTSStream(abc.ABC):
    """One open session for one turn, of a service that cuts the text itself. Made by `TTS.connect_stream()`."""

    @abc.abstractmethod
    async def speak(self, texts: AsyncIterable[str], accept: AudioCallback) -> Usage:
        """Speak texts, as they come, as one text. Call `accept(pcm)` with whole samples; return when all has been spoken.

        An implementation must not iterate `texts` under a time-out, and must raise what `texts` raises. Where the service reports word
        times, it calls `tell_words`, with offsets in the texts one after another. After an error or a cancellation the session is
        spent: leave its block.

        Raises:
            TTSError: the service failed.
            RuntimeError: this session has spoken before.
        """


class TTS(abc.ABC):
    """A voice: its settings, and how to reach it. It holds no connection; `connect()` opens one."""

    @property
    @abc.abstractmethod
    def format(self) -> AudioFormat:
        """The format of all audio of all its sessions."""

    @property
    def limits(self) -> RateLimits:
        """How many requests the service allows. By default none is known, so no limit is kept."""
        return RateLimits()

    @property
    def account(self) -> Hashable:
        """What the `limits` belong to: voices with equal accounts share them. By default all voices of one class do.

        It must not contain an API key, since it may be shown.
        """
        return type(self)

    @property
    def language(self) -> str | None:
        """The only language that the voice speaks, as a tag such as `"en"`; None, the default, if it speaks several. `speech`
        takes the text for that language where it is given none.
        """
        return None

    @property
    def bills(self) -> bool:
        """Whether speaking costs anything; True by default. A commit that is cut off before the service has counted it is then
        billed by its length, as an estimate.
        """
        return True

    @property
    def bills_minimum(self) -> bool:
        """Whether a commit is billed as so many characters at least; False by default. Then no sentence is committed before it is
        certain where it ends (`PhrasingOptions.eager`).
        """
        return False

    @property
    def hedges(self) -> bool:
        """Whether a second session may be asked for the same words when audio is late (`RecoveryPolicy.hedge_after`); True by default.
        False where that cannot help: a voice on this machine has no connection that may be dead, and two commits share a processor.
        """
        return True

    @property
    def directions(self) -> Mapping[str, str]:
        """The directions that the voice understands, each with its own tag: `{"laugh": "[laughter]"}`. None by default.

        The keys are: laugh, chuckle, giggle, sigh, gasp, cough, sniff, groan, yawn, cry, scream, breath, whisper, shout, sing, hum,
        clear throat, pause, silence, smile. With `NormalizationOptions(directions="voice")`, the tag stands in the text for what
        a model wrote in any of the ten languages.
        """
        return {}

    @property
    def normalizes(self) -> frozenset[str]:
        """The kinds of numbers and signs that the voice itself says right (`Verbalizer.kinds`); all of them by default, so that
        the text reaches it as it is. `speech()` puts a `Verbalizer` before it for the others. A kind that a voice gets wrong in
        one of its languages is none of them.
        """
        return KINDS

    def adjusted(self, **changes: str) -> TTS:
        """The same voice with another `voice`, `language` or `instructions`. Equal changes give equal voices.

        Raises:
            ValueError: the voice has no such setting, or does not take this value. By default it has none.
        """
        raise ValueError(f"{type(self).__name__} cannot change its {' and '.join(changes)} for one turn")

    @property
    def whole_turns(self) -> bool:
        """Whether the service cuts the text itself, so that a turn is spoken as one; False by default. If true, implement
        `connect_stream`, and speak with a `StreamSynthesizer`.
        """
        return False

    def connect_stream(self) -> AbstractAsyncContextManager[TTSStream]:
        """Open a session for one turn, of a service that cuts the text itself. Otherwise it is like `connect`.

        Raises:
            RuntimeError: this voice speaks phrase by phrase, as voices do by default.
        """
        raise RuntimeError(f"{type(self).__name__} speaks phrase by phrase: use connect()")

    @abc.abstractmethod
    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session: `async with tts.connect() as session:`.

        When the block is entered, the session is ready to commit. When it is left, the session is closed as the service's
        protocol asks, within a deadline; so it is when the block is cancelled. Enter and leave the block in the same task.

        Raises:
            ConnectionFailed, AuthenticationFailed, DeadlineExpired, ServiceError: no session could be opened.
        """

    def sharing(self) -> AbstractAsyncContextManager[Connect] | None:
        """Open a block whose sessions may share connections: `async with tts.sharing() as connect:`, then `async with connect() as session:`.

        A session of such a `connect` is like any other: several may commit at the same time, and stopping one leaves the others
        alone. The block holds the connections, so leave it after its sessions. A pool opens its sessions in one such block.

        None, the default: sessions share nothing, so there is `connect` alone.
        """
        return None
