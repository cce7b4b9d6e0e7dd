"""A network in virtual time: byte streams with a window, latency, split reads and cuts. The same seed gives the same run."""

from __future__ import annotations

import math
import operator
import random
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial

import attrs
import trio

from triolet._tools._signal import Signal


@attrs.frozen(kw_only=True)
class Link:
    """The properties of one connection, the same in both directions."""

    latency: float = 0.0
    """Seconds that bytes take from one end to the other. Opening a connection takes twice as long."""
    jitter: float = 0.0
    """The most seconds that are added to the latency, at random for each write. Bytes never overtake each other."""
    bandwidth: float | None = None
    """Bytes a second in each direction. None: no limit."""
    window: int = 64 * 1024
    """The most bytes that may be sent and not yet read; a writer waits beyond that. 64 KiB is what TCP starts with."""
    split: int | None = None
    """The most bytes that one read gives; how many is drawn at random for each read. None: all that have arrived."""
    reset_after: int | None = None
    """The connection is reset when so many bytes have been sent to the client. None: never."""
    silent_after: int | None = None
    """When so many bytes have been sent to the client, nothing arrives any more, in either direction. None: never."""


LinkOf = Callable[[int, random.Random], Link]
"""Gives the link of the connection with this number (from 0). Use only the given generator for chance: then a run can be
repeated from the seed."""


