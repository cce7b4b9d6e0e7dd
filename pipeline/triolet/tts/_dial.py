"""Opening a stream to a service, with TLS or without."""

from __future__ import annotations

import functools
import operator
import os
import ssl
import sys
import threading
from collections.abc import Awaitable, Callable

import trio

Dial = Callable[[str, int, bool], Awaitable[trio.abc.Stream]]
"""Opens a stream to (host, port), with TLS or without; raises OSError, ssl.SSLError or trio.BrokenResourceError."""

READ_BYTES = 16 * 1024
"""The most bytes read at once: two messages of a service that speaks in real time. Reading 4 KiB at once costs half as much again. With
64 KiB, a process that is late held as much for each of its connections, which the kernel may as well hold."""


async def dial_tcp(host: str, port: int, tls: bool, *, ssl_context: ssl.SSLContext | None = None) -> trio.abc.Stream:
    """Open a TCP connection, with verified TLS if wanted (the handshake is complete when it returns).

    `ssl_context` holds certificates of your own; None: those of the system. Behind a proxy, use `dialler`.
    """
    tcp = await trio.open_tcp_stream(host, port)
    transport = tcp if sys.platform == "win32" else SocketStream(tcp)
    return await secured(transport, host, ssl_context) if tls else transport


async def secured(transport: trio.abc.Stream, host: str, ssl_context: ssl.SSLContext | None) -> trio.abc.Stream:
    """Put TLS over a stream, which is closed if that fails."""
    trusted = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")  # what OpenSSL itself looks at
    stream = trio.SSLStream(transport, ssl_context or _context(*trusted), server_hostname=host, https_compatible=True)
    try:
        await stream.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise
    return stream


@functools.lru_cache(maxsize=4)
def _context(_cert_file: str | None, _cert_dir: str | None) -> ssl.SSLContext:
    """What all connections with the same trusted certificates share. To read the certificates takes about 0.8 MB and 45 ms, in which
    the event loop stands still: too much for each connection.
    """
    return ssl.create_default_context()


class _Buffer(threading.local):
    """What each thread reads into: its bytes are copied before another task can run."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(READ_BYTES))


_buffer = _Buffer()


def _read(file: int, size: int) -> bytes:
    """Read at most so many bytes. `os.read` makes room for all of them and gives most of it back, which leaves the memory of a
    process that reads many sockets in pieces.
    """
    view = _buffer.view
    return bytes(view[: os.readv(file, (view if size >= READ_BYTES else view[:size],))])


class SocketStream(trio.abc.Stream):
    """A stream over a socket. It waits until the socket is readable, and then reads.

    Trio's own stream reads first, and waits if nothing was there. That is right where data is waiting. A service that speaks in
    real time has sent nothing more after each message, so the first read is a system call that fails. Without it a message costs
    a quarter less, and arrives sooner. Not for Windows, where a socket is not a file.
    """

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self.socket = stream.socket

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """See `trio.abc.SendStream`."""
        await self._stream.send_all(data)

    def send_nowait(self, data: bytes) -> int:
        """Send as many of these bytes as the system takes at once, and return their number. A plain call, for when no task sends.

        It is 0 as well where the connection has ended: `send_all` says how.
        """
        try:
            return os.write(self.socket.fileno(), data)
        except OSError:
            return 0

    async def wait_send_all_might_not_block(self) -> None:
        """See `trio.abc.SendStream`."""
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """See `trio.abc.ReceiveStream`."""
        size = READ_BYTES if max_bytes is None else operator.index(max_bytes)
        if size < 1:  # a read of nothing would look like the end
            raise ValueError(f"max_bytes is {max_bytes}; it must be at least 1")
        while True:
            if self.socket.fileno() < 0:
                await trio.lowlevel.checkpoint()
                raise trio.ClosedResourceError("this socket was already closed")
            await trio.lowlevel.wait_readable(self.socket)
            # What has become readable may have been closed before this task ran: its number may be another file's by now.
            if (file := self.socket.fileno()) < 0:
                continue
            try:
                return _read(file, size)
            except BlockingIOError:
                continue  # it was not readable after all: a kernel may say so
            except OSError as error:
                raise trio.BrokenResourceError(f"socket connection broken: {error}") from error

    async def aclose(self) -> None:
        """See `trio.abc.AsyncResource`."""
        await self._stream.aclose()
