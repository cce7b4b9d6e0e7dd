"""The AsyncAPI document of `WS /v1/speech`, made of the classes of its messages."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any

import attrs

from triolet_adapters.outputs.browser.messages import FASTEST
from triolet_adapters.service.live import _messages as messages
from triolet_adapters.service.live._settings import PARAMETERS

_COUNT = {"type": "integer", "minimum": 0}
_SIMPLE = {str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}}

# Those of the browser's audio (messages.md beside `BrowserOutput`): what they say, and their fields.
_AUDIO_FROM_CLIENT: dict[str, tuple[str, dict[str, Any]]] = {
    "audio.hello": (
        "First on each connection, from a client that acknowledges what it plays.",
        {
            "version": {"const": 1},
            "session": {"type": ["string", "null"], "description": "That of a connection that broke; null: a new one."},
            "played": _COUNT,
            "received": _COUNT,
            "codecs": {"type": "array", "items": {"enum": ["pcm", "opus"]}},
        },
    ),
    "audio.position": (
        "How far the client has played; about five times a second, and at once when it begins to play, stops, or runs dry.",
        {
            "played": _COUNT,
            "buffered": _COUNT,
            "underruns": _COUNT,
            "pace": {
                "type": "number",
                "minimum": 0,
                "maximum": FASTEST,
                "default": 0,
                "description": "Seconds of audio that it plays in a second until its next message: 1 while it plays. Left out by a "
                "client that does not tell at once when that changes; such a one had better tell twenty times a second.",
            },
        },
    ),
    "audio.cleared": ("The answer to `audio.clear`.", {"id": _COUNT, "played": _COUNT}),
    "audio.state": ("The client's sound was started or stopped.", {"state": {"type": "string"}}),
    "audio.bye": ("The client leaves and does not come back.", {}),
}
_AUDIO_FROM_SERVER: dict[str, tuple[str, dict[str, Any]]] = {
    "audio.open": (
        "The format of the audio that follows.",
        {
            "version": {"const": 1},
            "session": {"type": "string"},
            "rate": {**_COUNT, "description": "Samples a second."},
            "codec": {"enum": ["pcm", "opus"]},
            "place": {**_COUNT, "description": "The sample with which it goes on, counted from the session's first."},
            "jitter": {"type": "number", "description": "Seconds that should be there before it is played."},
        },
    ),
    "audio.clear": ("Drop what was sent before; answer with `audio.cleared`.", {"id": _COUNT}),
    "audio.pause": ("Stop the sound where it is.", {}),
    "audio.resume": ("Go on.", {}),
    "audio.end": ("All of an answer was sent: play what is there.", {}),
}


def asyncapi() -> dict[str, Any]:
    """The document."""
    sent = {kind.TYPE: _message(kind) for kind in messages.FROM_CLIENT}
    sent |= {name: _audio(name, *said) for name, said in _AUDIO_FROM_CLIENT.items()}
    told = {kind.TYPE: _message(kind) for kind in messages.FROM_SERVER}
    told |= {name: _audio(name, *said) for name, said in _AUDIO_FROM_SERVER.items()}
    told["audio"] = {
        "name": "audio",
        "summary": "Binary: 8 bytes, the place of the first sample (unsigned, little-endian); then 16-bit little-endian samples, mono.",
        "contentType": "application/octet-stream",
    }
    sent["token"] = {
        "name": "token",
        "summary": "A text message that is no JSON object with a `type` is more text of the turn.",
        "contentType": "text/plain",
        "payload": {"type": "string"},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Triolet: speech while the text is written", "version": str(messages.VERSION)},
        "defaultContentType": "application/json",
        "channels": {
            "speech": {
                "address": "/v1/speech",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in (*sent, *told)},
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "query": {
                            "type": "object",
                            "properties": {name: dict(schema) for name, schema in PARAMETERS.items()},
                            "additionalProperties": False,
                        },
                    }
                },
            }
        },
        "operations": {
            "say": _operation("receive", "What a client sends.", sent),
            "tell": _operation("send", "What the service sends.", told),
        },
        "components": {"messages": sent | told},
    }


def _operation(action: str, summary: str, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/speech"},
        "messages": [{"$ref": f"#/channels/speech/messages/{name}"} for name in known],
    }


def _message(kind: type[messages.Message]) -> dict[str, Any]:
    hints = messages.hints(kind)
    properties: dict[str, Any] = {"type": {"const": kind.TYPE}}
    for field in attrs.fields(kind):
        properties[field.name] = {**_schema(hints[field.name]), "description": field.metadata["description"]}
    from_server = kind in messages.FROM_SERVER
    required = [field.name for field in attrs.fields(kind) if from_server or field.default is attrs.NOTHING]
    return _described(kind.TYPE, " ".join((kind.__doc__ or "").split()), properties, required, closed=not from_server)


def _audio(name: str, summary: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    required = [field for field, schema in fields.items() if "default" not in schema]
    return _described(name, summary, {"type": {"const": name}, **fields}, required, closed=False)


def _described(
    name: str, summary: str, properties: Mapping[str, Any], required: list[str], *, closed: bool
) -> dict[str, Any]:
    payload: dict[str, Any] = {"type": "object", "properties": dict(properties), "required": ["type", *required]}
    if closed:
        payload["additionalProperties"] = False
    return {"name": name, "summary": summary, "payload": payload}


def _schema(hint: object) -> dict[str, Any]:
    if isinstance(hint, types.UnionType):
        [plain] = [each for each in typing.get_args(hint) if each is not types.NoneType]
        return {"type": [_SIMPLE[plain]["type"], "null"]}
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": {"type": "object"}}
    assert isinstance(hint, type)
    return dict(_SIMPLE[hint])
