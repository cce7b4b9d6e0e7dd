"""A voice with other settings for a turn, and that one with others still."""

from __future__ import annotations

import pytest

from triolet_adapters.tts import DeepgramTTS, ElevenLabsTTS, OpenAITTS
from triolet_adapters.tts.frame import HTTPVoice, WebSocketVoice


@pytest.mark.parametrize(
    ("tts", "voices"),
    [
        (OpenAITTS(api_key="k"), ("echo", "nova")),
        (ElevenLabsTTS(api_key="k"), ("first", "second")),
        (DeepgramTTS(api_key="k"), ("aura-2-thalia-en", "aura-2-asteria-en")),
    ],
    ids=["OpenAI", "ElevenLabs", "Deepgram"],
)
def test_each_is_a_variant_of_its_own(tts: HTTPVoice | WebSocketVoice, voices: tuple[str, str]) -> None:
    first, second = (tts.adjusted(voice=voice) for voice in voices)
    assert first is tts.adjusted(voice=voices[0])
    assert first != second
    again = first.adjusted(voice=voices[1])
    assert again is not second, "it is kept with the voice that it is a variant of"
    assert repr(again) == repr(second)


def test_a_variant_keeps_what_it_is_not_told_to_change() -> None:
    tts = OpenAITTS(api_key="k", voice="alloy")
    cheerful = tts.adjusted(instructions="Cheerfully.")
    both = tts.adjusted(voice="echo").adjusted(instructions="Cheerfully.")
    assert (cheerful.settings.voice, both.settings.voice) == ("alloy", "echo")
    assert both.settings.instructions == "Cheerfully."
