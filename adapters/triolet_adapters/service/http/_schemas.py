"""What requests look like, as JSON Schema: requests are checked by it, and it is published."""

from __future__ import annotations

import functools
from typing import Any

from triolet_adapters.service.config import Limits
from triolet_adapters.tts.openai import FORMATS, SPEED, STREAM_FORMATS

SAMPLE_RATE = 24_000
"""Samples a second of the audio, as of OpenAI's, whatever the voice has."""

_TEXT = {"type": "string"}


@functools.lru_cache(maxsize=4)  # of the configurations of a process: one, and those of tests
def speech_request(limits: Limits) -> dict[str, Any]:
    """The body of `POST /v1/audio/speech`."""
    return {
        "type": "object",
        "required": ["input"],
        "additionalProperties": False,
        "properties": {
            "input": {
                "type": "string",
                "minLength": 1,
                "maxLength": limits.characters,
                "description": "What to say: plain text or Markdown.",
            },
            "model": {
                "type": ["string", "null"],
                "description": "A model of GET /v1/voices. Default: the service's.",
            },
            "voice": {
                "oneOf": [
                    _TEXT,
                    {"type": "object", "required": ["id"], "properties": {"id": _TEXT}, "additionalProperties": False},
                    {"type": "null"},
                ],
                "description": "A voice of the model. Default: the model's.",
            },
            "response_format": {"type": ["string", "null"], "enum": [*FORMATS, None], "description": "Default: mp3."},
            "stream_format": {
                "type": ["string", "null"],
                "enum": [*STREAM_FORMATS, None],
                "description": "audio: the bytes of the format, while they are made. sse: events with pieces of them. Default: audio.",
            },
            "speed": {
                "type": ["number", "null"],
                "minimum": SPEED[0],
                "maximum": SPEED[1],
                "description": "Default: 1.",
            },
            "instructions": {
                "type": ["string", "null"],
                "maxLength": limits.characters,
                "description": "How to speak, in words, where the voice takes instructions.",
            },
            "language": {
                "type": ["string", "null"],
                "minLength": 2,
                "maxLength": 35,
                "description": "The language of the text, as a tag such as en-GB. Default: the voice's, or found out from the text.",
            },
        },
    }
