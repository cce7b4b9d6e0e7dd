"""The WebSocket of a client after its handshake.

`DirectWebSocket` reads and writes the frames itself. By way of the server of the protocol, and of what is between it and the
application, a message costs four times as much of the processor, and a service of speech does little else. `AsgiWebSocket` takes that way, where
there is no socket of its own: below HTTP/2, in a test, on Windows.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol

import trio
from starlette.websockets import WebSocket, WebSocketDisconnect
from wsproto import ConnectionType, WSConnection
from wsproto.connection import Connection
from wsproto.events import AcceptConnection, CloseConnection, Event, Ping
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from triolet.websocket import FrameReader, Happening, NoFrames, PeerClosed, SocketStream, TooLong
from triolet_adapters.service.connections._connections import STREAM, ClientStream

SEND = 30.0
"""Seconds that a client may take to read one message. A phone that changes its network needs some; whoever needs more has gone."""

CLOSE = 1.0
"""Seconds for the close frame, and for the client's own."""

PING = 20.0
"""Seconds between two pings, before the second of which something must have come: below the 30 s to 350 s after which NATs and load
balancers forget a silent connection."""

IN_A_ROW = 16
"""Frames that are read before other tasks get their turn: one read may bring thousands of empty ones."""

BROKEN, TOO_LONG = 1006, 1009
"""Codes of RFC 6455 with which a connection has ended."""

_REASON = 120
"""Bytes of a reason, of which a close frame holds 123 (RFC 6455)."""

_GONE = (RuntimeError, WebSocketDisconnect, trio.BrokenResourceError, trio.ClosedResourceError)
"""What sending raises after a close: Starlette's errors, and those of the socket."""


class ClientWebSocket(Protocol):
    """One task receives. Several may send; no message comes between the parts of another."""

    async def send(self, *messages: str | bytes) -> None:
        """Send messages, as one write if that can be.

        Raises:
            BrokenResourceError: the client has gone, or reads nothing.
        """
        ...

    async def receive(self) -> str | bytes:
        """The next message. May be cancelled, and called again.

        Raises:
            WebSocketDisconnect: the client has hung up, or was sent away.
        """
        ...

    async def close(self, code: int, reason: str) -> None:
        """Hang up; a reason is cut to what a close frame holds."""
        ...

    async def keep_alive(self) -> None:
        """Send pings, until cancelled or the client has gone."""
        ...


async def accept(websocket: WebSocket, subprotocol: str | None, most: int) -> ClientWebSocket:
    """Answer the handshake of a client. `most`: characters, or bytes, of a message of the client.

    Raises:
        BrokenResourceError: the client did not wait for the answer.
    """
    stream = websocket.scope.get("state", {}).get(STREAM)
    direct = isinstance(stream, ClientStream) and websocket.scope.get("http_version") == "1.1"
    if not direct or sys.platform == "win32" or (handshake := _handshake(websocket, subprotocol)) is None:
        await websocket.accept(subprotocol)
        return AsgiWebSocket(websocket)
    answer, protocol = handshake
    socket = await stream.take_over()
    await socket.send_all(answer)
    return DirectWebSocket(socket, protocol, most, stream.send_timeout)


def _handshake(websocket: WebSocket, subprotocol: str | None) -> tuple[bytes, Connection] | None:
    """The answer to a handshake, without extensions: speech does not become smaller by compression, but takes more of the processor."""
    handshake = WSConnection(ConnectionType.SERVER)
    try:
        handshake.initiate_upgrade_connection(websocket.headers.raw, "/")
        answer = handshake.send(AcceptConnection(subprotocol=subprotocol))
    except (RemoteProtocolError, LocalProtocolError):
        return None
    protocol = handshake.connection
    assert protocol is not None
    return answer, protocol


