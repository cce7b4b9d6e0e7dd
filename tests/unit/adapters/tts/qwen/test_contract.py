"""The Qwen client keeps the contract of a voice, against the local server in virtual time and over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import serving

from triolet.testing import ToneTTS, TTSContract
from triolet_adapters.tts import QwenTTS
from triolet_adapters.tts.qwen import QwenServer


class TestOverTheVirtualNetwork(TTSContract):
    @pytest.fixture
    async def tts(self, autojump_clock: trio.testing.MockClock) -> AsyncIterator[QwenTTS]:
        async with serving(voice=ToneTTS(first_audio=0.2, pace=4)) as world:
            yield world.tts()


class TestOverARealSocket(TTSContract):
    @pytest.fixture
    async def tts(self, nursery: trio.Nursery) -> QwenTTS:
        return QwenTTS(url=await nursery.start(QwenServer(ToneTTS(first_audio=0.1, pace=100)).serve), api_key="")
