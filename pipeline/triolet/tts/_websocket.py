"""One hardened WebSocket connection for all vendors.

One task reads the connection as long as it is open, and calls a plain function with each message: pings are answered and a
Close is seen however slow everybody else is. trio-websocket opens the connection, `FrameReader` and wsproto read it. Sends
are whole or the connection is dropped. Whatever ends the connection becomes one error of ours, made in one place, and
reaches the task that waits for an answer through `failed`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import attrs
import trio
import trio_websocket
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Event, Ping, Pong

from triolet._tools._signal import Flag
from triolet.errors import DeadlineExpired, ProtocolViolation, TrioletError
from triolet.tts import _websocket_failures as failures
from triolet.tts._client_frames import ping_frame, text_frames
from triolet.tts._dial import READ_BYTES, Dial, SocketStream, dial_tcp
from triolet.tts._websocket_failures import Address
from triolet.tts._websocket_frames import FrameReader, Happening, NoFrames, PeerClosed, TooLong
from triolet.tts._websocket_handshake import Handshake, HandshakeEnded

Headers = Callable[[], Sequence[tuple[str, str]]]
"""Gives the headers of the handshake when they are needed, so that a key rests in no object that could be printed."""

_MESSAGES_A_STEP = 16
"""How many messages of one read are handed over before other tasks run; a read may hold thousands of tiny ones. Other tasks also
run after the first message, so that nobody waits for the second to hear the first."""


_LATE = 0.05
"""Seconds after a deadline from which this process is late, and not the peer: the answer may have come and not been read."""


@attrs.frozen(kw_only=True)
class WebSocketOptions:
    """Deadlines in seconds and bounds of one connection."""

    connect_timeout: float = 10.0
    """For DNS, TCP, TLS and HTTP together: four round trips, and time for three lost packets (1 + 2 + 4 s)."""
    send_timeout: float = 5.0
    """For sending one message. Kernels take some 100 kB at once, so only a peer that has stopped reading makes a send wait."""
    close_timeout: float = 1.0
    """From our Close to the peer's: one round trip, at most 0.4 s on earth."""
    ping_interval: float | None = 20.0
    """From one ping to the next; None sends none. 20 s are the default of `websockets`; below the 30 s to 350 s after which NATs and load
    balancers forget a silent connection."""
    ping_timeout: float = 20.0
    """From a ping to its answer. As long as `ping_interval`, since the answer waits behind audio that is on its way."""
    max_message_size: int = 4 * 2**20
    """The most characters in one message: 65 s of 24 kHz audio as base64, a hundred times what services send at once."""

    def __attrs_post_init__(self) -> None:
        for name in ("connect_timeout", "send_timeout", "close_timeout", "ping_timeout", "max_message_size"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)!r}; it must be above 0")
        if self.ping_interval is not None and not self.ping_interval > 0:
            raise ValueError(f"ping_interval is {self.ping_interval!r}; it must be above 0, or None for no pings")


