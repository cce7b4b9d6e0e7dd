"""The files of the page, and what it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from triolet_adapters.outputs.browser import PLAYER

_HERE = resources.files("triolet_adapters.service.page")

_FILES: Sequence[tuple[str, Traversable, str]] = (
    ("/", _HERE / "index.html", "text/html"),
    ("/page.js", _HERE / "page.js", "text/javascript"),
    ("/page.css", _HERE / "page.css", "text/css"),
    ("/triolet-player.js", PLAYER, "text/javascript"),
)

_HEADERS = {
    # Nothing of others, and nothing that is written into the page, runs in it.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address may hold what is spoken
    "Cache-Control": "no-cache",  # a page of an earlier version would speak another protocol
}


def page_routes() -> list[BaseRoute]:
    """The routes of the page's files. They want no key: they hold no secret, and the page asks for it."""
    return [_file(path, file, kind) for path, file, kind in _FILES]


def _file(path: str, file: Traversable, kind: str) -> Route:
    body = file.read_bytes()

    async def serve(_: Request) -> Response:
        return Response(body, media_type=f"{kind}; charset=utf-8", headers=_HEADERS)

    return Route(path, serve, methods=["GET"])
