"""The voice keeps the contract of a voice, in virtual time, with audio as body and as events."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.adapters.tts.openai._peers import serving

from triolet.testing import ToneTTS, TTSContract
from triolet_adapters.tts import OpenAITTS
from triolet_adapters.tts.openai.server import OpenAIServerOptions


class TestAudio(TTSContract):
    @pytest.fixture
    async def tts(self, autojump_clock: trio.testing.MockClock) -> AsyncIterator[OpenAITTS]:
        async with serving(voice=ToneTTS(first_audio=0.2, pace=4)) as world:
            yield world.tts()


class TestEvents(TTSContract):
    @pytest.fixture
    async def tts(self, autojump_clock: trio.testing.MockClock) -> AsyncIterator[OpenAITTS]:
        async with serving(OpenAIServerOptions(odd=True), ToneTTS(first_audio=0.2, pace=4)) as world:
            yield world.tts(stream_format="sse")
