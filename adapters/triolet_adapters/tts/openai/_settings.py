"""What one can ask of `/v1/audio/speech`, checked when it is said."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal, get_args

import attrs

from triolet_adapters.tts.frame import between, one_of, require_text

ResponseFormat = Literal["pcm", "wav", "mp3", "opus", "aac", "flac"]
FORMATS: tuple[str, ...] = get_args(ResponseFormat)
"""The values of `response_format`."""
StreamFormat = Literal["audio", "sse"]
STREAM_FORMATS: tuple[str, ...] = get_args(StreamFormat)
"""The values of `stream_format`."""
SPEED = (0.25, 4.0)
"""The slowest and the fastest."""
VOICES = (
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse",
)  # fmt: skip
"""Built-in voices of OpenAI (SDK 3.57.0). The list grows: another name is a warning."""
MAX_INPUT = 4096
"""Characters of one request, of OpenAI (SDK 3.57.0)."""
_OLD = ("tts-1", "tts-1-hd")
_OURS = frozenset({"model", "input", "voice", "response_format", "stream_format", "speed", "instructions"})


@attrs.frozen(kw_only=True)
class OpenAISettings:
    """The fields of a request but its text. None leaves a field out.

    Raises:
        ValueError: what the API, or the model, does not take.
    """

    model: str
    voice: str
    """The name of a voice; or the id of one of your own at OpenAI, `voice_...`, which is sent as it wants it."""
    response_format: ResponseFormat = "pcm"
    stream_format: StreamFormat | None = None
    speed: float | None = None
    """0.25 to 4."""
    instructions: str | None = None
    sample_rate: int | None = None
    """Asked for where a service resamples."""
    extra: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    """Further fields, for services that have more."""

    def __attrs_post_init__(self) -> None:
        require_text("model", self.model)
        require_text("voice", self.voice)
        one_of("response_format", self.response_format, FORMATS)
        if self.stream_format is not None:
            one_of("stream_format", self.stream_format, STREAM_FORMATS)
        between("speed", self.speed, *SPEED)
        if self.instructions is not None:
            require_text("instructions", self.instructions)
        if ours := sorted(_OURS & set(self.extra)):
            raise ValueError(f"extra has {', '.join(ours)}, which have settings of their own")

    def check_openai(self) -> None:
        """Check what holds at OpenAI alone."""
        if self.model in _OLD and self.stream_format == "sse":
            raise ValueError(f"stream_format is 'sse', which {self.model} does not have; use 'audio'")
        if self.model in _OLD and self.instructions is not None:
            raise ValueError(f"{self.model} takes no instructions; use gpt-4o-mini-tts")
        if self.voice not in VOICES and not self.voice.startswith("voice_"):
            warnings.warn(f"voice {self.voice!r} is not known: {', '.join(VOICES)}", stacklevel=4)

    def to_wire(self, text: str) -> dict[str, Any]:
        """The body of a request."""
        voice: Any = {"id": self.voice} if self.voice.startswith("voice_") else self.voice
        fields = attrs.asdict(self, filter=lambda field, _value: field.name not in ("voice", "extra"))
        return {"input": text, "voice": voice, **fields, **self.extra}
