"""`GET /v1/voices`: what there is to speak with."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from triolet_adapters.service.process import Service
from triolet_adapters.service.voices import ServedVoice
from triolet_adapters.shared.json import dumps


class Voices:
    """The handler."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def list(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            Refused: the caller may not know.
        """
        self._service.guard.check_place(request.headers)
        self._service.guard.caller(request.headers)
        models = [_shown(served) for served in self._service.voices.models.values()]
        return Response(
            dumps({"default": self._service.voices.default.name, "models": models}), media_type="application/json"
        )


def _shown(served: ServedVoice) -> dict[str, Any]:
    speeds = None if served.speeds is None else [*served.speeds]
    return {
        "model": served.name,
        "voices": [*served.voices],
        "voice": served.default,
        "language": served.language,
        "speed": speeds,
    }
