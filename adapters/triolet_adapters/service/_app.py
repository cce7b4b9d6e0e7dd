"""The application: what is served at which path."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from triolet_adapters.service._live_host import LiveHost
from triolet_adapters.service.connections import Attended
from triolet_adapters.service.guard import Refused
from triolet_adapters.service.http import Health, Metrics, OpenAPI, Speech, Voices, answer, refuse, refuse_route
from triolet_adapters.service.live import LiveSessions, speak_live
from triolet_adapters.service.process import Service

SUBPROTOCOL = "triolet"
"""What the service chooses of the sub-protocols of a WebSocket. A page that offers a key as one must offer this as well: browsers hang
up if none of theirs is chosen."""


def create_app(service: Service) -> Starlette:
    """The application of a service that is open. It needs an ASGI server that runs on Trio, as `serve` starts one."""
    health = Health(service)
    routes: list[BaseRoute] = [
        Route("/v1/audio/speech", Speech(service), methods=["POST"]),
        Route("/v1/voices", Voices(service).list, methods=["GET"]),
        Route("/openapi.json", OpenAPI(service).answer, methods=["GET"]),
        Route("/metrics", Metrics(service).answer, methods=["GET"]),
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/readyz", health.ready, methods=["GET"]),
        WebSocketRoute("/v1/speech", Live(service)),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Attended)],
        exception_handlers={Refused: refuse, HTTPException: refuse_route},
    )


class Live:
    """The handler of `WS /v1/speech`, behind the guard."""

    def __init__(self, service: Service) -> None:
        self._guard = service.guard
        self._host = LiveHost(service)
        self._sessions = LiveSessions()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI)."""
        websocket = _Chosen(scope, receive, send)
        try:
            async with self._guard.admit(websocket.headers) as admission:
                await speak_live(websocket, self._host, self._sessions, caller=admission.caller)
        except Refused as refused:
            await websocket.send_denial_response(answer(refused))


class _Chosen(WebSocket):
    async def accept(
        self, subprotocol: str | None = None, headers: Iterable[tuple[bytes, bytes]] | None = None
    ) -> None:
        offered = self.scope.get("subprotocols", ())
        await super().accept(subprotocol or (SUBPROTOCOL if SUBPROTOCOL in offered else None), headers)
