"""`/healthz`: this process runs. `/readyz`: it takes turns."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from triolet_adapters.service.process import Service


class Health:
    """The handlers. They ask for no key, and tell nothing but whether."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def alive(self, _: Request) -> Response:
        """200 as long as the event loop runs."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """200 while turns are taken: the voice is loaded, and the service is not about to end. Else 503."""
        if self._service.guard.closed:
            return JSONResponse({"status": "draining"}, 503)
        if not self._service.ready:
            return JSONResponse({"status": "loading"}, 503)
        return JSONResponse({"status": "ready"})
