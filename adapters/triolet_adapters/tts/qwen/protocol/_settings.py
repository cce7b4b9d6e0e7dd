"""What a session can be asked for, checked when it is said."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import attrs

from triolet_adapters.tts.qwen.protocol import _voices as voices

DEFAULT_MODEL = "qwen3-tts-flash-realtime"
INSTRUCT_MODEL = "qwen3-tts-instruct-flash-realtime"

LANGUAGE_CODES = {
    "Auto": "auto", "Chinese": "zh", "English": "en", "German": "de", "Italian": "it", "Portuguese": "pt", "Spanish": "es",
    "Japanese": "ja", "Korean": "ko", "French": "fr", "Russian": "ru",
}  # fmt: skip
"""The values of `language_type`, each with its ISO 639-1 code."""
LANGUAGES = tuple(LANGUAGE_CODES)
FORMATS = ("pcm", "wav", "mp3", "opus")
SAMPLE_RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
"""22050 and 44100 are in the vendor's SDK only."""

Mode = Literal["commit", "server_commit"]
ResponseFormat = Literal["pcm", "wav", "mp3", "opus"]


@attrs.frozen
class Series:
    """A family of models that take the same settings."""

    name: str
    voices: tuple[str, ...] = ()
    """Known system voices; empty where voices are one's own."""
    tunable: bool = True
    """Takes rate, volume, pitch, bit rate, formats other than pcm and sample rates other than 24000."""
    instructions: bool = False


def series_of(model: str) -> Series:
    """What is known of a model by its name; a model that is not known may take everything."""
    if model.startswith("qwen3-tts-instruct-flash"):
        return Series("instruct", voices.FLASH, instructions=True)
    if model.startswith("qwen3-tts-flash"):
        return Series("flash", voices.FLASH_2025_09_18 if "2025-09-18" in model else voices.FLASH)
    if model.startswith("qwen3-tts-vc"):
        return Series("voice clone")
    if model.startswith("qwen3-tts-vd"):
        return Series("voice design")
    if model.startswith("qwen-tts-"):
        return Series("legacy", voices.LEGACY, tunable=False)
    return Series("unknown", instructions=True)


@attrs.frozen(kw_only=True)
class QwenSettings:
    """The settings of a session. None leaves a field out, so the service's own default holds.

    Raises:
        ValueError: a value that the service documents as not allowed, or that the model's series does not take.
    """

    model: str = DEFAULT_MODEL
    voice: str = "Cherry"
    mode: Mode = "commit"
    """`commit`: one response a commit. `server_commit`: the service cuts the text itself and holds audio back until more
    text comes or the session is finished."""
    language_type: str = "Auto"
    response_format: ResponseFormat = "pcm"
    sample_rate: int = 24_000
    speech_rate: float | None = None
    """0.5 to 2.0, service's default 1.0."""
    volume: int | None = None
    """0 to 100, service's default 50."""
    pitch_rate: float | None = None
    """0.5 to 2.0, service's default 1.0."""
    bit_rate: int | None = None
    """6 to 510 kbit/s, service's default 128; for opus and mp3."""
    instructions: str | None = None
    """How to speak, in English or Chinese; at most 1600 tokens, which only the service can count."""
    optimize_instructions: bool | None = None
    enable_tn: bool | None = None
    """Text normalisation; not documented, taken from the vendor's SDKs."""

    def __attrs_post_init__(self) -> None:
        _require_text("model", self.model)
        _require_text("voice", self.voice)
        if "-realtime" not in self.model:
            raise ValueError(
                f"model is {self.model!r}; models of this protocol end in -realtime or -realtime-DATE, such as {DEFAULT_MODEL}"
            )
        _one_of("mode", self.mode, ("commit", "server_commit"))
        _one_of("language_type", self.language_type, LANGUAGES)
        _one_of("response_format", self.response_format, FORMATS)
        _one_of("sample_rate", self.sample_rate, SAMPLE_RATES)
        _between("speech_rate", self.speech_rate, 0.5, 2.0)
        _between("volume", self.volume, 0, 100, whole=True)
        _between("pitch_rate", self.pitch_rate, 0.5, 2.0)
        _between("bit_rate", self.bit_rate, 6, 510, whole=True)
        self._check_series(series_of(self.model))

    def _check_series(self, series: Series) -> None:
        if series.voices and self.voice not in series.voices:
            near = voices.near(self.voice, series.voices)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            warnings.warn(f"voice {self.voice!r} is not known for {self.model}{hint}", stacklevel=5)
        if self.bit_rate is not None and self.response_format not in ("opus", "mp3"):
            raise ValueError(
                f"bit_rate is {self.bit_rate}, response_format {self.response_format!r}; only opus and mp3 have one"
            )
        if not series.instructions and (self.instructions is not None or self.optimize_instructions is not None):
            field = "instructions" if self.instructions is not None else "optimize_instructions"
            raise ValueError(f"{self.model} takes no {field}; use {INSTRUCT_MODEL}")
        if self.optimize_instructions and not self.instructions:
            raise ValueError("optimize_instructions has no effect without instructions")
        if not series.tunable:
            for name in ("speech_rate", "volume", "pitch_rate", "bit_rate"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{self.model} takes no {name}; use {DEFAULT_MODEL}")
            if (self.response_format, self.sample_rate) != ("pcm", 24_000):
                raise ValueError(
                    f"response_format is {self.response_format!r} and sample_rate {self.sample_rate}; {self.model} gives pcm at 24000 only"
                )

    def to_wire(self) -> dict[str, Any]:
        """The `session` object of `session.update`; the model is in the URL."""
        return {name: value for name, value in attrs.asdict(self).items() if value is not None and name != "model"}


def _require_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is {value!r}; it must be a name")


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed or isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(str, allowed))}")


def _between(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    if value is None:
        return
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} is {value!r}; it must be {kind} from {low} to {high}")
