"""The voice keeps the contract of a voice in each dialect, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.adapters.tts.omni._peers import serving

from triolet.testing import ToneTTS, TTSContract
from triolet_adapters.tts import OmniTTS
from triolet_adapters.tts.omni import DIALECTS


@pytest.fixture(params=DIALECTS)
async def tts(autojump_clock: trio.testing.MockClock, request: pytest.FixtureRequest) -> AsyncIterator[OmniTTS]:
    async with serving(request.param, ToneTTS(first_audio=0.2), pace=4) as world:
        yield world.tts()


class TestOmni(TTSContract):
    """Of every dialect."""
