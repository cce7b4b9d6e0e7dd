"""`GET /metrics`: the figures of this process, or of all workers, for Prometheus."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from triolet_adapters.service.process import Service
from triolet_adapters.watching import CONTENT_TYPE


class Metrics:
    """The handler. Where keys are configured it asks for one, as for speech: figures tell how much is said. It counts as no request."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, request: Request) -> Response:
        """All metrics, in Prometheus's text format."""
        self._service.guard.check_place(request.headers)
        self._service.guard.caller(request.headers)
        return Response(await self._service.figures(), media_type=CONTENT_TYPE)
