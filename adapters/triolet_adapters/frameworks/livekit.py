"""Triolet as the TTS of LiveKit Agents. It needs livekit-agents: pip install "triolet[livekit]"."""

# pyright: reportUnknownMemberType=false
# Some signatures of livekit leave their types open.

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Self

try:
    from livekit.agents import (
        DEFAULT_API_CONNECT_OPTIONS,
        APIConnectionError,
        APIConnectOptions,
        APIError,
        APIStatusError,
        APITimeoutError,
        tts,
        utils,
    )
    from livekit.agents.types import TimedString
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "this module speaks for LiveKit Agents, and livekit-agents is not installed: pip install 'triolet[livekit]'",
        name=error.name,
    ) from error

from triolet import AudioChunk, PoolOptions, Stage, VoiceStage
from triolet.asyncio import Conversation, Sink
from triolet.errors import AuthenticationFailed, ConnectionFailed, ConnectionLost, DeadlineExpired, TTSError
from triolet.events import Event, WordsTimed
from triolet_adapters.frameworks._sessions import SharedSessions
from triolet_adapters.frameworks._voice import AHEAD, Voice, chain_of, format_of

FRAME = 40
"""Milliseconds in a frame that livekit gets, as many as our pieces have. Its default of 200 would hold them back."""

WORDLESS = 0.02
"""Seconds of silence for a text without words, such as a code block alone: livekit takes no audio at all for a failure."""


class TrioletTTS(tts.TTS[str]):
    """A TTS that speaks while the LLM writes.

        session = AgentSession(tts=TrioletTTS(speech(QwenTTS(voice="Cherry"), "en")), llm=..., stt=...)

    Text goes to Triolet token by token, and Triolet decides what is committed when. So no `StreamAdapter` and no tokenizer belongs around
    it. Audio comes at the pace of the listener, `ahead` seconds before it is heard: an interruption wastes little.

    All streams share their sessions, which stay open between answers until `aclose`.
    """

    def __init__(
        self,
        voice: Voice,
        *,
        ahead: float = AHEAD,
        aligned_transcript: bool = False,
        pool: PoolOptions | None = None,
    ) -> None:
        """Speak with a voice, or with a chain from tokens to audio. Nothing is opened before the first stream, or `prewarm`.

        Args:
            voice: the voice, such as `QwenTTS()`; or a chain, such as `speech(QwenTTS(), "en")`.
            ahead: seconds of audio that livekit gets before they are heard; 0.2 by default.
            aligned_transcript: whether the chain reports when its words are said (`WordsTimed`), so that livekit's transcript can
                follow them. False by default: livekit then estimates.
            pool: how many sessions to keep open for all streams together; `PoolOptions()` by default.

        Raises:
            ValueError: the format of the chain's audio is not known.
        """
        self._chain = chain_of(voice)
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=True, aligned_transcript=aligned_transcript),
            sample_rate=format_of(self._chain).sample_rate,
            num_channels=1,
        )
        self._ahead = ahead
        self._sessions = SharedSessions(pool)
        self._streams: set[TrioletStream] = set()
        self._warming: asyncio.Task[None] | None = None

    @property
    def model(self) -> str:
        """The type of the voice."""
        voices = [part.tts for part in self._chain.parts if isinstance(part, VoiceStage)]
        return type(voices[0]).__name__ if voices else "unknown"

    @property
    def provider(self) -> str:
        """Triolet."""
        return "triolet"

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        """Speak a text that is known whole."""
        return self._synthesize_with_stream(text, conn_options=conn_options)

    def stream(self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS) -> TrioletStream:
        """Speak a text that is still being written. `aclose` of the stream is an interruption."""
        stream = TrioletStream(self, self._chain, self._sessions, self._ahead, conn_options)
        self._streams.add(stream)
        return stream

    def prewarm(self) -> None:
        """Open a session now. A plain call, from the event loop."""
        self._warming = asyncio.create_task(self._warm_up(), name="triolet prewarm")

    async def __aenter__(self) -> Self:
        """Nothing is opened yet. Leaving the block is `aclose`."""
        return self

    async def aclose(self) -> None:
        """End all streams, and close all sessions."""
        if self._warming is not None:
            await utils.aio.cancel_and_wait(self._warming)
        for stream in tuple(self._streams):
            await stream.aclose()
        await self._sessions.close()

    async def _warm_up(self) -> None:
        sessions = await self._sessions.get()
        for part in self._chain.parts:
            if isinstance(part, VoiceStage) and not part.tts.whole_turns:
                sessions.pool(part.tts).warm_up()

    def forget(self, stream: TrioletStream) -> None:
        """A stream has ended. A plain call."""
        self._streams.discard(stream)


