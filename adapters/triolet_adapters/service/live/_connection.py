"""A client's WebSocket: messages go out one after another, each within a bound."""

from __future__ import annotations

import contextlib

import trio
from starlette.websockets import WebSocket, WebSocketDisconnect

SEND = 30.0
"""Seconds that a client may take to read one message. A phone that changes its network needs some; whoever needs more has gone."""

CLOSE = 1.0
"""Seconds for the close frame."""

_GONE = (RuntimeError, WebSocketDisconnect, trio.BrokenResourceError, trio.ClosedResourceError)
"""What sending raises after a close: Starlette's errors, and those of the socket."""


class Connection:
    """What is sent to one client. Several tasks may send; no message comes between the parts of another."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._turns = trio.StrictFIFOLock()
        self._gone = False

    async def send_text(self, text: str) -> None:
        """Send a text message.

        Raises:
            trio.BrokenResourceError: the client has gone, or reads nothing.
        """
        await self._send(text)

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message.

        Raises:
            trio.BrokenResourceError: the client has gone, or reads nothing.
        """
        await self._send(data)

    async def close(self, code: int, reason: str) -> None:
        """Hang up; a reason is cut to what a close frame holds (RFC 6455: 123 bytes)."""
        self._gone = True
        with trio.move_on_after(CLOSE, shield=True):
            with contextlib.suppress(*_GONE):  # the client was quicker
                await self._websocket.close(code, reason.encode()[:120].decode(errors="ignore"))

    async def _send(self, message: str | bytes) -> None:
        async with self._turns:
            if self._gone:
                raise trio.BrokenResourceError("the client has gone")
            with trio.move_on_after(SEND) as scope:
                try:
                    if isinstance(message, str):
                        await self._websocket.send_text(message)
                    else:
                        await self._websocket.send_bytes(message)
                except _GONE as error:
                    self._gone = True
                    raise trio.BrokenResourceError(f"the client has gone: {error}") from error
                except BaseException:  # raised again: a message may have been sent in part
                    self._gone = True
                    raise
            if scope.cancelled_caught:
                raise trio.BrokenResourceError(f"the client has read nothing for {SEND:g} s")
