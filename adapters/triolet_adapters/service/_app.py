"""The application: what is served at which path."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from triolet_adapters.service._live_host import LiveHost
from triolet_adapters.service.connections import Attended
from triolet_adapters.service.guard import Refused
from triolet_adapters.service.http import (
    Health,
    Metrics,
    OpenAPI,
    Speech,
    Voices,
    answer,
    refuse,
    refuse_fault,
    refuse_route,
)
from triolet_adapters.service.language_model import ServedModel
from triolet_adapters.service.live import LanguageModel, LiveSessions, asyncapi, speak_live
from triolet_adapters.service.page import Status, page_routes
from triolet_adapters.service.process import Service
from triolet_adapters.shared.json import dumps


def create_app(service: Service) -> Starlette:
    """The application of a service that is open. It needs an ASGI server that runs on Trio, as `serve` starts one."""
    health = Health(service)
    model = ServedModel.of(service.config.llm, service.nursery)
    routes: list[BaseRoute] = [
        Route("/v1/audio/speech", Speech(service), methods=["POST"]),
        Route("/v1/voices", Voices(service).list, methods=["GET"]),
        Route("/openapi.json", OpenAPI(service).answer, methods=["GET"]),
        Route("/metrics", Metrics(service).answer, methods=["GET"]),
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/readyz", health.ready, methods=["GET"]),
        Route("/asyncapi.json", _asyncapi, methods=["GET"]),
        Route("/v1/status", Status(service, language_model=model is not None).answer, methods=["GET"]),
        WebSocketRoute("/v1/speech", Live(service, model)),
        *(page_routes() if service.config.page else ()),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Attended)],
        exception_handlers={Refused: refuse, HTTPException: refuse_route, Exception: refuse_fault},
    )


class Live:
    """The handler of `WS /v1/speech`, behind the guard."""

    def __init__(self, service: Service, language_model: LanguageModel | None) -> None:
        self._guard = service.guard
        self._host = LiveHost(service, language_model)
        self._sessions = LiveSessions()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI)."""
        websocket = WebSocket(scope, receive, send)
        try:
            async with self._guard.admit(websocket.headers) as admission:
                await speak_live(websocket, self._host, self._sessions, caller=admission.caller)
        except Refused as refused:
            await websocket.send_denial_response(answer(refused))


async def _asyncapi(_: Request) -> Response:
    return Response(dumps(asyncapi()), media_type="application/json")
