"""Audio on its way to the listener: signed 16-bit little-endian mono PCM throughout the engine."""

from __future__ import annotations

import attrs

from triolet._model._text import Phrase

SAMPLE_BYTES = 2
"""Signed 16-bit little-endian: what speech services send and sound devices take, so nothing is converted on the way."""


@attrs.frozen
class AudioFormat:
    """The format of PCM audio: signed 16-bit little-endian, one channel, at a sample rate."""

    sample_rate: int = 24_000
    """Samples a second, 8,000 to 48,000. 24 kHz is what current speech models produce."""

    def __attrs_post_init__(self) -> None:
        if not 8_000 <= self.sample_rate <= 48_000:
            raise ValueError(f"sample_rate is {self.sample_rate}; it must lie between 8000 and 48000")

    def seconds(self, samples: int) -> float:
        """How long so many samples sound."""
        return samples / self.sample_rate

    def samples(self, seconds: float) -> int:
        """How many samples are nearest to so many seconds."""
        return round(seconds * self.sample_rate)

    def silence(self, seconds: float) -> bytes:
        """Zero samples for so many seconds."""
        return bytes(self.samples(seconds) * SAMPLE_BYTES)


@attrs.frozen
class AudioChunk:
    """Whole samples of one phrase."""

    pcm: bytes = attrs.field(repr=lambda pcm: f"<{len(pcm)} bytes>")
    """Whole samples in `format`; may be empty in a chunk that only says that its phrase has ended."""
    format: AudioFormat
    phrase: Phrase
    offset: int
    """Which sample of the phrase's audio the first of these is."""
    final: bool = False
    """No audio of this phrase follows."""

    def __attrs_post_init__(self) -> None:
        if len(self.pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(self.pcm)} bytes are no whole number of 16-bit samples")

    @property
    def samples(self) -> int:
        """How many samples it holds."""
        return len(self.pcm) // SAMPLE_BYTES
