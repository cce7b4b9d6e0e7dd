"""The voice keeps the contract of a voice, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.adapters.tts.deepgram._peers import serving

from triolet.testing import ToneTTS, TTSContract
from triolet_adapters.tts import DeepgramTTS
from triolet_adapters.tts.deepgram.server import DeepgramServerOptions


class TestDeepgram(TTSContract):
    @pytest.fixture
    async def tts(self, autojump_clock: trio.testing.MockClock) -> AsyncIterator[DeepgramTTS]:
        async with serving(DeepgramServerOptions(pace=4, late_audio=True), ToneTTS(first_audio=0.2)) as world:
            yield world.tts()
