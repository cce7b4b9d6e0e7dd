"""Two vendors as one voice: what one of them loses in the middle of an answer, the other says, whatever their protocols."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.adapters.tts.cartesia._peers import serving as cartesia
from tests.unit.adapters.tts.cosyvoice._peers import serving as cosyvoice
from tests.unit.adapters.tts.deepgram._peers import serving as deepgram
from tests.unit.adapters.tts.elevenlabs._peers import serving as elevenlabs
from tests.unit.adapters.tts.openai._peers import serving as openai
from trio.testing import MockClock

from triolet import TTS, Conversation, Failover, PhrasingOptions, speech
from triolet.testing import RecordingOutput, ToneTTS
from triolet_adapters.tts.cartesia.server import CartesiaServerOptions
from triolet_adapters.tts.cosyvoice.server import CosyVoiceServerOptions
from triolet_adapters.tts.deepgram.server import DeepgramServerOptions
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServerOptions

TEXT = (
    "The first of the sentences is short. The second one, which is longer, breaks off. And the third one is the last."
)


@pytest.mark.parametrize("first", ["elevenlabs", "deepgram", "cosyvoice", "cartesia"])
async def test_every_word_is_said_once(autojump_clock: MockClock, first: str) -> None:
    output = RecordingOutput()
    broken: dict[str, Any] = {"fault": "cut", "fault_every": 2, "fault_after": 1.0, "pace": 2, "piece": 0.1}
    async with (
        elevenlabs(ElevenLabsServerOptions(**broken)) as eleven,
        deepgram(DeepgramServerOptions(**broken)) as deep,
        cosyvoice(CosyVoiceServerOptions(**broken)) as cosy,
        cartesia(CartesiaServerOptions(**broken)) as sonic,
        openai(voice=ToneTTS(first_audio=0.1, pace=3)) as open_ai,
    ):
        voices: dict[str, TTS] = {
            "elevenlabs": eleven.tts(),
            "deepgram": deep.tts(),
            "cosyvoice": cosy.tts(),
            "cartesia": sonic.tts(),
        }
        tts = Failover(voices[first], open_ai.tts())
        chain = speech(tts, "en", phrasing=PhrasingOptions(merge=0, early_start=False))
        async with Conversation(chain, output) as conversation:
            result = await conversation.say([TEXT])
        assert result.heard == TEXT
        assert result.repeated <= 60, "characters; without word times a clause may come again"
        assert open_ai.voice.commits, "the second voice said nothing"
        said = (
            eleven.voice.commits + deep.voice.commits + cosy.voice.commits + sonic.voice.commits + open_ai.voice.commits
        )
    assert {word for commit in said for word in commit.text.split()} >= set(TEXT.split())
