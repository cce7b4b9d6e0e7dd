"""Triolet as the TTS model of OpenAI's Agents SDK. It needs that SDK: pip install "triolet[openai-agents]"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self

try:
    from agents.voice import TTSModel, TTSModelSettings
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "this module speaks for OpenAI's Agents SDK, which is not installed: pip install 'triolet[openai-agents]'",
        name=error.name,
    ) from error

from triolet import PoolOptions
from triolet.asyncio import Conversation, Sink
from triolet_adapters.frameworks._sessions import SharedSessions
from triolet_adapters.frameworks._voice import AHEAD, Voice, chain_of, format_of


class TrioletTTSModel(TTSModel):
    """A TTS model for a `VoicePipeline`.

        async with TrioletTTSModel(speech(QwenTTS(voice="Cherry"), "en")) as model:
            config = VoicePipelineConfig(tts_settings=TTSModelSettings(buffer_size=1))
            pipeline = VoicePipeline(workflow=workflow, tts_model=model, config=config)

    The SDK cuts the text of the workflow itself, and asks for each part by itself (`TTSModelSettings.text_splitter`); Triolet says the first
    clause of a part early. Give `buffer_size=1`: the SDK holds back 120 pieces by default, which is five seconds of ours.

    All parts share their sessions, until `aclose`. Of the settings, `voice` is used, by the service's own name.
    """

    def __init__(self, voice: Voice, *, ahead: float = AHEAD, pool: PoolOptions | None = None) -> None:
        """Speak with a voice, or with a chain from tokens to audio. Nothing is opened before the first text.

        Args:
            voice: the voice, such as `QwenTTS()`; or a chain, such as `speech(QwenTTS(), "en")`.
            ahead: seconds of audio that the SDK gets before they are heard; 0.2 by default.
            pool: how many sessions to keep open; `PoolOptions()` by default.

        Raises:
            ValueError: the format of the chain's audio is not known.
        """
        self._chain = chain_of(voice)
        self._ahead = ahead
        self._sessions = SharedSessions(pool)
        self.sample_rate = format_of(self._chain).sample_rate
        """Of the audio that the SDK gets. It does not say so in its events."""

    @property
    def model_name(self) -> str:
        """Triolet."""
        return "triolet"

    async def run(self, text: str, settings: TTSModelSettings) -> AsyncGenerator[bytes]:
        """Say a text; give 16-bit samples. Closing the iterator is an interruption.

        Raises:
            TTSError: the voice has failed.
        """
        pieces = asyncio.Queue[bytes | None]()  # its reader takes each at once, into a queue of its own
        voice = settings.voice if isinstance(settings.voice, str) else None

        async def say() -> None:
            try:
                output = Sink(pieces.put, hold=self._ahead)
                async with Conversation(self._chain, output, sessions=await self._sessions.get()) as conversation:
                    await conversation.say([text], voice=voice)
            finally:
                pieces.put_nowait(None)

        task = asyncio.create_task(say(), name="triolet says")
        try:
            while (pcm := await pieces.get()) is not None:
                yield pcm
            await task
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def aclose(self) -> None:
        """Close all sessions."""
        await self._sessions.close()

    async def __aenter__(self) -> Self:
        """Nothing is opened yet. Leaving the block is `aclose`."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close all sessions."""
        await self.aclose()
