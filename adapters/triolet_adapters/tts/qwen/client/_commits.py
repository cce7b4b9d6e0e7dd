"""A session in commit mode: one text after the other, each a response of its own."""

from __future__ import annotations

import enum
import math

import trio

from triolet import AudioCallback, TTSSession, Usage
from triolet_adapters.tts.frame import Taker
from triolet_adapters.tts.qwen.client._inbox import Deadline
from triolet_adapters.tts.qwen.client._options import QwenOptions
from triolet_adapters.tts.qwen.client._session import QwenSession
from triolet_adapters.tts.qwen.protocol import AudioDelta, QwenSettings, ResponseReader, ServerEvent, billed_characters


class CommitState(enum.Enum):
    """Whether a session can take a commit; the value is what an error says of it."""

    IDLE = "idle"
    BUSY = "busy: one commit at a time"
    SPENT = "spent: its last commit failed or was cancelled; open another"


class QwenCommits(TTSSession):
    """A session in commit mode. Made by `QwenTTS.connect()`."""

    def __init__(self, session: QwenSession, settings: QwenSettings, options: QwenOptions, rest: float = 0.0) -> None:
        """`rest`: see `QwenOptions.rest_after_response`, in seconds."""
        self.session = session
        """The low-level session below."""
        self._rest = rest
        self._rested_at = -math.inf
        """From when on the service takes text again, on Trio's clock."""
        self._settings = settings
        self._options = options
        self._state = CommitState.IDLE
        self._commits = 0
        self._reader = ResponseReader()

    @property
    def idle(self) -> bool:
        """Whether it can take a commit."""
        return self._state is CommitState.IDLE and self.session.failure is None

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """See `TTSSession.commit`. Append, commit, audio until response.done.

        Raises:
            DeadlineExpired: no audio for `first_audio_timeout` or `chunk_timeout`, whatever else came; the text names the commit.
            ServiceError: the service's own error.
            ConnectionLost: the session ended.
            ProtocolViolation: what the protocol does not allow, half a sample at the end included, and audio that nobody
                asked for.
            NoAudio: the response is complete and holds no sample.
            TooMuchAudio: more than `max_audio` seconds.
            ValueError: no words.
            RuntimeError: another commit is running, or one before has failed or was cancelled.
        """
        if not any(character.isalnum() for character in text):
            raise ValueError(f"{text[:80]!r} has no words to speak, and an empty commit is an error of the service")
        if self._state is not CommitState.IDLE:
            raise RuntimeError(f"this session is {self._state.value}")
        self._state = CommitState.BUSY
        self._commits += 1
        self._reader = self._reader.following()
        try:
            if self._rested_at > trio.current_time():
                await trio.sleep_until(self._rested_at)
            for event in self.session.take_unread():
                self._reader.unasked(event)
            await self.session.say(text)
            taker = Taker(
                accept,
                self._settings.response_format,
                self._settings.sample_rate,
                self._options.max_audio,
                "max_audio",
            )
            await self._listen(taker, f"commit {self._commits} of this session, {len(text)} characters")
        except BaseException:  # raised again: after any of them the session is spent
            self._state = CommitState.SPENT
            await self.session.hang_up()  # noqa: ASYNC102 -- shielded in there; at once, so that the service stops
            raise
        self._state = CommitState.IDLE
        self._rested_at = trio.current_time() + self._rest
        characters = self._reader.usage.characters
        return Usage(billed_characters(text) if characters is None else characters)

    async def ended(self) -> None:
        """Return when the service has closed the connection, or it broke."""
        await self.session.wait_failed()

    async def _listen(self, taker: Taker, where: str) -> None:
        began = trio.current_time()
        last_audio: float | None = None

        def take(event: ServerEvent) -> bool:
            nonlocal last_audio
            audio = self._reader.feed(event)
            if isinstance(event, AudioDelta) and taker.take(audio):
                last_audio = trio.current_time()  # only sound puts it off: a service could send other things for ever
            return self._reader.done

        def deadline() -> Deadline:
            if last_audio is None:
                seconds = self._options.first_audio_timeout
                return Deadline(
                    name="first_audio_timeout", seconds=seconds, awaited="no audio", where=where, since=began
                )
            return Deadline(
                name="chunk_timeout",
                seconds=self._options.chunk_timeout,
                awaited="neither audio nor response.done",
                where=f"{where}, {taker.seconds:.1f} s of audio so far",
                since=last_audio,
            )

        await self.session.hear(take, deadline)
        taker.end_of_response()
        taker.finish()
