"""What becomes of the body of a request that was answered before all of it had come."""

from __future__ import annotations

import contextlib

import trio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from triolet_adapters.service.connections._connections import STREAM, ClientStream

LINGER = 0.5
"""Seconds for the rest of a body before the answer, and as many after it for the client to read the answer and hang up. Closed at once,
with bytes of the client unread, TCP would discard the answer."""

LINGER_BYTES = 1 << 20
"""The most that is read of such a rest."""


class Attended:
    """An application around the application. A connection with a request is not closed for another. A body that nobody reads would fill
    the queue of hypercorn, and hold its connection for ever: so its rest is read and dropped, and if it is long, the answer is the last on
    its connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        stream = scope.get("state", {}).get(STREAM)
        with stream.at_work() if isinstance(stream, ClientStream) else contextlib.nullcontext():
            if scope["type"] != "http":
                await self._app(scope, receive, send)
                return
            answering = _Answering(scope, receive, send)
            await self._app(scope, answering.receive, answering.send)


class _Answering:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        self._scope = scope
        self._receive = receive
        self._send = send
        self._whole = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
        self._last = False  # on its connection

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._whole = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self._whole:
            await self._drop(LINGER_BYTES)
            if not self._whole:
                self._last = True
                MutableHeaders(raw=message["headers"])["connection"] = "close"
        if self._last and message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._see_off()
            message = {**message, "body": b""}
        await self._send(message)

    async def _drop(self, most: float) -> None:
        with trio.move_on_after(LINGER):
            while not self._whole and most > 0:
                most -= len((await self.receive()).get("body", b""))

    async def _see_off(self) -> None:
        stream = self._scope.get("state", {}).get(STREAM)
        if isinstance(stream, ClientStream):
            stream.stop_listening()
        await self._drop(float("inf"))  # what waits in the queue; the stream gives nothing more
