"""One WebSocket connection of a client after its handshake: messages, pings, and how it ended.

Written over wsproto, and not over trio-websocket as the tests' clients are: here a peer's frames are bounded in number as well
as in size, other tasks get their turn between them, and there is no task beside the session's own that could outlive it.
"""

from __future__ import annotations

import contextlib
from typing import Any, NoReturn

import trio
import wsproto.connection
from wsproto.events import BytesMessage, CloseConnection, Event, Message, Ping, TextMessage
from wsproto.utilities import LocalProtocolError

from triolet_adapters.tts.frame.server._exchange import Faulty
from triolet_adapters.tts.frame.server._options import LocalServerOptions

READ = 16 * 1024
"""Bytes taken at once. Clients send text, some hundred bytes a message."""

MAX_MESSAGE = 256 * 1024
"""Characters in one message: 40,000 Han characters as JSON escapes. The service is said to take some 2,000 in an append."""

FRAGMENT = 16
"""Characters that each part of a message counts besides its own: a message of empty parts must end, too."""

TURN = 32
"""Frames that are read in one go; then other tasks get their turn. Empty ones take less than a millisecond."""

ABNORMAL = 1006
"""RFC 6455, 7.4.1: the connection ended without a Close."""


class ClientLeft(Exception):
    """The connection has ended: the client has left, or was sent away. `code` is that of its Close, or 1006."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the client left ({code})")
        self.code = code


class Connection:
    """One task receives; any task may send or close."""

    def __init__(
        self, stream: trio.abc.Stream, first: bytes, options: LocalServerOptions, max_message: int = MAX_MESSAGE
    ) -> None:
        """`first`: what came behind the request's head. `max_message`: characters in one message."""
        self._stream = stream
        self._max_message = max_message
        self._options = options
        self._protocol = wsproto.connection.Connection(wsproto.connection.ConnectionType.SERVER, trailing_data=first)
        self._events = self._protocol.events()
        self._parts: list[Any] = []
        """Of a message that is not complete: all text or all bytes."""
        self._size = 0
        self._read_in_a_row = 0
        self._sending = trio.StrictFIFOLock()
        self._reading = trio.CancelScope()
        self._patience = float("inf")
        """The time by which the client must have answered our Close."""
        self._received_at = trio.current_time()
        self._answered = True
        """Something has come since the last ping."""
        self.left: int | None = None
        """The code with which the client left; None while it is here."""

    async def receive(self) -> str | bytes:
        """Give the next message. May be cancelled, and called again.

        Raises:
            ClientLeft: nothing more will come.
        """
        await trio.lowlevel.checkpoint()  # where several messages have come at once, others get their turn between them
        while True:
            self._read_in_a_row += 1
            if self._read_in_a_row >= TURN:
                self._read_in_a_row = 0
                await trio.lowlevel.checkpoint()
            event = next(self._events, None)
            match event:
                case None:
                    await self._read()
                case TextMessage() | BytesMessage():
                    message = await self._message(event)
                    if message is not None:
                        return message
                case Ping():
                    await self._send(event.response())
                case CloseConnection():
                    await self._ended(event)
                case _:
                    pass  # a pong: that something has come is enough

    async def receive_within(self, patience: float | None) -> str | bytes | None:
        """Give the next message; None if none comes within `patience` seconds. With None it waits for ever.

        Raises:
            ClientLeft: nothing more will come.
        """
        with trio.move_on_after(float("inf") if patience is None else patience):
            return await self.receive()
        return None

    async def send(self, text: str) -> None:
        """Send one message.

        Raises:
            ClientLeft: the connection has ended, or is being closed.
        """
        await self._send(TextMessage(data=text))

    async def send_bytes(self, data: bytes) -> None:
        """Send one binary message; otherwise it is like `send`."""
        await self._send(BytesMessage(data=data))

    async def close(self, code: int, reason: str) -> None:
        """Send a Close. `receive` ends when the client has answered it, or after `close_timeout`.

        Does nothing the second time.
        """
        if self.left is not None or self._protocol.state is not wsproto.connection.ConnectionState.OPEN:
            await trio.lowlevel.checkpoint()
            return
        self._patience = trio.current_time() + self._options.close_timeout
        self._reading.deadline = self._patience
        with trio.CancelScope(deadline=self._patience), contextlib.suppress(ClientLeft):
            await self._send(CloseConnection(code=code, reason=_short(reason)))

    def drop(self) -> NoReturn:
        """End the connection as it is, without a Close: raises `Faulty`."""
        self.left = ABNORMAL
        raise Faulty

    async def closed(self, code: int, reason: str) -> None:
        """Close, and wait until the client has answered or `close_timeout` has passed. No task may be receiving."""
        await self.close(code, reason)
        with contextlib.suppress(ClientLeft):
            while self.left is None:
                await self.receive()

    async def keep_alive(self) -> None:
        """Send pings while nothing comes, until cancelled.

        Raises:
            ClientLeft: nothing came for `ping_timeout` after a ping.
        """
        interval, timeout = self._options.ping_interval, self._options.ping_timeout
        if interval is None:
            await trio.sleep_forever()
        while True:
            await trio.sleep_until(self._received_at + interval)
            if trio.current_time() < self._received_at + interval:
                continue  # something came meanwhile
            self._answered = False
            deadline = trio.current_time() + timeout
            with trio.move_on_at(deadline):
                await self._send(Ping(payload=b""))
            await trio.sleep_until(deadline)
            if not self._answered:
                self.left = ABNORMAL
                raise ClientLeft(ABNORMAL)

    async def _read(self) -> None:
        if self.left is not None:
            raise ClientLeft(self.left)
        data: bytes | bytearray = b""
        with (
            trio.CancelScope(deadline=self._patience) as self._reading,
            contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError),
        ):
            data = await self._stream.receive_some(READ)
        if not data:
            self.left = ABNORMAL
            raise ClientLeft(ABNORMAL)
        self._received_at = trio.current_time()
        self._answered = True
        self._protocol.receive_data(bytes(data))
        self._events = self._protocol.events()

    async def _message(self, part: Message[Any]) -> str | bytes | None:
        """Take a part of a message; give the whole after its last part."""
        self._size += len(part.data) + FRAGMENT
        if self._size > self._max_message:
            await self.close(1009, f"a message of more than {self._max_message} characters")
            self.left = 1009
            raise ClientLeft(1009)
        self._parts.append(part.data)
        if not part.message_finished:
            return None
        message: str | bytearray = part.data[:0].join(self._parts)
        self._parts, self._size = [], 0
        return message if isinstance(message, str) else bytes(message)

    async def _ended(self, event: CloseConnection) -> None:
        """The client sent a Close, as an answer or not; or what it sent is no WebSocket."""
        if self._protocol.state is wsproto.connection.ConnectionState.OPEN:  # wsproto could not read it
            await self.close(event.code, event.reason or "")
        elif self._protocol.state is wsproto.connection.ConnectionState.REMOTE_CLOSING:
            # Shielded: a task that wanted to send at this moment ends the session, but the client is to get its answer.
            with trio.move_on_after(self._options.close_timeout, shield=True), contextlib.suppress(ClientLeft):
                await self._send(event.response())
        self.left = event.code
        raise ClientLeft(event.code)

    async def _send(self, event: Event) -> None:
        async with self._sending:
            if self.left is not None:
                raise ClientLeft(self.left)
            try:
                data = self._protocol.send(event)
            except LocalProtocolError:  # after a Close
                raise ClientLeft(ABNORMAL) from None
            whole = False
            try:
                with trio.move_on_after(self._options.send_timeout):
                    await self._stream.send_all(data)
                    whole = True
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                raise ClientLeft(ABNORMAL) from None
            finally:
                if not whole:  # half a frame may be on the wire, and nothing can follow it
                    self.left = ABNORMAL
            if not whole:  # pyright thinks that it is
                raise ClientLeft(ABNORMAL)


def _short(reason: str) -> str:
    """The beginning of a reason that fits into a Close, which holds 123 bytes."""
    return reason.encode("utf-8", "replace")[:123].decode("utf-8", "ignore")