class VirtualNetwork:
    """Hosts and ports in memory: `serve` or `listen` at one end, `dial` (a `triolet.websocket.Dial`) at the other.

    Its streams are `trio.abc.Stream`s, so real protocols run over them, on an autojump clock. All chance comes from `seed`, the
    number of the connection, and its direction.
    """

    def __init__(self, link: Link | LinkOf | None = None, *, seed: int = 0) -> None:
        """Make a network.

        Args:
            link: the properties of all connections, or a function that gives those of each. By default a perfect connection.
            seed: the source of all chance.
        """
        self._link_of: LinkOf = link if callable(link) else lambda _index, _random: link or Link()
        self._seed = seed
        self._listeners: dict[tuple[str, int], VirtualListener] = {}
        self.connections: list[VirtualConnection] = []
        """All connections that were dialled, in order."""
        self.unreachable: set[str] = set()
        """Hosts at which a dial waits for ever, as behind a firewall that drops packets. Add to it and remove from it."""

    @property
    def open(self) -> int:
        """How many connections have an end that is not closed."""
        return sum(not connection.closed for connection in self.connections)

    def listen(self, host: str = "server", port: int = 80) -> VirtualListener:
        """Listen on an address. Use the listener as an async context manager, or with `trio.serve_listeners`.

        Raises:
            OSError: another listener has this address.
        """
        if (host, port) in self._listeners:
            raise OSError(f"{host}:{port} is taken")
        listener = VirtualListener(partial(self._listeners.pop, (host, port), None))
        self._listeners[host, port] = listener
        return listener

    async def serve(
        self,
        handler: Callable[[trio.abc.Stream], Awaitable[object]],
        host: str = "server",
        port: int = 80,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Run `handler(stream)` for each connection, until cancelled. Start it with `nursery.start`.

        Cancellation also ends the handlers. A handler's stream is closed when the handler ends.

        Raises:
            OSError: another listener has this address.
        """
        async with self.listen(host, port) as listener, trio.open_nursery() as nursery:
            task_status.started()
            while True:
                nursery.start_soon(_handle, handler, await listener.accept())

    async def dial(self, host: str, port: int, tls: bool = False) -> trio.abc.Stream:
        """Open a connection; this takes twice the latency. `tls` is ignored. Cancellation resets the connection.

        Raises:
            ConnectionRefusedError: nobody listens on this address.
        """
        if host in self.unreachable:
            await trio.sleep_forever()
        index = len(self.connections)
        link = self._link_of(index, random.Random(f"{self._seed}/{index}/link"))
        connection = VirtualConnection(index, link, self._seed)
        self.connections.append(connection)
        try:
            await trio.sleep(2 * link.latency)
            listener = self._listeners.get((host, port))
            if listener is None:
                raise ConnectionRefusedError(f"nobody listens on {host}:{port}")
            await listener.deliver(connection.server)
        except BaseException:
            connection.reset()
            raise
        return connection.client


async def _handle(handler: Callable[[trio.abc.Stream], Awaitable[object]], stream: trio.abc.Stream) -> None:
    try:
        await handler(stream)
    finally:
        await trio.aclose_forcefully(stream)


class VirtualListener(trio.abc.Listener["VirtualStream"]):
    """A listener on one address. Made by `VirtualNetwork.listen`."""

    def __init__(self, forget: Callable[[], object]) -> None:
        self._forget = forget
        self._send, self._receive = trio.open_memory_channel["VirtualStream"](128)  # as many as an OS lets wait

    async def deliver(self, stream: VirtualStream) -> None:
        """Queue a connection to be accepted. Waits while 128 of them wait.

        Raises:
            ConnectionRefusedError: this listener is closed.
        """
        try:
            await self._send.send(stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise ConnectionRefusedError("the listener has gone") from None

    async def accept(self) -> VirtualStream:
        """Wait for the next connection, and return the server's end of it. Cancellation loses no connection."""
        return await self._receive.receive()

    async def aclose(self) -> None:
        """Stop listening. Connections that wait to be accepted are reset."""
        self._forget()
        self._send.close()
        try:
            while True:
                self._receive.receive_nowait().connection.reset()
        except (trio.WouldBlock, trio.EndOfChannel, trio.ClosedResourceError):
            pass
        self._receive.close()
        await trio.lowlevel.checkpoint()


class VirtualConnection:
    """One connection with its two ends. Made by `VirtualNetwork`. Its faults (`reset`, `silence`, `vanish`) are plain calls and take
    effect at once.
    """

    def __init__(self, index: int, link: Link, seed: int) -> None:
        self.index = index
        self.link = link
        self.to_client = _Pipe(link, random.Random(f"{seed}/{index}/down"), self._sent_to_client)
        self.to_server = _Pipe(link, random.Random(f"{seed}/{index}/up"), None)
        self.client = VirtualStream(self, incoming=self.to_client, outgoing=self.to_server)
        self.server = VirtualStream(self, incoming=self.to_server, outgoing=self.to_client)

    @property
    def closed(self) -> bool:
        """Whether both ends are closed, or the connection was reset."""
        return self.to_client.broken or (self.client.closed and self.server.closed)

    def reset(self) -> None:
        """Reset the connection: both ends fail from now on, and bytes under way are lost."""
        self.to_client.reset()
        self.to_server.reset()

    def silence(self) -> None:
        """Make the connection half-open: nothing arrives any more, and neither end is told. A writer waits when the window is
        full.
        """
        self.to_client.silence()
        self.to_server.silence()

    def vanish(self) -> None:
        """Let the server vanish without a FIN: its own end fails, and the client's receives nothing any more."""
        self.silence()
        self.server.abandon()

    def _sent_to_client(self, total: int) -> None:
        if self.link.reset_after is not None and total >= self.link.reset_after:
            self.reset()
        if self.link.silent_after is not None and total >= self.link.silent_after:
            self.silence()


class VirtualStream(trio.abc.Stream):
    """One end of a connection. Made by `VirtualNetwork`."""

    def __init__(self, connection: VirtualConnection, *, incoming: _Pipe, outgoing: _Pipe) -> None:
        self.connection = connection
        self.closed = False
        self._incoming = incoming
        self._outgoing = outgoing
        self._one_sender = _OneTask("sending on this stream")
        self._one_receiver = _OneTask("receiving on this stream")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all bytes, waiting while the window is full. If cancelled, some of them may have been sent.

        Raises:
            trio.ClosedResourceError: this end is closed.
            trio.BrokenResourceError: the connection was reset, or the other end is closed.
            trio.BusyResourceError: another task sends on this stream.
        """
        with self._one_sender:
            await trio.lowlevel.checkpoint()
            rest = memoryview(bytes(data))
            while True:
                self._raise_if_closed()
                rest = rest[self._outgoing.push(rest) :]
                if not rest:
                    break
                await self._outgoing.changed()

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until the window has room. Cancellation ends the wait and changes nothing else."""
        with self._one_sender:
            await trio.lowlevel.checkpoint()
            self._raise_if_closed()
            while not self._outgoing.room:
                await self._outgoing.changed()
                self._raise_if_closed()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Wait for bytes, and return what has arrived; b"" when the other end has closed. Cancellation loses no byte.

        Raises:
            trio.ClosedResourceError: this end is closed.
            trio.BrokenResourceError: the connection was reset.
            trio.BusyResourceError: another task receives on this stream.
        """
        if max_bytes is not None and operator.index(max_bytes) < 1:
            raise ValueError(f"max_bytes is {max_bytes}; it must be at least 1")
        with self._one_receiver:
            await trio.lowlevel.checkpoint()
            while True:
                self._raise_if_closed()
                data = self._incoming.pull(max_bytes)
                if data is not None:
                    return data
                arrival = self._incoming.next_arrival()
                if arrival == math.inf:  # the usual case, without the scope, which costs as much as the wait
                    await self._incoming.changed()
                    continue
                with trio.move_on_at(arrival):
                    await self._incoming.changed()

    async def aclose(self) -> None:
        """Close this end. The other end reads what is under way, then b""; its writes fail."""
        self.abandon()
        self._outgoing.finish()
        await trio.lowlevel.checkpoint()

    def abandon(self) -> None:
        """Close this end without telling the other."""
        self.closed = True
        self._incoming.leave()
        self._outgoing.wake()

    def _raise_if_closed(self) -> None:
        if self.closed:
            raise trio.ClosedResourceError("this end of the stream is closed")


class _OneTask:
    """Refuses a second task at a time, as a real stream does."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._taken = False

    def __enter__(self) -> None:
        if self._taken:
            raise trio.BusyResourceError(f"another task is {self._doing}")
        self._taken = True

    def __exit__(self, *_: object) -> None:
        self._taken = False


class _Pipe:
    """One direction of a connection: bytes with their times of arrival."""

    def __init__(self, link: Link, draws: random.Random, sent: Callable[[int], None] | None) -> None:
        self._link = link
        self._draws = draws
        self._sent = sent
        self._chunks: deque[tuple[float, memoryview]] = deque()
        self._busy_until = 0.0
        self._last_arrival = 0.0
        self._changed = Signal()
        self._finished = False
        self._silent = False
        self._reader_gone = False
        self.broken = False
        self.total = 0
        """Bytes sent so far."""
        self.unread = 0
        """Bytes that were sent and not yet read."""
        self.peak_unread = 0

    @property
    def room(self) -> int:
        if self.broken or self._reader_gone:
            return 1  # a write fails at once
        return self._link.window - self.unread

    def push(self, data: memoryview) -> int:
        if self.broken or (self._reader_gone and not self._silent):
            raise trio.BrokenResourceError("the connection was reset")
        taken = min(len(data), max(self.room, 0)) if not self._reader_gone else len(data)
        if taken:
            self.total += taken
            self.unread += taken
            self.peak_unread = max(self.peak_unread, self.unread)
            if not self._silent:
                self._chunks.append((self._arrival(taken), data[:taken]))
            self.wake()
            if self._sent is not None:
                self._sent(self.total)
        return taken

    def pull(self, max_bytes: int | None) -> bytes | None:
        """Take what has arrived. Returns b"" at the end of the stream, and None if nothing has arrived yet."""
        if self.broken:
            raise trio.BrokenResourceError("the connection was reset")
        now = trio.current_time()
        limit = min(max_bytes or self._link.window, self._link.window)
        if self._link.split is not None:
            limit = min(limit, self._draws.randint(1, self._link.split))
        data = bytearray()
        while self._chunks and self._chunks[0][0] <= now and len(data) < limit:
            arrival, chunk = self._chunks.popleft()
            fits = limit - len(data)
            data += chunk[:fits]
            if len(chunk) > fits:
                self._chunks.appendleft((arrival, chunk[fits:]))
        if data:
            self.unread -= len(data)
            self.wake()
            return bytes(data)
        if self._finished and not self._chunks and not self._silent and self._last_arrival <= now:
            return b""
        return None

    def next_arrival(self) -> float:
        """When there will be something to read, on Trio's clock, unless something changes before; infinite if nothing is due."""
        now = trio.current_time()
        if self._chunks:
            return self._chunks[0][0]
        if self._finished and self._last_arrival > now and not self._silent:
            return self._last_arrival
        return float("inf")

    def finish(self) -> None:
        if not self._finished:
            self._finished = True
            self._last_arrival = self._arrival(0)
            self.wake()

    def leave(self) -> None:
        """The reader is closed: bytes under way are lost, and writes fail, unless the connection is silent."""
        self._reader_gone = True
        self._chunks.clear()
        self.wake()

    def reset(self) -> None:
        self.broken = True
        self._chunks.clear()
        self.wake()

    def silence(self) -> None:
        self._silent = True
        self._chunks.clear()
        self.wake()

    async def changed(self) -> None:
        await self._changed.wait()

    def wake(self) -> None:
        self._changed.give()

    def _arrival(self, size: int) -> float:
        start = max(trio.current_time(), self._busy_until)
        if self._link.bandwidth is not None:
            start += size / self._link.bandwidth
        self._busy_until = start
        arrival = start + self._link.latency + self._draws.random() * self._link.jitter
        self._last_arrival = max(self._last_arrival, arrival)
        return self._last_arrival
