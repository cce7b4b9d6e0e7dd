"""Services that speak OpenAI's speech API, as data."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

import attrs

from triolet_adapters.tts.frame import Price
from triolet_adapters.tts.openai._settings import StreamFormat

_READ = "2026-11-28"


@attrs.frozen(kw_only=True)
class Service:
    """Where a service is and what it takes, as its documents or its source say. None of them was tried here."""

    base_url: str
    """Without `/audio/speech`; those on this machine with the ports they have unless told otherwise."""
    model: str
    """The model that is taken if none is named."""
    voice: str
    """The voice that is taken if none is named."""
    stream_formats: tuple[StreamFormat, ...] = ("audio",)
    """How it streams. Where `sse` is missing, the field `stream_format` is not sent."""
    sample_rate: int = 24_000
    """Samples a second of its pcm, with the model above."""
    sends_rate: bool = False
    """Whether it takes a `sample_rate`, and resamples."""
    extra: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    """Further fields that it needs to stream."""
    source: str
    read: str = _READ
    """The day on which `source` was read."""
    note: str = ""


SERVICES: Mapping[str, Service] = types.MappingProxyType(
    {
        "openai": Service(
            base_url="https://api.openai.com/v1",
            model="gpt-4o-mini-tts",
            voice="alloy",
            stream_formats=("audio", "sse"),
            source="the SDK `openai` 3.57.0 (types/audio/speech_create_params.py); pcm at 24 kHz: the guide on text to speech",
            note="These models are announced to shut down on 2027-01-06. `sse` is not for tts-1 and tts-1-hd.",
        ),
        "kokoro": Service(
            base_url="http://127.0.0.1:8880/v1",
            model="kokoro",
            voice="af_heart",
            extra={"stream": True},
            source="github.com/remsky/Kokoro-FastAPI, api/src/structures/schemas.py and routers/openai_compatible.py",
            note="An unknown field is ignored; errors are FastAPI's (`detail`).",
        ),
        "speaches": Service(
            base_url="http://127.0.0.1:8000/v1",
            model="speaches-ai/Kokoro-82M-v1.0-ONNX",
            voice="af_heart",
            stream_formats=("audio", "sse"),
            sends_rate=True,
            source="github.com/speaches-ai/speaches, src/speaches/routers/speech.py; the name of the model is a guess",
            note="In `sse` the audio is the model's own pcm, whatever response_format is.",
        ),
        "vllm": Service(
            base_url="http://127.0.0.1:8091/v1",
            model="Qwen/Qwen3-TTS-12Hz-1.7B-CustomVoice",
            voice="vivian",
            extra={"stream": True},
            source="huggingface/speech-to-speech, docs/openai-compatible-tts.md (a client of vLLM-Omni)",
            note="`stream` wants response_format pcm. The port is that of its examples.",
        ),
        "localai": Service(
            base_url="http://127.0.0.1:8080/v1",
            model="tts-1",
            voice="alloy",
            source="localai.io, text to audio; that it is compatible is all that was read",
            note="A guess: it makes the whole before it sends it, and the rate is that of the model behind the name.",
        ),
    }
)
"""By the name that `OpenAITTS(service=)` takes."""

_MODELS = "developers.openai.com/api/docs/models"
PRICES: Mapping[str, Price] = types.MappingProxyType(
    {
        "tts-1": Price(amount=15.0, per=1_000_000, source=_MODELS, read=_READ),
        "tts-1-hd": Price(amount=30.0, per=1_000_000, source=_MODELS, read=_READ),
        "gpt-4o-mini-tts": Price(
            amount=12.0,
            per=1_000_000,
            unit="audio tokens",
            source="platform.openai.com/docs/pricing",
            read="2026-05-01",
        ),
    }
)
"""List prices of OpenAI by model. gpt-4o-mini-tts also counts the tokens of the text, at a twentieth of this."""
