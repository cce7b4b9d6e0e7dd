"""The voice keeps the contract of a voice, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.adapters.tts.cartesia._peers import serving

from triolet.testing import ToneTTS, TTSContract
from triolet_adapters.tts import CartesiaTTS
from triolet_adapters.tts.cartesia.server import CartesiaServerOptions


class TestCartesia(TTSContract):
    @pytest.fixture
    async def tts(self, autojump_clock: trio.testing.MockClock) -> AsyncIterator[CartesiaTTS]:
        async with serving(CartesiaServerOptions(pace=4, first_audio=0.2), ToneTTS(first_audio=0.1)) as world:
            yield world.tts()
