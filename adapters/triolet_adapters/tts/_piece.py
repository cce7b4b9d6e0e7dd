"""What a voice on this machine speaks at once."""

from __future__ import annotations

import attrs

AT_COMMA, AT_END = 0.15, 0.4
"""Seconds of pause: what readers leave at a comma and between two sentences."""


@attrs.frozen
class Piece:
    """What is spoken at once."""

    phonemes: str
    pause: float
    """Seconds of silence behind it, unless nothing follows."""
