"""What one can ask of Deepgram's `/v1/speak`, checked when it is said.

Read on 2026-11-28: the SDK `deepgram-sdk` 7.17.0 (speak/v1) and developers.deepgram.com/docs/tts-ws-flush. Flux (`/v2/speak`) is
another protocol.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from triolet_adapters.tts.frame import between, one_of, require_text

DEFAULT_MODEL = "aura-2-thalia-en"
Encoding = Literal["linear16", "mulaw"]
RATES = {"linear16": (8_000, 16_000, 24_000, 32_000, 48_000), "mulaw": (8_000, 16_000)}
"""Sample rates by encoding."""


@attrs.frozen(kw_only=True)
class DeepgramSettings:
    """The settings of a session.

    Raises:
        ValueError: a value that the service documents as not allowed.
    """

    model: str = DEFAULT_MODEL
    """The voice is part of the model: `aura-2-thalia-en`."""
    encoding: Encoding = "linear16"
    sample_rate: int = 24_000
    speed: float | None = None
    """0.7 to 1.5, where the model has it."""
    mip_opt_out: bool | None = None
    """Whether texts are kept out of the vendor's training. It may change the price."""

    def __attrs_post_init__(self) -> None:
        require_text("model", self.model)
        if self.model.startswith("flux"):
            raise ValueError(
                f"model is {self.model!r}; Flux voices speak another protocol (/v2/speak); use {DEFAULT_MODEL}"
            )
        one_of("encoding", self.encoding, RATES)
        one_of("sample_rate", self.sample_rate, RATES[self.encoding])
        between("speed", self.speed, 0.7, 1.5)

    @property
    def codec(self) -> str:
        """The format as decoders name it."""
        return "pcm" if self.encoding == "linear16" else "mulaw"

    @property
    def language(self) -> str | None:
        """The language in the model's name; None where it has none."""
        last = self.model.rpartition("-")[2]
        return last if len(last) == 2 and last.isalpha() else None

    def query(self) -> dict[str, str]:
        """The fields of the URL."""
        fields: dict[str, Any] = {
            "model": self.model,
            "encoding": self.encoding,
            "sample_rate": self.sample_rate,
            "speed": self.speed,
            "mip_opt_out": None if self.mip_opt_out is None else str(self.mip_opt_out).lower(),
        }
        return {name: str(value) for name, value in fields.items() if value is not None}
