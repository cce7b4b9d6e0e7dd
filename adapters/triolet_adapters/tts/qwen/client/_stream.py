"""A whole turn as one response: the mode server_commit, in which the service cuts the text itself."""

from __future__ import annotations

from collections.abc import AsyncIterable

import trio

from triolet import AudioCallback, TTSStream, Usage
from triolet.errors import ProtocolViolation, TTSError
from triolet_adapters.tts.frame import Taker
from triolet_adapters.tts.qwen.client._inbox import Deadline
from triolet_adapters.tts.qwen.client._options import QwenOptions
from triolet_adapters.tts.qwen.client._session import QwenSession
from triolet_adapters.tts.qwen.protocol import (
    AudioDelta,
    QwenSettings,
    ResponseDone,
    ResponseReader,
    ServerEvent,
    SessionFinished,
)


class QwenStream(TTSStream):
    """A session in server_commit mode, good for one `speak`. Made by `QwenTTS.connect_stream()`."""

    def __init__(self, session: QwenSession, settings: QwenSettings, options: QwenOptions) -> None:
        self.session = session
        """The low-level session below."""
        self._settings = settings
        self._options = options
        self._used = False
        self._appended_words = False
        self._appended = 0
        self._texts_ended_at: float | None = None
        self._source_error: Exception | None = None

    async def speak(self, texts: AsyncIterable[str], accept: AudioCallback) -> Usage:
        """Append the texts as they come, finish, and call `accept(pcm)` as the audio comes; return at session.finished.

        The service holds audio back until more text comes or the session is finished, so no deadline runs while `texts`
        are still to come: a dead connection is found by the ping. After the last, `chunk_timeout` holds between any two
        pieces of audio. Nothing is iterated under a time-out. If cancelled, leave the block of `connect_stream()`.

        Raises:
            Exception: what `texts` raises, as it is.
            TooMuchAudio: more audio than `max_turn_audio`.
            TTSError: see `TTSSession.commit`.
        """
        if self._used:
            raise RuntimeError("this stream has been spoken; open another with connect_stream()")
        self._used = True
        taker = Taker(
            accept,
            self._settings.response_format,
            self._settings.sample_rate,
            self._options.max_turn_audio,
            "max_turn_audio",
        )
        result: Usage | Exception | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._append_all, texts, nursery.cancel_scope)
            try:
                result = await self._listen(taker)
            except Exception as error:  # noqa: BLE001 -- raised again below, outside of the nursery, so alone
                result = error
            nursery.cancel_scope.cancel()
        if self._source_error is not None:
            raise self._source_error
        if isinstance(result, Usage):
            return result
        raise result or AssertionError("unreachable: a nursery that was cancelled from outside raises")

    async def _append_all(self, texts: AsyncIterable[str], turn: trio.CancelScope) -> None:
        try:
            async for text in texts:
                if text:
                    self._appended_words = self._appended_words or any(character.isalnum() for character in text)
                    self._appended += len(text)
                    await self.session.append(text)
            await self.session.finish()
        except Exception as error:  # noqa: BLE001 -- `speak` raises it
            # What cannot be sent once the listening has failed is a consequence, and tells less than its cause.
            if not (turn.cancel_called and isinstance(error, TTSError)):
                self._source_error = error
            turn.cancel()
        self._texts_ended_at = trio.current_time()

    async def _listen(self, taker: Taker) -> Usage:
        reader = ResponseReader()
        characters = 0
        last_audio = trio.current_time()

        def take(event: ServerEvent) -> bool:
            nonlocal reader, characters, last_audio
            if isinstance(event, SessionFinished):
                if reader.response_id:
                    raise ProtocolViolation(
                        "the service finished the session before the response was done", event=event.raw
                    )
                return True
            audio = reader.feed(event)
            if isinstance(event, AudioDelta) and taker.take(audio):
                last_audio = trio.current_time()
            elif isinstance(event, ResponseDone):  # the service may use several in one turn
                taker.end_of_response()
                characters += reader.usage.characters or 0
                reader = reader.following()
            return False

        def deadline() -> Deadline:
            ended_at = self._texts_ended_at
            return Deadline(
                name="chunk_timeout",
                seconds=self._options.chunk_timeout,
                awaited="neither audio nor session.finished",
                where=f"{self._appended} characters appended, {taker.seconds:.1f} s of audio so far",
                since=trio.current_time() if ended_at is None else max(ended_at, last_audio),
            )

        await self.session.hear(take, deadline)
        taker.finish(words=self._appended_words)
        return Usage(characters or self.session.usage.computed)
