"""`/openapi.json`: what is served over HTTP, made of the schemas that requests are checked by, and of the voices that there are."""

from __future__ import annotations

import contextlib
import functools
import itertools
import string
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from triolet import SentenceSegmenter
from triolet_adapters.service.http._schemas import speech_request
from triolet_adapters.service.process import Service
from triolet_adapters.service.voices import ServedVoice
from triolet_adapters.shared.json import dumps

_ERROR: Mapping[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string", "description": "What is wrong, and what to do."},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"], "description": "The field that is wrong."},
                "code": {"type": "string"},
            },
        }
    },
}
_STATUS: Mapping[str, Any] = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
_MODELS: Mapping[str, Any] = {
    "type": "object",
    "required": ["default", "models"],
    "properties": {
        "default": {"type": "string"},
        "models": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["model", "voices", "voice", "language", "speed"],
                "properties": {
                    "model": {"type": "string"},
                    "voices": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Empty: what its vendor has.",
                    },
                    "voice": {"type": ["string", "null"], "description": "The one where none is named."},
                    "language": {"type": "string", "description": "Of the text, where none is named."},
                    "speed": {
                        "type": ["array", "null"],
                        "items": {"type": "number"},
                        "description": "Slowest, fastest.",
                    },
                },
            },
        },
    },
}
_PROVIDER: Mapping[str, Any] = {
    "type": "object",
    "required": ["provider", "up", "speaks", "since", "reason", "commits"],
    "properties": {
        "provider": {"type": "string"},
        "up": {"type": ["boolean", "null"], "description": "null: it was not asked yet."},
        "speaks": {"type": "boolean", "description": "Whether the next session is opened on it."},
        "since": {"type": ["string", "null"], "format": "date-time", "description": "When it went down or came back."},
        "reason": {"type": ["string", "null"], "description": "Why it went down last, without words of the service."},
        "commits": {"type": "integer", "description": "Phrases that it was given."},
    },
}
_SERVICES: Mapping[str, Any] = {
    "type": "object",
    "required": ["default", "models", "language_model", "draining", "turns"],
    "properties": {
        "default": {"type": "string"},
        "models": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["model", "up", "providers"],
                "properties": {
                    "model": {"type": "string"},
                    "up": {
                        "type": ["boolean", "null"],
                        "description": "Whether any provider is; null: none was asked yet.",
                    },
                    "providers": {"type": "array", "items": _PROVIDER, "description": "In the order of preference."},
                },
            },
        },
        "language_model": {"type": "boolean"},
        "draining": {"type": "boolean"},
        "turns": {"type": "integer", "description": "Turns and live connections now."},
    },
}
_AUDIO = ("audio/mpeg", "audio/ogg", "audio/aac", "audio/flac", "audio/wav", "audio/pcm")
_REFUSALS = {
    400: "A field is missing, unknown or wrong.",
    401: "No key, or a wrong one.",
    403: "A web page that may not use this service.",
    404: "There is no such model.",
    408: "The body was not complete in time.",
    413: "The body is too long.",
    415: "The body is no JSON.",
    421: "A name that this service does not answer to.",
    429: "The key has had its share. `Retry-After` says when to try again.",
    502: "The voice has failed.",
    503: "The service is full, about to end, or its voice is busy. `Retry-After` says when to try again.",
}
_WAITS = {429, 503}


