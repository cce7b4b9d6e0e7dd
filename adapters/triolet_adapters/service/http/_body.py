"""The body of a request, within bounds of size and time."""

from __future__ import annotations

from typing import Any

import trio
from starlette.datastructures import Headers
from starlette.types import Receive

from triolet_adapters.service.config import Limits
from triolet_adapters.service.guard import Refused
from triolet_adapters.shared.json import loads


class Cut(Exception):
    """There is no answer, or no more of it: the client has gone, or is to see that it has not got all."""


async def read_json(receive: Receive, headers: Headers, limits: Limits) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        Refused: 415, it says that it is something else; 413, it is too long; 408, it comes too slowly; 400, it is no JSON object.
        Cut: the client has gone.
    """
    kind = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "unsupported_media_type", "send the request as JSON, with Content-Type: application/json")
    too_long = Refused(413, "body_too_long", f"the body has more than {limits.body} bytes: send the text in parts")
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limits.body:
        raise too_long
    body = bytearray()
    with trio.move_on_after(limits.body_timeout) as scope:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Cut
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limits.body:
                raise too_long
    if scope.cancelled_caught:
        raise Refused(408, "body_too_slow", f"the body was not complete within {limits.body_timeout:g} s")
    try:
        fields = loads(body.decode("utf-8"))
    except ValueError as error:
        raise Refused(400, "invalid_json", f"the body is no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise Refused(400, "invalid_json", 'the body must be a JSON object, such as {"input": "Hello."}')
    return fields  # pyright: ignore[reportUnknownVariableType] -- JSON
