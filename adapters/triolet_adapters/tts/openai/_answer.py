"""What a server of OpenAI's speech API answers, besides audio: events and their usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triolet_adapters.shared.json import dumps, to_base64


def audio_event(data: bytes) -> bytes:
    """The event that carries a piece of audio."""
    return event({"type": "speech.audio.delta", "audio": to_base64(data)})


def done_event(text: str, seconds: float) -> bytes:
    """The event that ends the stream, with what it has cost."""
    # What a token of audio is, is not documented: 20 a second is what prices by the minute come to.
    tokens = {"input_tokens": len(text) // 4 + 1, "output_tokens": round(20 * seconds)}
    return event({"type": "speech.audio.done", "usage": {**tokens, "total_tokens": sum(tokens.values())}})


def event(fields: Mapping[str, Any]) -> bytes:
    """An event of an event stream."""
    return b"event: %s\ndata: %s\n\n" % (fields["type"].encode(), dumps(fields).encode())
