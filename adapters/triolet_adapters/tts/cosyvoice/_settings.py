"""What one can ask of this protocol's models, checked when it is said.

Read on 2026-11-28: the SDK `dashscope` 2.0.2 (audio/tts_v2) and the vendor's pages of client events, of the WebSocket and of rate limits
(help.aliyun.com/zh/model-studio: cosyvoice-client-events, cosyvoice-websocket-api, rate-limit).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import attrs

from triolet_adapters.tts.frame import between, one_of, require_text

DEFAULT_MODEL = "cosyvoice-v3-flash"
DEFAULT_VOICE = "longanyang"
"""The voice of the vendor's own examples for this model."""

ResponseFormat = Literal["pcm", "wav", "mp3", "opus"]
FORMATS = ("pcm", "wav", "mp3", "opus")
SAMPLE_RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
_OPUS_RATES = (8_000, 16_000, 24_000, 48_000)
"""Opus has no others (RFC 6716); the SDK lists the same."""

_FAMILIES = ("cosyvoice-", "qwen-audio-")
_VERSION = re.compile(r"cosyvoice-v(\d)")
_LANGUAGE = re.compile("[a-z]{2,3}")
_VOICE_VERSION = re.compile(r"_v(\d)$")
_LONGEST_INSTRUCTION = 128
"""Characters (SDK 2.0.2, docstring of `SpeechSynthesizer`)."""

Pairs = tuple[tuple[str, str], ...]


def _pairs(given: Mapping[str, str] | Pairs) -> Pairs:
    return tuple(given.items()) if isinstance(given, Mapping) else tuple(given)


@attrs.frozen
class HotFix:
    """Words that the voice says in another way.

    Raises:
        ValueError: a word is empty, or is given something that is no text.
    """

    pronunciation: Pairs = attrs.field(default=(), converter=_pairs)
    """How words are pronounced, in pinyin with tones: `{"草地": "cao3 di4"}`."""
    replace: Pairs = attrs.field(default=(), converter=_pairs)
    """What is said instead of words. Of such words there are no times, since the service tells of those that it says."""

    def __attrs_post_init__(self) -> None:
        for name in ("pronunciation", "replace"):
            for word, said in getattr(self, name):
                require_text(f"a word of {name}", word)
                require_text(f"{name} of {word!r}", said)

    def to_wire(self) -> dict[str, list[dict[str, str]]]:
        """The parameter `hot_fix`."""
        both = {"pronunciation": self.pronunciation, "replace": self.replace}
        return {name: [{word: said} for word, said in pairs] for name, pairs in both.items() if pairs}


@attrs.frozen(kw_only=True)
class CosyVoiceSettings:
    """The settings of a task. None leaves a field out, so the service's own default holds.

    Raises:
        ValueError: a value that the service documents as not allowed, or a voice of another version of the model.
    """

    model: str = DEFAULT_MODEL
    voice: str = DEFAULT_VOICE
    response_format: ResponseFormat = "pcm"
    sample_rate: int = 24_000
    speech_rate: float | None = None
    """0.5 to 2.0, service's default 1.0."""
    volume: int | None = None
    """0 to 100, service's default 50."""
    pitch_rate: float | None = None
    """0.5 to 2.0, service's default 1.0."""
    bit_rate: int | None = None
    """6 to 510 kbit/s, service's default 32; for opus and mp3."""
    seed: int | None = None
    """0 to 65535, service's default 0."""
    language: str | None = None
    """A code such as zh, en, fr, de, ja, ko or ru (`language_hints`, of which the service takes the first)."""
    instructions: str | None = None
    """How to speak, in the words that the vendor's list of voices gives; at most 128 characters."""
    hot_fix: HotFix | None = None
    word_times: bool | None = None
    """Whether the service tells when it says each word (`word_timestamp_enabled`). None: yes, where the model has it."""

    def __attrs_post_init__(self) -> None:
        require_text("model", self.model)
        require_text("voice", self.voice)
        if not self.model.startswith(_FAMILIES) or self.model.endswith("-realtime"):
            raise ValueError(
                f"model is {self.model!r}; models of this protocol begin with cosyvoice- or qwen-audio-, such as {DEFAULT_MODEL}; "
                "QwenTTS has those whose names end in -realtime"
            )
        one_of("response_format", self.response_format, FORMATS)
        one_of("sample_rate", self.sample_rate, _OPUS_RATES if self.response_format == "opus" else SAMPLE_RATES)
        between("speech_rate", self.speech_rate, 0.5, 2.0)
        between("volume", self.volume, 0, 100, whole=True)
        between("pitch_rate", self.pitch_rate, 0.5, 2.0)
        between("bit_rate", self.bit_rate, 6, 510, whole=True)
        between("seed", self.seed, 0, 65_535, whole=True)
        if self.bit_rate is not None and self.response_format not in ("opus", "mp3"):
            raise ValueError(
                f"bit_rate is {self.bit_rate}, response_format {self.response_format!r}; only opus and mp3 have one"
            )
        if self.language is not None and not _LANGUAGE.fullmatch(self.language):
            raise ValueError(f"language is {self.language!r}; it must be a code such as zh or en")
        if self.instructions is not None and len(self.instructions) > _LONGEST_INSTRUCTION:
            raise ValueError(
                f"instructions have {len(self.instructions)} characters; the service takes {_LONGEST_INSTRUCTION}"
            )
        self._check_version()

    def _check_version(self) -> None:
        model, voice = _VERSION.match(self.model), _VOICE_VERSION.search(self.voice)
        if model is not None and voice is not None and model[1] != voice[1]:
            raise ValueError(
                f"voice is {self.voice!r}, model {self.model!r}; a voice whose name ends in _v{voice[1]} needs a model of that version"
            )
        if model is not None and model[1] == "1":
            for name in ("seed", "language", "bit_rate"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{self.model} takes no {name}; use {DEFAULT_MODEL}")
            if self.response_format == "opus":
                raise ValueError(f"response_format is 'opus'; {self.model} has pcm, wav and mp3")

    @property
    def tells_words(self) -> bool:
        """Whether word times are asked for."""
        return not self.model.startswith("cosyvoice-v1") if self.word_times is None else self.word_times

    def to_wire(self) -> dict[str, Any]:
        """The parameters of a `run-task`."""
        fields: dict[str, Any] = {
            "text_type": "PlainText",
            "voice": self.voice,
            "format": self.response_format,
            "sample_rate": self.sample_rate,
            "rate": self.speech_rate,
            "volume": self.volume,
            "pitch": self.pitch_rate,
            "bit_rate": self.bit_rate,
            "seed": self.seed,
            "language_hints": None if self.language is None else [self.language],
            "instruction": self.instructions,
            "hot_fix": None if self.hot_fix is None else self.hot_fix.to_wire(),
            "word_timestamp_enabled": self.tells_words or None,
        }
        return {name: value for name, value in fields.items() if value is not None}