def no_headers() -> Sequence[tuple[str, str]]:
    """No headers: the default of `open_websocket`."""
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
    connection ends by anything but leaving the block, with the error; `WebSocket.failure` keeps it. Both are called by
    the task that reads. They must be short, since no other task runs meanwhile, and `failed` must not raise.

    `scrub` takes secrets out of all that the peer says, in messages and errors, since some services repeat a wrong key.

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
        nursery.start_soon(websocket._run, nursery)  # noqa: SLF001 -- one module, one idea
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
        self._handshake: Handshake | None = None
        self._stream: trio.abc.Stream | None = None
        """Once the handshake is complete."""
        self._work = trio.CancelScope(shield=True)
        """Around what the task that reads does now. Shielded, or a cancellation from outside would end the reading before the polite
        close."""
        self._stopped = False
        """Whether all of its work is to end."""
        self._wsproto: Connection | None = None
        """Made when it is needed: it takes 2 KB, and nearly all that is sent or comes needs none of it."""
        self._sending = trio.Lock()
        self._paying: trio.CancelScope | None = None
        """Around the work of the task that sends what is owed, while there is one."""
        self._owed: dict[type[Event], Ping | Pong] = {}
        """What is to be sent besides messages, the last of each kind: a pong need answer only the last ping."""
        self._ping_numbers = itertools.count(1)
        self._ping: bytes | None = None
        """The one that has not been answered."""
        self._settled = Flag()
        self._ended = Flag()
        self._closing = False
        self._failure: Exception | None = None

    @property
    def failure(self) -> Exception | None:
        """What ended the connection; None while it is open, and after it was closed by leaving the block."""
        return self._failure

    async def send(self, text: str, *more: str) -> None:
        """Send one message, whole; or several, in one write.

        Cancellation waits until they are sent (at most `send_timeout`): half a frame on the wire would spoil all that follow.

        Raises:
            DeadlineExpired: not sent within `send_timeout`; the connection is dropped.
            ConnectionLost, ProtocolViolation: the connection has ended; the same error that `failed` got.
            RuntimeError: it was closed, or the block was left.
        """
        if self._failure is None and not self._closing and self._stream is not None:
            data = text_frames((text, *more))
            if isinstance(self._stream, SocketStream) and self._may_be_sent(data) and not self._sending.locked():
                # First without a deadline, which costs as much as all the rest: a kernel takes a short message at once.
                data = data[self._stream.send_nowait(data) :]
                if not data:
                    await trio.lowlevel.cancel_shielded_checkpoint()
                    return
            with trio.move_on_after(self._options.send_timeout, shield=True) as scope:
                if await self._sent(data):
                    return
                # What has come before the end is still handed over, then it is known why it ended.
                await self._ended.wait()
            if scope.cancelled_caught:
                self._fail(
                    DeadlineExpired(
                        f"{self._address} did not take a message of {len(text) + sum(map(len, more))} characters within "
                        f"{self._options.send_timeout:g} s (send_timeout)"
                    )
                )
        if self._failure is not None:
            raise self._failure
        await trio.lowlevel.checkpoint_if_cancelled()  # what left the block may have cancelled its sender, too
        raise RuntimeError("this connection was closed, or its block was left")

    async def _sent(self, data: Event | bytes) -> bool:
        """Send an event, or frames of messages, when no other task sends. Return whether all of it was sent."""
        assert self._stream is not None
        try:
            self._sending.acquire_nowait()  # costs a tenth of what waiting for it costs
        except trio.WouldBlock:
            await self._sending.acquire()
        try:
            if not self._may_be_sent(data):
                return False
            await self._stream.send_all(data if isinstance(data, bytes) else self._protocol().send(data))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        finally:
            self._sending.release()
        return True

    def _may_be_sent(self, data: Event | bytes) -> bool:
        """Whether the protocol has room for it: nothing goes out behind a Close but the answer to the peer's."""
        state = ConnectionState.OPEN if self._wsproto is None else self._wsproto.state
        if isinstance(data, CloseConnection):
            return state in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING)
        return state is ConnectionState.OPEN

    def _protocol(self) -> Connection:
        """What reads and writes the frames that are rare."""
        if self._wsproto is None:
            self._wsproto = Connection(ConnectionType.CLIENT)
        return self._wsproto

    async def _wait_until_open(self) -> None:
        with trio.move_on_after(self._options.connect_timeout):
            await self._settled.wait()
        if self._failure is None and self._stream is None:
            head = self._head
            if "\r\n\r\n" in head:  # a refusal whose body does not end
                self._fail(failures.broken_off(self._address, head))
            else:
                self._fail(
                    DeadlineExpired(
                        f"no connection to {self._address} within {self._options.connect_timeout:g} s (connect_timeout)"
                    )
                )
        # What fails after the handshake, however soon, is told to `failed`: one way, whatever task runs first.
        if self._stream is None and self._failure is not None:
            raise self._failure

    async def _run(self, nursery: trio.Nursery) -> None:
        """Everything foreign happens in here: nothing but our own errors gets out, and those only through `_fail`."""
        stream: trio.abc.Stream | None = None
        behind = b""
        try:
            with self._work:
                if self._closing:  # before it began
                    self._stop()
                stream = await self._dial(self._address.host, self._address.port, self._address.tls)
                self._handshake = Handshake(stream)
                behind = await self._handshake.run(self._address, self._headers())
                self._handshake = None
                self._stream = stream
                self._settled.give()
            if self._stream is not None:
                await self._read(self._stream, behind, nursery)
        except* Exception as group:  # noqa: BLE001 -- every error is mapped, and none is lost
            self._fail(self._as_ours(_most_telling(group)))
        finally:
            self._stop()
            if stream is not None:
                with trio.CancelScope(shield=True):  # it waits for nothing
                    await trio.aclose_forcefully(stream)
            self._ended.give()
            self._settled.give()

    async def _read(self, stream: trio.abc.Stream, behind: bytes, nursery: trio.Nursery) -> None:
        """Read to the end of the connection. Send pings, and fail if the peer does not answer one in time."""
        reader = FrameReader(self._protocol, self._options.max_message_size)
        due = self._next_ping()
        while not self._stopped:
            # Its deadline interrupts a read that has nothing, and nothing else.
            with trio.CancelScope(deadline=due, shield=True) as self._work:
                if behind and await self._take(reader.feed(behind), nursery):
                    return
                behind = b""
                while True:
                    try:
                        data = await stream.receive_some(READ_BYTES)
                    except (trio.BrokenResourceError, trio.ClosedResourceError):
                        break
                    if not data:
                        break
                    if await self._take(reader.feed(data), nursery):
                        return
                    del data  # or it would be kept while nothing comes
                if not await self._take(reader.finish(), nursery):
                    self._fail(failures.broke(self._address))
                return
            if not self._stopped:
                due = self._ping_again(due, nursery)

    async def _take(self, happenings: Iterator[Happening | None], nursery: trio.Nursery) -> bool:
        """Hand over what has come. Return whether it was the last of the connection."""
        for number, happening in enumerate(happenings):
            if number % _MESSAGES_A_STEP == 1:
                # Twice: Trio draws the order of those that can run, and after one this task could be the first again.
                await trio.lowlevel.cancel_shielded_checkpoint()
                await trio.lowlevel.cancel_shielded_checkpoint()
            if isinstance(happening, str | bytes):
                if self._closing or self._failure is not None:
                    continue  # nothing is received any more, but the peer's Close may come
                try:
                    self._hand_over(happening)
                except Exception as error:  # noqa: BLE001 -- not ours to judge: whoever waits for an answer gets it as it is
                    self._fail(error)
                    return True
            elif happening is not None and await self._take_control(happening, nursery):
                return True
        return False

    def _hand_over(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._receive(self._scrub(message))
        elif self._receive_bytes is not None:
            self._receive_bytes(message)
        else:
            raise ProtocolViolation(
                f"{self._address} sent a binary message of {len(message)} bytes; its events are text"
            )

    async def _take_control(
        self, happening: Ping | Pong | PeerClosed | NoFrames | TooLong, nursery: trio.Nursery
    ) -> bool:
        """Answer what is no message. Return whether it was the last of the connection."""
        match happening:
            case Ping():
                self._owe(happening.response(), nursery)
                return False
            case Pong():
                if bytes(happening.payload) == self._ping:
                    self._ping = None
                    self._work.deadline = self._next_ping()
                return False
            case PeerClosed():
                reason = self._scrub(happening.event.reason or "")
                self._fail(failures.closed(self._address, happening.event.code, reason))
                farewell = happening.event.response()
            case NoFrames():
                self._fail(failures.no_frames(self._address, happening.code, self._scrub(happening.reason)))
                farewell = CloseConnection(happening.code)
            case TooLong():
                self._fail(failures.too_long(self._address, self._options.max_message_size))
                farewell = CloseConnection(1009)
        with trio.move_on_after(self._options.close_timeout, shield=True):
            await self._sent(farewell)
        return True

    def _next_ping(self) -> float:
        return trio.current_time() + (math.inf if self._options.ping_interval is None else self._options.ping_interval)

    def _ping_again(self, due: float, nursery: trio.Nursery) -> float:
        """Send a ping, since the timer has expired. Return the time by which it must be answered."""
        now = trio.current_time()
        if self._ping is None:
            self._ping = next(self._ping_numbers).to_bytes(4, "big")
            self._owe(Ping(self._ping), nursery)
            return now + self._options.ping_timeout
        late = now - due
        if late > _LATE:
            return now + late
        raise DeadlineExpired(
            f"{self._address} did not answer a ping within {self._options.ping_timeout:g} s (ping_timeout): "
            "the connection is dead"
        )

    def _owe(self, event: Ping | Pong, nursery: trio.Nursery) -> None:
        """Have it sent by a task of its own: a reader that waits for the peer to read would let both wait for ever."""
        self._owed[type(event)] = event
        if self._paying is None:
            self._paying = trio.CancelScope(shield=True)
            nursery.start_soon(self._pay, self._paying)

    async def _pay(self, paying: trio.CancelScope) -> None:
        with paying:
            while self._owed:
                event = self._owed.pop(next(iter(self._owed)))
                with trio.move_on_after(self._options.send_timeout) as scope:
                    await self._sent(ping_frame(event))
                if scope.cancelled_caught:  # perhaps in the middle of the frame
                    self._fail(
                        DeadlineExpired(
                            f"{self._address} did not take a {type(event).__name__.lower()} within "
                            f"{self._options.send_timeout:g} s (send_timeout)"
                        )
                    )
                    self._stop()
                    return
        self._paying = None

    def _fail(self, error: Exception) -> None:
        if self._failure is not None or self._closing:
            return
        self._failure = error
        self._stop()
        if self._stream is not None:
            self._failed(error)

    def _stop(self) -> None:
        """End all of its work, now."""
        self._stopped = True
        self._work.cancel()
        if self._paying is not None:
            self._paying.cancel()

    @property
    def _head(self) -> str:
        return self._words(self._handshake.head) if self._handshake is not None else ""

    def _as_ours(self, error: Exception) -> Exception:
        """Make one of our errors of an error from outside. What is no error from outside (a bug) is returned as it is."""
        ours: Exception
        head = self._head
        match error:
            case trio_websocket.ConnectionRejected():
                body = self._words(error.body) if error.body else head.partition("\r\n\r\n")[2]
                ours = failures.refused(self._address, error.status_code, body, head)
            case HandshakeEnded():
                ours = failures.broken_off(self._address, head)
            case OSError() | trio.BrokenResourceError() if self._stream is not None:
                ours = failures.broke(self._address, error)
            case OSError() | trio.BrokenResourceError():
                ours = failures.unreachable(self._address, error)
            case _ if self._stream is None and head:
                ours = failures.broken_off(self._address, head)  # the libraries below choked on the answer
            case _:
                return error
        shown = f"{error!r} {error}"
        ours.__cause__ = error if self._scrub(shown) == shown else None
        return ours

    def _words(self, raw: bytes) -> str:
        return self._scrub(raw.decode("utf-8", "replace"))

    async def hang_up(self) -> None:
        """Send a Close, shielded, at most `close_timeout`, and do not wait for the answer: `close` does.

        Nothing is received afterwards. Hanging up twice does nothing.
        """
        if self._stream is not None and self._failure is None and not self._closing:
            self._closing = True
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await self._sent(CloseConnection(1000))

    async def close(self) -> None:
        """Send a Close and wait for the answer, shielded, at most `close_timeout`. Leaving the block does the same.

        Nothing is received afterwards. Closing twice does nothing.
        """
        if self._stream is None and self._handshake is not None and self._handshake.agreed:
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await self._settled.wait()  # the peer takes it for open: it is told
        self._closing = True
        if self._stream is not None and self._failure is None:
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await self._sent(CloseConnection(1000))
                await self._ended.wait()  # the reader waits for the peer's Close
        self._stop()
        with trio.CancelScope(shield=True):  # bounded: what is left in there closes by force
            await self._ended.wait()


def _most_telling(group: BaseExceptionGroup[Exception]) -> Exception:
    flat = [_most_telling(error) if isinstance(error, BaseExceptionGroup) else error for error in group.exceptions]
    ranking = (TrioletError, trio_websocket.ConnectionRejected, HandshakeEnded)
    for kind in ranking:
        for error in flat:
            if isinstance(error, kind):
                return error
    return flat[0]
