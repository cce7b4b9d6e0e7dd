"""One POST of a client, and the answer to it, in pieces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import trio

from triolet_adapters.shared.json import dumps, loads
from triolet_adapters.tts.frame.server._request import Request
from triolet_adapters.tts.frame.server._site import Site

MAX_BODY = 1024 * 1024
"""Bytes of a request's body: texts have some hundred, a voice to be imitated some hundred thousand."""


class Faulty(Exception):
    """The connection is to be dropped as it is: a fault that was asked for."""


class Refused(Exception):
    """The request cannot be answered as it is asked for."""

    def __init__(self, message: str, *, status: int = 400, code: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Exchange:
    """One request and its answer.

    A handler reads `body`, calls `begin`, then `send` for each piece, and returns. Or it raises `Refused`.
    """

    def __init__(
        self, stream: trio.abc.Stream, request: Request, behind: bytes, site: Site, send_timeout: float
    ) -> None:
        self.request = request
        self._stream = stream
        self._behind = behind
        self._site = site
        self._send_timeout = send_timeout
        self._begun = False
        self._whole = False
        """Whether the length of the answer was said: else it goes in chunks."""

    async def run(self, answer: Callable[[Exchange], Awaitable[None]]) -> bytes | None:
        """Read the body, have it answered; give what came behind it, or None if the connection is not to go on."""
        if self.request.method == "HEAD":
            await self._head(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "POST", "Content-Length": "0"})
            return self._behind
        try:
            self.body = await self._read_body()
        except Refused as error:
            await self._refuse(error)
            return None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch, nursery.cancel_scope)
            try:
                await answer(self)
                if self._begun and not self._whole:
                    await self._write(b"0\r\n\r\n")
            except Refused as error:
                if self._begun:
                    raise Faulty from error
                await self._refuse(error)
            nursery.cancel_scope.cancel()
        ends = self.request.headers.get("connection", "").lower() == "close"
        return None if ends else self._behind

    def json(self) -> dict[str, Any]:
        """The body as an object.

        Raises:
            Refused: it is none.
        """
        try:
            value: Any = loads(self.body.decode("utf-8"))
        except ValueError:
            raise Refused("the body is no JSON in UTF-8") from None
        if not isinstance(value, dict):
            raise Refused("the body is no object")
        return value  # pyright: ignore[reportUnknownVariableType]

    async def begin(self, content_type: str, length: int | None = None, **headers: str) -> None:
        """Send the head of an answer with status 200; `length` if it is known."""
        self._begun = True
        self._whole = length is not None
        framing = {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await self._head(HTTPStatus.OK, {"Content-Type": content_type, **framing, **named})

    async def send(self, data: bytes) -> None:
        """Send a piece of the answer."""
        if data:
            await self._write(data if self._whole else b"%x\r\n%s\r\n" % (len(data), data))

    async def _read_body(self) -> bytes:
        length = self.request.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            raise Refused("the request needs a Content-Length", status=HTTPStatus.LENGTH_REQUIRED)
        if len(length) > 9 or int(length) > MAX_BODY:
            raise Refused(f"a body of more than {MAX_BODY} bytes", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = bytearray(self._behind)
        if "100-continue" in self.request.headers.get("expect", "").lower():
            await self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        with trio.move_on_after(self._send_timeout) as scope:
            while len(body) < int(length):
                data = await self._stream.receive_some()
                if not data:
                    raise trio.BrokenResourceError("the client left in the middle of its request")
                body += data
        if scope.cancelled_caught:
            raise Refused("the body did not come", status=HTTPStatus.REQUEST_TIMEOUT)
        self._behind = bytes(body[int(length) :])
        return bytes(body[: int(length)])

    async def _watch(self, answering: trio.CancelScope) -> None:
        """A client that has left needs no answer. One request more may come meanwhile."""
        if self._behind:
            return
        try:
            data = await self._stream.receive_some()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            data = b""
        self._behind += data
        if not data:
            answering.cancel()
            raise Faulty

    async def _refuse(self, error: Refused) -> None:
        body = dumps(self._site.error(error.status, error.code, str(error))).encode()
        await self._head(
            HTTPStatus(error.status), {"Content-Type": "application/json", "Content-Length": str(len(body))}
        )
        await self._write(body)

    async def _head(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        await self._write("\r\n".join([*lines, "\r\n"]).encode("latin-1", "replace"))

    async def _write(self, data: bytes) -> None:
        with trio.move_on_after(self._send_timeout) as scope:
            await self._stream.send_all(data)
        if scope.cancelled_caught:
            raise Faulty
