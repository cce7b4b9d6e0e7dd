"""One hardened WebSocket connection for all vendors.

A pump task always receives and hands each message to a plain function, so pings are answered and a Close is seen however
slow everybody else is. Sends are whole or the connection is dropped. Whatever ends the connection becomes one error of
ours, made in one place, and reaches the task that waits for an answer through `failed`.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

import attrs
import trio
import trio_websocket

from triolet.errors import ConnectionLost, DeadlineExpired, ProtocolViolation, TrioletError
from triolet.tts import _websocket_failures as failures
from triolet.tts._websocket_failures import Address

Dial = Callable[[str, int, bool], Awaitable[trio.abc.Stream]]
"""Opens a stream to (host, port), with TLS or without; raises OSError, ssl.SSLError or trio.BrokenResourceError."""

Headers = Callable[[], Sequence[tuple[str, str]]]
"""Gives the headers of the handshake when they are needed, so that a key rests in no object that could be printed."""

_HEAD_BYTES = 8 * 1024
"""How much of a refused handshake's answer is kept for the error text; bodies of vendors are some hundred bytes."""


_HANDSHAKE_BYTES = 256 * 1024
"""The most that an answer to the handshake may have, its body included: what comes after is not waited for. Four reads, so
that events which follow a 101 at once never count."""


@attrs.frozen(kw_only=True)
class WebSocketOptions:
    """Deadlines in seconds and bounds of one connection."""

    connect_timeout: float = 10.0
    """DNS, TCP, TLS and HTTP together: four round trips, and time for three lost packets (1 + 2 + 4 s)."""
    send_timeout: float = 5.0
    """One message. Kernels take some 100 kB at once, so only a peer that has stopped reading ever makes a send wait."""
    close_timeout: float = 1.0
    """From our Close to the peer's: one round trip, at most 0.4 s on earth."""
    ping_interval: float | None = 20.0
    """Between two pings; None sends none. The default of `websockets`; below the 30 s to 350 s after which NATs and load
    balancers forget a silent connection."""
    ping_timeout: float = 20.0
    """From a ping to its answer: as much, since the answer queues behind audio."""
    max_message_size: int = 4 * 2**20
    """Characters in one message: 65 s of 24 kHz audio as base64, a hundred times what services send at once."""

    def __attrs_post_init__(self) -> None:
        for name in ("connect_timeout", "send_timeout", "close_timeout", "ping_timeout", "max_message_size"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)!r}; it must be above 0")
        if self.ping_interval is not None and not self.ping_interval > 0:
            raise ValueError(f"ping_interval is {self.ping_interval!r}; it must be above 0, or None for no pings")


async def dial_tcp(host: str, port: int, tls: bool) -> trio.abc.Stream:
    """Open a TCP connection, with verified TLS if wanted (the handshake is complete when it returns)."""
    if not tls:
        return await trio.open_tcp_stream(host, port)
    context = ssl.create_default_context()
    stream = await trio.open_ssl_over_tcp_stream(host, port, https_compatible=True, ssl_context=context)
    try:
        await stream.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise
    return stream


def no_headers() -> Sequence[tuple[str, str]]:
    """The headers of a service that wants none."""
    return ()


@asynccontextmanager
async def open_websocket(
    url: str,
    *,
    receive: Callable[[str], None],
    failed: Callable[[Exception], None],
    receive_bytes: Callable[[bytes], None] | None = None,
    headers: Headers = no_headers,
    options: WebSocketOptions | None = None,
    dial: Dial = dial_tcp,
    scrub: Callable[[str], str] = str,
) -> AsyncGenerator[WebSocket, None]:
    """Open a connection to a `ws://` or `wss://` URL; leaving the block closes it politely, within `close_timeout`.

    `receive` gets each text message, in order, and never waits. What it raises ends the connection with that error. A
    binary message goes to `receive_bytes`; without one it is a `ProtocolViolation`. `failed` is called once if the open
    connection ends by anything but leaving the block, with the error; `WebSocket.failure` keeps it. Both are called from
    the pump and must not call back into the block's own task except by setting events.

    `scrub` takes secrets out of everything the peer says, messages and errors: some services repeat a wrong key.

    Cancellation closes the connection as well: a Close goes out and is waited for, shielded and bounded.

    Raises:
        AuthenticationFailed: HTTP 401 or 403; `code` is the status, `message` the body.
        ConnectionFailed: refused, no route, TLS, another HTTP status (429 has `code` "429"), no HTTP at all.
        DeadlineExpired: no open connection within `connect_timeout`.
        ValueError: not a WebSocket URL.
    """
    websocket = WebSocket(
        Address.parse(url), receive, receive_bytes, failed, headers, options or WebSocketOptions(), dial, scrub
    )
    raised: BaseException | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(websocket._run)  # noqa: SLF001 -- one module, one idea
        try:
            await websocket._wait_until_open()  # noqa: SLF001
            yield websocket
        except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below: outside of the nursery, so alone
            raised = error
        await websocket.close()
    if raised is not None:
        raise raised