class TrioletStream(tts.SynthesizeStream):
    """One text on its way to speech: push text, iterate over audio."""

    def __init__(
        self,
        owner: TrioletTTS,
        chain: Stage[str, AudioChunk],
        sessions: SharedSessions,
        ahead: float,
        conn_options: APIConnectOptions,
    ) -> None:
        super().__init__(tts=owner, conn_options=conn_options)
        self._owner = owner
        self._chain = chain
        self._sessions = sessions
        self._ahead = ahead

    async def aclose(self) -> None:
        """Be silent, and end."""
        await super().aclose()
        self._owner.forget(self)

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=utils.shortuuid(),
            sample_rate=self._owner.sample_rate,
            num_channels=1,
            mime_type="audio/pcm",
            frame_size_ms=FRAME,
            stream=True,
        )
        output_emitter.start_segment(segment_id=utils.shortuuid())
        transcript = _Transcript(output_emitter, self._owner.sample_rate)

        async def send(pcm: bytes) -> None:
            if transcript.timed and (so_far := conversation.so_far) is not None:
                transcript.grow(so_far.heard, sink.heard)
            output_emitter.push(pcm)

        sink = Sink(send, hold=self._ahead)
        conversation = Conversation(self._chain, sink, sessions=await self._sessions.get())
        try:
            async with conversation:
                result = await conversation.say(self._tokens(), observer=transcript.observe)
                if transcript.timed:
                    transcript.grow(result.heard, sink.heard)
        except (TTSError, ValueError) as error:
            raise _api_error(error) from error
        if not result.phrases:
            output_emitter.push(bytes(2 * round(WORDLESS * self._owner.sample_rate)))

    async def _tokens(self) -> AsyncGenerator[str]:
        """The text up to the first flush behind it. livekit drops what is pushed after that."""
        begun = False
        async for token in self._input_ch:
            if isinstance(token, str):
                begun = True
                self._mark_started()
                yield token
            elif begun:
                return


class _Transcript:
    """Tells livekit when the words are said, where the voice tells us."""

    def __init__(self, emitter: tts.AudioEmitter, sample_rate: int) -> None:
        self.timed = False
        self._emitter = emitter
        self._sample_rate = sample_rate
        self._heard = 0
        self._until = 0.0

    def observe(self, event: Event) -> None:
        """Take an event of the turn."""
        self.timed = self.timed or isinstance(event, WordsTimed)

    def grow(self, heard: str, samples: int) -> None:
        """So much text is heard when so many samples are."""
        if len(heard) > self._heard:
            now = samples / self._sample_rate
            self._emitter.push_timed_transcript(TimedString(heard[self._heard :], start_time=self._until, end_time=now))
            self._heard, self._until = len(heard), now


def _api_error(error: TTSError | ValueError) -> APIError:
    """An error as livekit knows it, with what it says about another try."""
    text = f"{type(error).__name__}: {error}"
    match error:
        case AuthenticationFailed():
            return APIStatusError(text, status_code=401, retryable=False)
        case ValueError():
            return APIStatusError(text, status_code=400, retryable=False)
        case TTSError(throttled=True):
            return APIStatusError(text, status_code=429, retryable=True)
        case DeadlineExpired():
            return APITimeoutError(text, retryable=error.retryable)
        case ConnectionFailed() | ConnectionLost():
            return APIConnectionError(text, retryable=error.retryable)
        case _:
            return APIError(text, retryable=error.retryable)
