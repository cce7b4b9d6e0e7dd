"""What one can ask of ElevenLabs, checked when it is said.

Read on 2026-11-28: the SDK `elevenlabs` 2.78.0 (types/) and the vendor's reference of the multi-context WebSocket. Limits of a
plan, characters and sessions at a time, are not told on this connection.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import attrs

from triolet_adapters.tts.frame import between, one_of, require_text

DEFAULT_MODEL = "eleven_flash_v2_5"
"""The fastest that this protocol has; about 75 ms, as the vendor says."""
DEFAULT_VOICE = "JBFqnCBsd6RMkjVDRZzb"
"""The voice of the SDK's own examples."""

OutputFormat = Literal[
    "pcm_8000", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_44100", "pcm_48000",
    "mp3_22050_32", "mp3_44100_32", "mp3_44100_64", "mp3_44100_96", "mp3_44100_128", "mp3_44100_192",
    "ulaw_8000",
]  # fmt: skip
FORMATS: tuple[str, ...] = get_args(OutputFormat)
"""Those of the service that can be decoded here as they stream."""

Normalization = Literal["auto", "on", "off"]

MAX_INACTIVITY = 180
"""Seconds: the most that the vendor allows for `inactivity_timeout`; its default is 20."""


@attrs.frozen(kw_only=True)
class ElevenLabsSettings:
    """The settings of a session. None leaves a field out, so the service's own default holds.

    Raises:
        ValueError: a value that the service documents as not allowed.
    """

    voice: str = DEFAULT_VOICE
    """The id of a voice, not its name."""
    model: str = DEFAULT_MODEL
    output_format: OutputFormat = "pcm_24000"
    language_code: str | None = None
    """An ISO 639-1 code, which the model must know."""
    stability: float | None = None
    """0 to 1."""
    similarity_boost: float | None = None
    """0 to 1."""
    style: float | None = None
    """0 to 1."""
    speed: float | None = None
    """0.7 to 1.2."""
    use_speaker_boost: bool | None = None
    apply_text_normalization: Normalization | None = None
    seed: int | None = None
    """0 to 4294967295."""
    inactivity_timeout: int = MAX_INACTIVITY
    """Seconds after which the service closes a silent connection, 1 to 180."""

    def __attrs_post_init__(self) -> None:
        require_text("voice", self.voice)
        if not all(character.isalnum() for character in self.voice):
            raise ValueError(f"voice is {self.voice!r}; it must be the id of a voice (GET /v1/voices), not its name")
        require_text("model", self.model)
        one_of("output_format", self.output_format, FORMATS)
        for name in ("stability", "similarity_boost", "style"):
            between(name, getattr(self, name), 0, 1)
        between("speed", self.speed, 0.7, 1.2)
        between("seed", self.seed, 0, 2**32 - 1, whole=True)
        between("inactivity_timeout", self.inactivity_timeout, 1, MAX_INACTIVITY, whole=True)
        if self.apply_text_normalization is not None:
            one_of("apply_text_normalization", self.apply_text_normalization, ("auto", "on", "off"))
        if self.language_code is not None:
            require_text("language_code", self.language_code)

    @property
    def codec(self) -> str:
        """The format as decoders name it."""
        kind = self.output_format.partition("_")[0]
        return "mulaw" if kind == "ulaw" else kind

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return int(self.output_format.split("_")[1])

    def query(self) -> dict[str, str]:
        """The fields of the URL. Whole phrases are sent, so the service need not wait for more of them (`auto_mode`)."""
        fields: dict[str, Any] = {
            "model_id": self.model,
            "output_format": self.output_format,
            "language_code": self.language_code,
            "apply_text_normalization": self.apply_text_normalization,
            "seed": self.seed,
            "inactivity_timeout": self.inactivity_timeout,
            "auto_mode": "true",
            "sync_alignment": "true",
        }
        return {name: str(value) for name, value in fields.items() if value is not None}

    def voice_settings(self) -> dict[str, Any]:
        """The object `voice_settings` of a context's first message."""
        names = ("stability", "similarity_boost", "style", "speed", "use_speaker_boost")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}
