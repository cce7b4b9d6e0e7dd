"""How the local server speaks: texts in order, each through the voice and out as deltas."""

from __future__ import annotations

import re
from collections import deque
from typing import Protocol

import attrs
import trio

from triolet import SAMPLE_BYTES, TTS, TTSSession
from triolet.errors import TTSError
from triolet_adapters.tts.qwen.protocol import (
    AudioDelta,
    AudioDone,
    ItemAdded,
    ItemDone,
    PartAdded,
    PartDone,
    ResponseCreated,
    ResponseDone,
    ResponseUsage,
    ServerEvent,
    SessionInfo,
    billed_characters,
)
from triolet_adapters.tts.qwen.server._encoders import Encoder, encoder_for, wav_header
from triolet_adapters.tts.qwen.server._options import ServerOptions

_SENTENCE = re.compile(r".*?(?:[.!?]+[\"')\]]*(?=\s|$)|[。！？…]+[」』”’）]*)", re.DOTALL)
_AUDIO_TOKENS_A_SECOND = 12.7
"""As recorded: 31 for 2.45 s, 36 for 2.84 s."""


class Wire(Protocol):
    """What a responder needs of the connection."""

    def new_id(self, kind: str) -> str:
        """Make an id."""
        ...

    async def send(self, event: ServerEvent) -> None:
        """Send an event."""
        ...

    async def error(self, code: str, message: str) -> None:
        """Send an error event."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""
        ...

    def drawn_delay(self, limit: float) -> float:
        """Draw a delay."""
        ...


@attrs.frozen
class _Say:
    text: str
    held_back: int | None = None
    """How many deltas may go before more text comes; None: all."""
    appends: int = 0
    """How many texts had been appended when it was queued."""


@attrs.frozen
class _End:
    """The response is complete."""


class Responder:
    """Speaks what it is told, one response after the other. The verbs are plain calls; `run` does the work."""

    def __init__(self, wire: Wire, info: SessionInfo, voice: TTS, options: ServerOptions) -> None:
        self._wire = wire
        self._info = info
        self._voice = voice
        self._options = options
        self._jobs: deque[_Say | _End] = deque()
        self._changed = trio.Event()
        self._response: _Response | None = None
        self._busy = False
        self._appends = 0
        self._text = ""
        self.ready = trio.Event()
        """Set when there is a session of the voice."""

    @property
    def silent(self) -> bool:
        """Whether nothing is being said or waits to be."""
        return not self._busy and not self._jobs and self._response is None

    @property
    def waiting(self) -> int:
        """How many texts wait."""
        return len(self._jobs)

    def speak(self, text: str) -> None:
        """Say a text as a response of its own."""
        self._put(_Say(text), _End())

    def append(self, text: str) -> None:
        """Say the sentences that are complete with this text, in the response that is open (server_commit)."""
        self._appends += 1
        self._text += text
        end = 0
        for sentence in _SENTENCE.finditer(self._text):
            self._put(_Say(sentence.group(), self._options.held_back, self._appends))
            end = sentence.end()
        self._text = self._text[end:]
        self._wake()

    def flush(self) -> None:
        """Say what is left and end the response (server_commit)."""
        rest, self._text = self._text, ""
        if rest.strip():
            self._put(_Say(rest))
        if self._jobs or self._busy or self._response is not None:
            self._put(_End())

    def stop(self) -> None:
        """End the response that is under way as incomplete; texts that wait for later responses stay."""
        if self._response is not None:
            self._response.stopped = True
            while self._jobs and not isinstance(self._jobs[0], _End):
                self._jobs.popleft()
            if not self._jobs:
                self._put(_End())
        self._wake()

    async def finished(self) -> None:
        """Wait until everything has been said."""
        while not self.silent:
            await self._changed.wait()

    async def run(self) -> None:
        """Speak until cancelled, with one session of the voice, or another after one that failed."""
        try:
            while True:
                async with self._voice.connect() as session:
                    self.ready.set()
                    while await self._next(session):
                        pass
        except TTSError as error:  # from connect: the voice cannot be had
            await self._wire.error("voice_error", str(error))
            await self._wire.close(1011, "the voice cannot be had")
        finally:
            self.ready.set()

    async def _next(self, session: TTSSession) -> bool:
        """Do one job; False if the session of the voice is spent."""
        while not self._jobs:
            await self._changed.wait()
        self._busy = True
        job = self._jobs.popleft()
        self._wake()
        usable = True
        if isinstance(job, _Say):
            if self._response is None:
                encoder = encoder_for(self._info, self._options, self._voice.format.sample_rate)
                self._response = _Response(self._wire, self._info, self._options, encoder)
                await self._response.begin()
            usable = await self._say(session, self._response, job)
        elif self._response is not None:
            await self._response.end()
            self._response = None
        self._busy = False
        self._wake()
        return usable

    async def _say(self, session: TTSSession, response: _Response, job: _Say) -> bool:
        track = _Track(response, round(self._options.max_unsent * self._info.sample_rate) * SAMPLE_BYTES)
        usable = True

        async def voice() -> None:
            nonlocal usable
            try:
                await session.commit(job.text, track.put)
            except ValueError:
                pass  # no words: nothing to hear
            except TTSError as error:
                usable = False
                response.failed = True
                await self._wire.error("voice_error", str(error))
            finally:
                track.end()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(voice)
            sent = 0
            while delta := await track.take(self._options.delta_bytes):
                while job.held_back is not None and sent >= job.held_back and not self._more_than(job, response):
                    await self._changed.wait()
                await response.send(delta)
                sent += 1
        response.characters += billed_characters(job.text)
        return usable

    def _more_than(self, job: _Say, response: _Response) -> bool:
        return bool(self._jobs) or self._appends > job.appends or response.stopped

    def _put(self, *jobs: _Say | _End) -> None:
        self._jobs.extend(jobs)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()


class _Track:
    """Audio between the voice and the wire."""

    def __init__(self, response: _Response, max_bytes: int) -> None:
        self._response = response
        self._max_bytes = max_bytes
        self._audio = bytearray()
        self._ended = False
        self._changed = trio.Event()

    def put(self, pcm: bytes) -> None:
        if self._response.stopped:
            return
        if len(self._audio) + len(pcm) > self._max_bytes:
            raise TTSError("the client does not take the audio (max_unsent)")
        self._audio += self._response.encoder.feed(pcm)
        self._wake()

    def end(self) -> None:
        self._ended = True
        self._wake()

    async def take(self, size: int) -> bytes:
        """The next so many bytes, fewer at the end, none after it."""
        while len(self._audio) < size and not self._ended:
            await self._changed.wait()
        taken = bytes(self._audio[:size])
        del self._audio[:size]
        return taken

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()


class _Response:
    """One response on the wire, its events in the recorded order."""

    def __init__(self, wire: Wire, info: SessionInfo, options: ServerOptions, encoder: Encoder) -> None:
        self._wire = wire
        self._info = info
        self._options = options
        self.encoder = encoder
        self._response_id = wire.new_id("resp")
        self._item_id = wire.new_id("item")
        self._began = trio.current_time()
        self._start: float | None = None
        self._sent_bytes = 0
        self.characters = 0
        self.stopped = False
        self.failed = False

    async def begin(self) -> None:
        await self._wire.send(ResponseCreated(response_id=self._response_id, voice=self._info.voice))
        await self._wire.send(ItemAdded(response_id=self._response_id, item_id=self._item_id))
        await self._wire.send(PartAdded(response_id=self._response_id, item_id=self._item_id))

    async def send(self, audio: bytes) -> None:
        await trio.sleep(self._wire.drawn_delay(self._options.jitter))
        await trio.sleep_until(self._began + self._options.first_audio)
        if self._options.pace is not None:
            if self._start is None:
                self._start = trio.current_time()
            await trio.sleep_until(self._start + self._seconds / self._options.pace)
        if self.stopped:
            return
        self._sent_bytes += len(audio)
        if self._info.response_format == "wav" and self._options.wav_header == "each":
            audio = wav_header(self._info.sample_rate, len(audio)) + audio
        await self._wire.send(AudioDelta(response_id=self._response_id, item_id=self._item_id, audio=audio))

    async def end(self) -> None:
        if rest := self.encoder.finish():
            await self.send(rest)
        status = "failed" if self.failed else "incomplete" if self.stopped else "completed"
        tokens = round(self._seconds * _AUDIO_TOKENS_A_SECOND)
        usage = ResponseUsage(characters=self.characters, input_tokens=self.characters, output_tokens=tokens)
        await self._wire.send(AudioDone(response_id=self._response_id, item_id=self._item_id))
        await self._wire.send(PartDone(response_id=self._response_id, item_id=self._item_id))
        await self._wire.send(ItemDone(response_id=self._response_id, item_id=self._item_id, usage=usage))
        await self._wire.send(
            ResponseDone(
                response_id=self._response_id, item_id=self._item_id, status=status, voice=self._info.voice, usage=usage
            )
        )

    @property
    def _seconds(self) -> float:
        """How long what was sent sounds, were it PCM."""
        return self._sent_bytes / (self._info.sample_rate * SAMPLE_BYTES)