class OpenAPI:
    """The handler. It asks for no key: a client generator has none."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._document: str | None = None

    async def answer(self, _: Request) -> Response:
        """Give the document, which is made the first time."""
        if self._document is None:
            self._document = dumps(document(self._service))
        return Response(self._document, media_type="application/json")


def document(service: Service) -> dict[str, Any]:
    """The document of a service."""
    models = service.voices.models.values()
    request = speech_request(service.config.limits)
    fields = {**request["properties"]}
    fields["model"] = {**fields["model"], "enum": [*service.voices.models, None]}
    if all(model.voices for model in models):
        names = dict.fromkeys(name for model in models for name in (*model.voices, *model.aliases))
        name = {"type": "string", "enum": [*names]}
        by_id = {"type": "object", "required": ["id"], "properties": {"id": name}, "additionalProperties": False}
        fields["voice"] = {**fields["voice"], "oneOf": [name, by_id, {"type": "null"}]}
    speeds = [model.speeds or (1.0, 1.0) for model in models]
    fields["speed"] = {
        **fields["speed"],
        "minimum": min(slowest for slowest, _ in speeds),
        "maximum": max(fastest for _, fastest in speeds),
    }
    if not any(_takes_instructions(model) for model in models):
        fields["instructions"] = {**fields["instructions"], "maxLength": 0}
    fields["language"] = {**fields["language"], "pattern": f"^(auto|({'|'.join(_languages())})(-[A-Z]{{2}})?)$"}
    body = {**request, "properties": fields}
    sound = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _AUDIO}
    content = {**sound, "text/event-stream": {}}
    turn = {
        "X-Request-Id": {
            "schema": {"type": "string"},
            "description": "The name of the turn, as logs and traces have it.",
        }
    }
    speech = {
        "operationId": "speak",
        "summary": "Say a text. The audio comes while it is spoken.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": "The audio.", "headers": turn, "content": content},
            **{str(status): _refusal(status) for status in _REFUSALS},
        },
    }
    keyed: dict[str, Any] = {}
    if service.config.keys:
        keyed["security"] = [{"key": []}]
    voices = {
        "operationId": "voices",
        "summary": "The models, each with its voices.",
        "responses": {
            "200": _json("What there is.", _MODELS),
            **{str(status): _refusal(status) for status in (401, 403, 421)},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Triolet", "version": "1", "description": "Speech while the text is still being written."},
        "paths": {
            "/v1/audio/speech": {"post": {**speech, **keyed}},
            "/v1/voices": {"get": {**voices, **keyed}},
            "/v1/status": {"get": {**_services(), **keyed}},
            "/metrics": {"get": {**_metrics(), **keyed}},
            "/healthz": {"get": _health("alive", "Whether the process runs.", 200)},
            "/readyz": {"get": _health("ready", "Whether it takes turns.", 200, 503)},
        },
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}, "schemas": {"Error": _ERROR}},
    }


def _takes_instructions(model: ServedVoice) -> bool:
    try:
        model.make(None).adjusted(instructions="Speak slowly.")
    except ValueError:
        return False
    return True


@functools.cache
def _languages() -> list[str]:
    """The codes of two letters that the engine takes: 180, found in 0.05 s. It takes longer tags as well."""
    known: list[str] = []
    for letters in itertools.product(string.ascii_lowercase, repeat=2):
        with contextlib.suppress(ValueError):
            SentenceSegmenter("".join(letters))
            known.append("".join(letters))
    return known


def _json(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusal(status: int) -> dict[str, Any]:
    answer = _json(_REFUSALS[status], {"$ref": "#/components/schemas/Error"})
    if status in _WAITS:
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return answer


def _services() -> dict[str, Any]:
    refusals = {str(status): _refusal(status) for status in (401, 403, 421)}
    told = _json("What there is, and what was found of it so far.", _SERVICES)
    return {
        "operationId": "status",
        "summary": "Which models and providers are up.",
        "responses": {"200": told, **refusals},
    }


def _metrics() -> dict[str, Any]:
    text = {"description": "Prometheus's text format.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    refusals = {str(status): _refusal(status) for status in (401, 403, 421)}
    return {"operationId": "metrics", "summary": "The figures of the service.", "responses": {"200": text, **refusals}}


def _health(name: str, summary: str, *statuses: int) -> dict[str, Any]:
    responses = {str(status): _json("Yes." if status == 200 else "No.", _STATUS) for status in statuses}
    return {"operationId": name, "summary": summary, "responses": responses}
