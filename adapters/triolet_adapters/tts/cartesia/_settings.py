"""What one can ask of Cartesia, checked when it is said.

Read on 2026-11-28: the SDK `cartesia` 4.2.0 (types/) and docs.cartesia.ai (the TTS WebSocket, contexts, errors, limits). Limits of a plan
there: contexts at a time, 2 (free), 3 (Pro), 5 (Startup), 15 (Scale); ten times as many connections. One context more gets an error, 429.
A connection is closed after 5 minutes without a generation.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from triolet_adapters.tts.frame import between, one_of, require_text

DEFAULT_MODEL = "sonic-3.5"
"""The stable one that the vendor's documents name; `sonic-3.5-2026-05-04` is a snapshot of it."""
DEFAULT_VOICE = "f786b574-daa5-4673-aa0c-cbe3e8534c02"
"""Katie: what the documents advise for agents, in English."""
VERSION = "2026-03-01"
"""Of the API: the first in which errors are structured. The SDK 4.2.0 asks for 2026-08-14."""

Encoding = Literal["pcm_s16le", "pcm_mulaw", "pcm_alaw"]
ENCODINGS = {"pcm_s16le": "pcm", "pcm_mulaw": "mulaw", "pcm_alaw": "alaw"}
"""Those that are decoded here, as decoders name them. The service has `pcm_f32le` as well, which is twice as long."""
RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
"""Samples a second, of all encodings."""

LANGUAGES = (
    "en", "fr", "de", "es", "pt", "zh", "ja", "hi", "it", "ko", "nl", "pl", "ru", "sv", "tr", "tl", "bg", "ro", "ar", "cs", "el", "fi",
    "hr", "ms", "sk", "da", "ta", "uk", "hu", "no", "vi", "bn", "th", "he", "ka", "id", "te", "gu", "kn", "ml", "mr", "pa", "or", "ur",
)  # fmt: skip
"""SDK 4.2.0, types/supported_language.py."""

EMOTIONS = (
    "neutral", "happy", "excited", "enthusiastic", "elated", "euphoric", "triumphant", "amazed", "surprised", "flirtatious", "curious",
    "content", "peaceful", "serene", "calm", "grateful", "affectionate", "trust", "sympathetic", "anticipation", "mysterious", "angry",
    "mad", "outraged", "frustrated", "agitated", "threatened", "disgusted", "contempt", "envious", "sarcastic", "ironic", "sad",
    "dejected", "melancholic", "disappointed", "hurt", "guilty", "bored", "tired", "rejected", "nostalgic", "wistful", "apologetic",
    "hesitant", "insecure", "confused", "resigned", "anxious", "panicked", "alarmed", "scared", "proud", "confident", "distant",
    "skeptical", "contemplative", "determined",
)  # fmt: skip
"""SDK 4.2.0, types/emotion.py."""


@attrs.frozen(kw_only=True)
class CartesiaSettings:
    """The settings of a session. None leaves a field out, so the service's own default holds.

    Raises:
        ValueError: a value that the service documents as not allowed.
    """

    voice: str = DEFAULT_VOICE
    """The id of a voice, not its name."""
    model: str = DEFAULT_MODEL
    language: str | None = None
    """The language of the text, which the model must know: `en`, or with a region, `en-GB`."""
    encoding: Encoding = "pcm_s16le"
    sample_rate: int = 24_000
    speed: float | None = None
    """0.6 to 1.5."""
    volume: float | None = None
    """0.5 to 2."""
    emotion: str | None = None
    """One of `EMOTIONS`; voices differ in how well they do it."""
    pronunciation_dict: str | None = None
    """The id of a dictionary of one's own."""
    version: str = VERSION

    def __attrs_post_init__(self) -> None:
        for name in ("voice", "model", "version"):
            require_text(name, getattr(self, name))
        if not all(character.isalnum() or character == "-" for character in self.voice):
            raise ValueError(f"voice is {self.voice!r}; it must be the id of a voice (GET /voices), not its name")
        one_of("encoding", self.encoding, ENCODINGS)
        one_of("sample_rate", self.sample_rate, RATES)
        between("speed", self.speed, 0.6, 1.5)
        between("volume", self.volume, 0.5, 2)
        if self.emotion is not None:
            one_of("emotion", self.emotion, EMOTIONS)
        if self.language is not None:
            one_of("language", self.language.partition("-")[0], LANGUAGES)
        if self.pronunciation_dict is not None:
            require_text("pronunciation_dict", self.pronunciation_dict)

    def request(self, context: str, text: str) -> dict[str, Any]:
        """The message that says a text in a context of its own. Its times are those of the text as it was sent."""
        manner = {"speed": self.speed, "volume": self.volume, "emotion": self.emotion}
        fields: dict[str, Any] = {
            "model_id": self.model,
            "transcript": text,
            "voice": {"mode": "id", "id": self.voice},
            "language": self.language,
            "context_id": context,
            "output_format": {"container": "raw", "encoding": self.encoding, "sample_rate": self.sample_rate},
            "add_timestamps": True,
            "use_normalized_timestamps": False,
            "continue": False,
            "generation_config": {name: value for name, value in manner.items() if value is not None} or None,
            "pronunciation_dict_id": self.pronunciation_dict,
        }
        return {name: value for name, value in fields.items() if value is not None}