class WebSocket:
    """An open connection. Made by `open_websocket`."""

    def __init__(
        self,
        address: Address,
        receive: Callable[[str], None],
        receive_bytes: Callable[[bytes], None] | None,
        failed: Callable[[Exception], None],
        headers: Headers,
        options: WebSocketOptions,
        dial: Dial,
        scrub: Callable[[str], str],
    ) -> None:
        self._address = address
        self._receive = receive
        self._receive_bytes = receive_bytes
        self._failed = failed
        self._headers = headers
        self._options = options
        self._dial = dial
        self._scrub = scrub
        # Shielded, or a cancellation from outside would end the pump before the polite close.
        self._scope = trio.CancelScope(shield=True)
        self._wire: _Wire | None = None
        self._connection: trio_websocket.WebSocketConnection | None = None
        self._settled = trio.Event()
        self._ended = trio.Event()
        self._closing = False
        self._failure: Exception | None = None

    @property
    def failure(self) -> Exception | None:
        """What ended the connection; None while it is open, and after it was closed by leaving the block."""
        return self._failure

    async def send(self, text: str) -> None:
        """Send one message, whole.

        Cancellation waits until it is sent (at most `send_timeout`): half a frame on the wire would spoil all that follow.

        Raises:
            DeadlineExpired: not sent within `send_timeout`; the connection is dropped.
            ConnectionLost, ProtocolViolation: the connection has ended; the same error that `failed` got.
            RuntimeError: it was closed, or the block was left.
        """
        if self._closing or self._connection is None:
            await trio.lowlevel.checkpoint_if_cancelled()  # what left the block may have cancelled its sender, too
            raise RuntimeError("this connection was closed, or its block was left")
        if self._failure is None:
            with trio.move_on_after(self._options.send_timeout, shield=True) as scope:
                try:
                    await self._connection.send_message(text)
                except trio_websocket.ConnectionClosed:
                    # The pump still hands over what came before the end, then knows why it ended.
                    await self._ended.wait()
            if scope.cancelled_caught:
                self._fail(
                    DeadlineExpired(
                        f"{self._address} did not take a message of {len(text)} characters within "
                        f"{self._options.send_timeout:g} s (send_timeout)"
                    )
                )
        if self._failure is not None:
            raise self._failure

    async def _wait_until_open(self) -> None:
        with trio.move_on_after(self._options.connect_timeout):
            await self._settled.wait()
        if self._failure is None and self._connection is None:
            head = self._words(self._wire.head) if self._wire is not None else ""
            if "\r\n\r\n" in head:  # a refusal whose body does not end
                self._fail(failures.broken_off(self._address, head))
            else:
                self._fail(
                    DeadlineExpired(
                        f"no connection to {self._address} within {self._options.connect_timeout:g} s (connect_timeout)"
                    )
                )
        # What fails after the handshake, however soon, is told to `failed`: one way, whatever task runs first.
        if self._connection is None and self._failure is not None:
            raise self._failure

    async def _run(self) -> None:
        """Everything foreign happens in here: nothing but our own errors gets out, and those only through `_fail`."""
        try:
            with self._scope:
                self._wire = wire = _Wire(await self._dial(self._address.host, self._address.port, self._address.tls))
                try:
                    async with trio.open_nursery() as nursery:
                        await self._pump(await self._shake_hands(nursery, wire), nursery)
                finally:
                    await trio.aclose_forcefully(wire)
        except* Exception as group:  # noqa: BLE001 -- every error is mapped, and none is lost
            self._fail(self._as_ours(_most_telling(group)))
        finally:
            self._ended.set()
            self._settled.set()

    async def _shake_hands(self, nursery: trio.Nursery, wire: _Wire) -> trio_websocket.WebSocketConnection:
        # trio-websocket waits for ever when the stream ends, or speaks no HTTP, before the handshake is complete.
        async with trio.open_nursery() as watching:
            watching.start_soon(wire.raise_at_end)
            connection = await trio_websocket.wrap_client_stream(
                nursery,
                cast("trio.SocketStream", wire),
                self._address.host_header,
                self._address.resource,
                extra_headers=[_encoded(name, value) for name, value in self._headers()],
                max_message_size=self._options.max_message_size,
                receive_buffer_size=64 * 1024,  # a third cheaper than the default of 4 KiB
            )
            wire.handshake_is_complete()
            watching.cancel_scope.cancel()
        return connection

    async def _pump(self, connection: trio_websocket.WebSocketConnection, nursery: trio.Nursery) -> None:
        self._connection = connection
        self._settled.set()
        if self._options.ping_interval is not None:
            nursery.start_soon(self._keep_alive, connection, self._options.ping_interval)
        while True:
            try:
                message = await connection.get_message()
            except trio_websocket.ConnectionClosed as closed:
                if not self._closing:
                    if closed.reason is None:
                        # The reader has failed, by Ctrl-C in its midst for example: its own error ends this sleep.
                        await trio.sleep(self._options.close_timeout)  # noqa: ASYNC120
                    raise
                return  # closed by us; the reader goes on in the nursery, for it waits for the peer's Close
            try:
                self._hand_over(message)
            except Exception as error:  # noqa: BLE001 -- not ours to judge: whoever waits for an answer gets it as it is
                self._fail(error)

    def _hand_over(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._receive(self._scrub(message))
        elif self._receive_bytes is not None:
            self._receive_bytes(message)
        else:
            raise ProtocolViolation(
                f"{self._address} sent a binary message of {len(message)} bytes; its events are text"
            )

    async def _keep_alive(self, connection: trio_websocket.WebSocketConnection, interval: float) -> None:
        while True:
            await trio.sleep(interval)
            with trio.move_on_after(self._options.ping_timeout) as scope:
                try:
                    await connection.ping()
                except trio_websocket.ConnectionClosed:
                    return  # the pump knows why
            if scope.cancelled_caught:
                raise DeadlineExpired(
                    f"{self._address} did not answer a ping within {self._options.ping_timeout:g} s (ping_timeout): "
                    "the connection is dead"
                )

    def _fail(self, error: Exception) -> None:
        if self._failure is not None or self._closing:
            return
        self._failure = error
        self._scope.cancel()
        if self._connection is not None:
            self._failed(error)

    def _as_ours(self, error: Exception) -> Exception:
        """The one place where foreign errors become ours; what is no error of the outside (a bug) stays what it is."""
        ours: Exception
        head = self._words(self._wire.head) if self._wire is not None else ""
        match error:
            case trio_websocket.ConnectionRejected():
                body = self._words(error.body) if error.body else head.partition("\r\n\r\n")[2]
                ours = failures.refused(self._address, error.status_code, body)
            case _HandshakeEnded():
                ours = failures.broken_off(self._address, head)
            case trio_websocket.ConnectionClosed():
                code, reason = (error.reason.code, error.reason.reason) if error.reason else (None, None)
                ours = failures.closed(self._address, code, self._scrub(reason or ""), self._options.max_message_size)
            case OSError() | trio.BrokenResourceError() if self._connection is not None:
                ours = ConnectionLost(f"the connection to {self._address} broke: {error}")
            case OSError() | trio.BrokenResourceError():
                ours = failures.unreachable(self._address, error)
            case _ if self._connection is None and head:
                ours = failures.broken_off(self._address, head)  # the libraries below choked on the answer
            case _:
                return error
        shown = f"{error!r} {error}"
        ours.__cause__ = error if self._scrub(shown) == shown else None
        return ours

    def _words(self, raw: bytes) -> str:
        return self._scrub(raw.decode("utf-8", "replace"))

    async def close(self) -> None:
        """Send a Close and wait for the answer, shielded, at most `close_timeout`. Leaving the block does the same.

        Nothing is received afterwards. Closing twice does nothing.
        """
        self._closing = True
        if self._connection is not None and self._failure is None:
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await self._connection.aclose(1000)
        self._scope.cancel()
        with trio.CancelScope(shield=True):  # bounded: what is left in there closes by force
            await self._ended.wait()


class _HandshakeEnded(Exception):
    """The stream ended during the handshake."""


class _Wire(trio.abc.Stream):
    """The stream below the WebSocket, which knows when it has ended and what came first."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._end = trio.Event()
        self._shaking_hands = True
        self._came = 0
        self.head = b""
        """What came before the handshake was complete, for the text of an error."""

    async def raise_at_end(self) -> None:
        await self._end.wait()
        raise _HandshakeEnded

    def handshake_is_complete(self) -> None:
        self._shaking_hands = False
        self.head = b""

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        try:
            await self._stream.send_all(data)
        except trio.BrokenResourceError:
            self._end.set()
            raise

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        data: bytes | bytearray = b""
        try:
            data = await self._stream.receive_some(max_bytes)
        finally:
            if not data:
                self._end.set()
        if self._shaking_hands:
            self.head = (self.head + data)[:_HEAD_BYTES]
            self._came += len(data)
            if self._came > _HANDSHAKE_BYTES:
                self._end.set()
                return b""
        return data

    async def aclose(self) -> None:
        self._end.set()
        await self._stream.aclose()


def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    if not (value.isascii() and value.isprintable()):  # the value may be a key: it is not shown
        raise ValueError(f"the header {name} has a value with characters that no header may have")
    return name.encode("ascii"), value.encode("ascii")


def _most_telling(group: BaseExceptionGroup[Exception]) -> Exception:
    flat = [_most_telling(error) if isinstance(error, BaseExceptionGroup) else error for error in group.exceptions]
    ranking = (TrioletError, trio_websocket.ConnectionRejected, _HandshakeEnded)
    for kind in ranking:
        for error in flat:
            if isinstance(error, kind):
                return error
    return flat[0]
