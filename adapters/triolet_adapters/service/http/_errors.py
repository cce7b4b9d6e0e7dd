"""Errors as JSON, as OpenAI has them; each says what to do."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from triolet_adapters.service.guard import Refused
from triolet_adapters.service.logs import log_refusal
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import dumps


def answer(refused: Refused) -> Response:
    """The answer to a request that is refused."""
    return Response(
        dumps(refused.body),
        refused.status,
        {"X-Content-Type-Options": "nosniff", **refused.headers},
        "application/json",
    )


async def refuse(_: Request, error: Exception) -> Response:
    """Answer a request that a handler has refused."""
    assert isinstance(error, Refused)
    log_refusal(error)
    return answer(error)


async def refuse_fault(_: Request, __: Exception) -> Response:
    """Answer a request in which this program has failed. Starlette raises the error again, and the server logs it."""
    return answer(Refused(500, "internal", "the service has failed; its log says why"))


async def refuse_route(request: Request, error: Exception) -> Response:
    """Answer a request that reaches no handler."""
    assert isinstance(error, HTTPException)
    path = clipped(request.url.path)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        message = f"{path} takes {allowed}, not {clipped(request.method)}"
        return answer(Refused(405, "method_not_allowed", message, headers=error.headers))
    if error.status_code == HTTPStatus.NOT_FOUND:
        message = f"nothing is served at {path}; see /openapi.json for what is"
        return answer(Refused(404, "not_found", message))
    return answer(Refused(error.status_code, "refused", error.detail, headers=error.headers))
