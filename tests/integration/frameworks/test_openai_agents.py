"""Triolet as the TTS model of OpenAI's Agents SDK, in its own voice pipeline with its own scripted parts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tests.integration.frameworks.local_service import ONE_TRY, SENTENCES, local_service, nobody, tokens

pytest.importorskip("agents.voice", reason="pip install 'triolet[openai-agents]'")

import numpy as np
from agents.voice import AudioInput, TTSModelSettings, VoicePipeline, VoicePipelineConfig
from agents.voice.testing import ScriptedSTTModel, ScriptedVoiceWorkflow

from triolet import speech
from triolet.errors import ConnectionFailed
from triolet_adapters.frameworks.openai_agents import TrioletTTSModel

CONFIG = VoicePipelineConfig(tts_settings=TTSModelSettings(buffer_size=1), tracing_disabled=True)


def run(program: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await program()

    asyncio.run(bounded())


async def said(model: TrioletTTSModel, answer: str) -> bytes:
    """The audio of one turn."""
    pipeline = VoicePipeline(
        workflow=ScriptedVoiceWorkflow([tokens(answer)]),
        stt_model=ScriptedSTTModel(["What is it?"]),
        tts_model=model,
        config=CONFIG,
    )
    result = await pipeline.run(AudioInput(buffer=np.zeros(1, np.int16)))
    pcm = bytearray()
    async for event in result.stream():
        if event.type == "voice_stream_event_audio" and event.data is not None:
            pcm += event.data.tobytes()
    return bytes(pcm)


def test_a_pipeline_says_every_word_once_and_shares_its_sessions() -> None:
    async def program() -> None:
        with local_service() as service:
            async with TrioletTTSModel(speech(service.tts(), "en")) as model:
                assert service.whole(await said(model, " ".join(SENTENCES[:5]))) == " ".join(SENTENCES[:5])
                stream = model.run(" ".join(SENTENCES), TTSModelSettings())
                assert await anext(stream)
                await stream.aclose()
                assert service.whole(await said(model, SENTENCES[7])) == SENTENCES[7]
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    run(program)


def test_an_error_is_the_voices_own() -> None:
    async def program() -> None:
        async with TrioletTTSModel(nobody(), pool=ONE_TRY) as model:
            with pytest.raises(ConnectionFailed):
                await said(model, "Nobody says this.")

    run(program)
