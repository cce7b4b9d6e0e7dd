"""Connections of clients: so many at a time, and each under deadlines that the server of the protocol does not have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import trio

from triolet.websocket import SocketStream
from triolet_adapters.service.config import Limits

Handle = Callable[[dict[str, Any], "ClientStream"], Awaitable[None]]
"""Serves a connection: `handle(state, stream)`. What is in `state` reaches each of its requests."""

STREAM = "triolet.stream"
"""The name of the stream in the state of a request."""


class Connections:
    """Accepts connections, at most `limits.connections`. For one more, the one that has been without a request for longest is closed: else a
    program that opens connections and says nothing could keep all others out. If all have one, the new one is closed.
    """

    def __init__(self, limits: Limits, nursery: trio.Nursery) -> None:
        """`nursery`: what connections run in."""
        self._limits = limits
        self._nursery = nursery
        self._idle: dict[ClientStream, None] = {}  # in the order in which they became so
        self._open: set[ClientStream] = set()

    async def serve(self, listeners: Sequence[trio.SocketListener], handle: Handle) -> None:
        """Accept until cancelled. The listeners are closed."""

        async def one(stream: trio.SocketStream) -> None:
            if len(self._open) >= self._limits.connections and not self._make_room():
                await trio.aclose_forcefully(stream)
                return
            client = ClientStream(stream, self._limits.send_timeout, self._idle)
            self._open.add(client)
            try:
                with client.scope:
                    await handle({STREAM: client}, client)
            finally:
                self._open.discard(client)
                self._idle.pop(client, None)
                await trio.aclose_forcefully(stream)

        await trio.serve_listeners(one, list(listeners), handler_nursery=self._nursery)

    def __len__(self) -> int:
        return len(self._open)

    def cut_off(self) -> None:
        """Close all connections at once. A plain call."""
        for client in self._open:
            client.socket.close()

    def _make_room(self) -> bool:
        """Close an idle connection. False: there is none."""
        for client in self._idle:
            del self._idle[client]
            client.scope.cancel(reason="room for another connection")
            return True
        return False


class ClientStream(trio.abc.HalfCloseableStream):
    """A connection whose client must take what it is sent. A server waits for it without end, and shields that."""

    def __init__(self, stream: trio.SocketStream, send_timeout: float, idle: dict[ClientStream, None]) -> None:
        self._stream = stream
        self.send_timeout = send_timeout
        """Seconds in which the client must take what it is sent."""
        self._deaf = False
        self._reading = trio.CancelScope()
        self._taken = False
        self._answered = False  # whether the server has sent something since it read
        self._left = trio.Event()  # set when the server reads no more
        self._closed = trio.Event()
        self._requests = 0
        self._idle = idle
        self._idle[self] = None
        self.scope = trio.CancelScope()
        """What ends the connection."""
        self.socket = stream.socket

    @contextmanager
    def at_work(self) -> Generator[None]:
        """In this block, the connection has a request, and is not closed for another."""
        self._requests += 1
        self._idle.pop(self, None)
        try:
            yield
        finally:
            self._requests -= 1
            if not self._requests:
                self._idle[self] = None

    def stop_listening(self) -> None:
        """Drop what comes from now on. A plain call: a request that was refused may have a body without end."""
        self._deaf = True

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send.

        Raises:
            BrokenResourceError: the client has gone, or has not taken it within `send_timeout`.
        """
        if self._taken and self._left.is_set():
            return  # an answer to the request, which somebody else has answered
        self._answered = True
        with trio.move_on_after(self.send_timeout) as scope:
            await self._stream.send_all(data)
        if scope.cancelled_caught:
            await trio.aclose_forcefully(self._stream)
            raise trio.BrokenResourceError(f"the client has taken nothing for {self.send_timeout:g} s (send_timeout)")

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """Receive; nothing more after `stop_listening` and `take_over`."""
        while not self._taken:
            with trio.CancelScope() as self._reading:
                data: bytes | bytearray = b""
                try:
                    data = await self._stream.receive_some(max_bytes)
                finally:
                    if not data:  # it will not ask again
                        self._left.set()
                self._answered = False
                if not data or not self._deaf:
                    return data
        self._left.set()
        await self._closed.wait()
        return b""

    async def take_over(self) -> SocketStream:
        """Take the connection from the server of the protocol, for a request that it will not answer: from now on it reads nothing, and what
        it writes is dropped. It closes the connection when the request is over.

        Raises:
            BrokenResourceError: it has answered already, since the client did not wait for an answer.
        """
        self._taken = True
        self._reading.cancel()
        await self._left.wait()
        if self._answered:
            self._closed.set()
            raise trio.BrokenResourceError("the client has sent more before its request was answered")
        return SocketStream(self._stream)

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until some of it can be sent."""
        await self._stream.wait_send_all_might_not_block()

    async def send_eof(self) -> None:
        """Say that nothing more comes."""
        await self._stream.send_eof()

    async def aclose(self) -> None:
        """Close."""
        self._left.set()
        self._closed.set()
        await self._stream.aclose()