class DirectWebSocket:
    """See `ClientWebSocket`."""

    def __init__(self, socket: SocketStream, protocol: Connection, most: int, send_timeout: float) -> None:
        self._socket = socket
        self._protocol = protocol
        self._send_timeout = min(SEND, send_timeout)
        self._reader = FrameReader(lambda: protocol, most, client=False)
        self._come: Iterator[Happening | None] = iter(())
        self._read_in_a_row = 0
        self._receiving = False
        self._sending = trio.StrictFIFOLock()
        self._gone = False
        self._over = trio.Event()
        self._quiet = False  # nothing has come since the last ping

    async def send(self, *messages: str | bytes) -> None:
        """See `ClientWebSocket`."""
        await self._send(b"".join(map(_frame, messages)))

    async def receive(self) -> str | bytes:
        """See `ClientWebSocket`."""
        self._receiving = True
        try:
            return await self._next()
        finally:
            self._receiving = False

    async def close(self, code: int, reason: str) -> None:
        """See `ClientWebSocket`. The client's own close is waited for, or TCP might discard what was sent before ours."""
        with trio.move_on_after(CLOSE, shield=True), contextlib.suppress(*_GONE):
            await self._send_event(CloseConnection(code, _short(reason)))
            self._gone = True
            while not self._receiving:
                await self.receive()
            await self._over.wait()  # another task receives
        self._hang_up()

    async def keep_alive(self) -> None:
        """See `ClientWebSocket`. A client that answers nothing is hung up on."""
        with contextlib.suppress(trio.BrokenResourceError):
            while True:
                await trio.sleep(PING)
                if self._quiet:
                    break
                self._quiet = True
                await self._send_event(Ping())
        self._hang_up()

    async def _next(self) -> str | bytes:
        while True:
            self._read_in_a_row += 1
            if self._read_in_a_row > IN_A_ROW:
                self._read_in_a_row = 0
                await trio.lowlevel.checkpoint()
            try:
                happening = next(self._come)
            except StopIteration:
                await self._read()
                continue
            if isinstance(happening, str | bytes):
                return happening
            if happening is not None:
                await self._take_control(happening)

    async def _read(self) -> None:
        data: bytes | bytearray = b""
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            data = await self._socket.receive_some()
        if not data:
            raise self._ended(BROKEN)
        self._quiet = False
        self._come = self._reader.feed(data)

    async def _take_control(self, happening: Happening) -> None:
        match happening:
            case Ping():
                with contextlib.suppress(trio.BrokenResourceError):  # what was sent before it can still be read
                    await self._send_event(happening.response())
            case PeerClosed(event):
                with trio.move_on_after(CLOSE, shield=True), contextlib.suppress(trio.BrokenResourceError):
                    await self._send_event(event.response())
                raise self._ended(event.code, event.reason)
            case NoFrames(code, reason):
                await self._send_away(code, reason)
            case TooLong():
                await self._send_away(TOO_LONG, "the message is too long")
            case _:
                pass  # a pong: that something has come is enough

    async def _send_away(self, code: int, reason: str) -> None:
        """Hang up on a client of which nothing more can be read."""
        with trio.move_on_after(CLOSE, shield=True), contextlib.suppress(*_GONE):
            await self._send_event(CloseConnection(code, _short(reason)))
            self._gone = True
            while await self._socket.receive_some():
                pass
        raise self._ended(code, reason)

    def _ended(self, code: int, reason: str | None = None) -> WebSocketDisconnect:
        self._gone = True
        self._over.set()
        return WebSocketDisconnect(code, reason)

    def _hang_up(self) -> None:
        self._gone = True
        self._socket.socket.close()  # whoever receives or sends is told

    async def _send_event(self, event: Event) -> None:
        with contextlib.suppress(LocalProtocolError):  # after a close, nothing follows
            await self._send(self._protocol.send(event))

    async def _send(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()
        try:
            self._sending.acquire_nowait()
        except trio.WouldBlock:
            await self._sending.acquire()
        try:
            if self._gone:
                raise trio.BrokenResourceError("the client has gone")
            # First without a deadline, which costs as much as all the rest: a kernel takes a short message at once.
            if rest := data[self._socket.send_nowait(data) :]:
                await self._send_slowly(rest)
        finally:
            self._sending.release()

    async def _send_slowly(self, data: bytes) -> None:
        whole = False
        try:
            with trio.move_on_after(self._send_timeout):
                await self._socket.send_all(data)
                whole = True
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise trio.BrokenResourceError(f"the client has gone: {error}") from error
        finally:
            if not whole:  # half a message is on the wire, and nothing can follow it
                self._gone = True
        if not whole:
            raise trio.BrokenResourceError(f"the client has read nothing for {self._send_timeout:g} s")


class AsgiWebSocket:
    """See `ClientWebSocket`."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._turns = trio.StrictFIFOLock()
        self._gone = False

    async def send(self, *messages: str | bytes) -> None:
        """See `ClientWebSocket`."""
        for message in messages:
            async with self._turns:
                if self._gone:
                    raise trio.BrokenResourceError("the client has gone")
                await self._send(message)

    async def receive(self) -> str | bytes:
        """See `ClientWebSocket`."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005), message.get("reason"))
        received: str | bytes | None = message.get("text")
        return bytes(message["bytes"]) if received is None else received

    async def close(self, code: int, reason: str) -> None:
        """See `ClientWebSocket`."""
        self._gone = True
        with trio.move_on_after(CLOSE, shield=True), contextlib.suppress(*_GONE):  # the client was quicker
            await self._websocket.close(code, _short(reason))

    async def keep_alive(self) -> None:
        """The server below sends pings."""

    async def _send(self, message: str | bytes) -> None:
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


def _frame(message: str | bytes) -> bytes:
    """A whole message as a server sends it (RFC 6455, section 5.2)."""
    first, payload = (0x81, message.encode()) if isinstance(message, str) else (0x82, message)
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 2**16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


def _short(reason: str) -> str:
    """What of a reason a close frame holds."""
    return reason.encode()[:_REASON].decode(errors="ignore")
