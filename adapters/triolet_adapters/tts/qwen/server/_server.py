"""A local server that speaks the protocol of Qwen-TTS realtime with any voice of ours."""

from __future__ import annotations

import functools
import logging
import math
import random
from collections import Counter, deque
from collections.abc import Callable
from http import HTTPStatus

import trio

from triolet import TTS
from triolet_adapters.tts.qwen.protocol import PATH
from triolet_adapters.tts.qwen.server._connection import ClientLeft, Connection
from triolet_adapters.tts.qwen.server._door import Door, Refusal, accepted, model_of
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._request import BadRequest, HeadReader, Request
from triolet_adapters.tts.qwen.server._session import ServerSession

logger = logging.getLogger("triolet_adapters.tts.qwen.server")

Voice = TTS | Callable[[int], TTS]
"""A voice, or what makes one for a sample rate."""

_ARRIVING = 256
"""Connections whose request has not come. With one more, the oldest is hung up on: else a program that opens connections and
says nothing could keep all others out."""

_LINGER = 1.0
"""Seconds in which a client that was refused can read why. Closed at once, with bytes of it unread, TCP would discard that."""
_LINGER_BYTES = 64 * 1024
"""The most that is read from it meanwhile."""


class QwenServer:
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`).

    Each connection opens a session of the voice (`connect()`), and closes it when it ends.
    """

    def __init__(self, voice: Voice, options: ServerOptions | None = None) -> None:
        self._voice = voice
        self._options = options or ServerOptions()
        self._door = Door(self._options)
        self._draws = random.Random(self._options.seed)
        self._requests: deque[float] = deque()
        self._arriving: dict[trio.CancelScope, None] = {}
        """Those whose request has not come, the oldest first."""
        self._sessions: set[ServerSession] = set()
        self._cutting = trio.StrictFIFOLock()
        self._stopping = trio.Event()
        self._quiet = trio.Event()
        self.connections = 0
        """How many were accepted since the start."""
        self.open = 0
        """How many are open now."""
        self.left: Counter[int] = Counter()
        """How many clients have left with which close code; 1006: without a Close."""

    async def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serve over TCP, until cancelled or stopped (`stop`). Start it with `nursery.start`, which gives the URL.

        The default host takes connections of this machine only; port 0 takes a free one. On another host anybody who
        can reach it can speak with it: give `ServerOptions` a key.
        """
        listeners = await trio.open_tcp_listeners(port, host=host)
        port = listeners[0].socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self._door = Door(self._options, host)
        async with trio.open_nursery() as nursery:
            async with trio.open_nursery() as accepting:
                accept = functools.partial(trio.serve_listeners, handler_nursery=nursery)
                await accepting.start(accept, self.handle_stream, listeners)
                task_status.started(f"ws://{shown}:{port}{PATH}")
                await self._stopping.wait()
                accepting.cancel_scope.cancel()
            with trio.move_on_after(self._options.drain_timeout):
                while self.open:
                    self._quiet = trio.Event()
                    await self._quiet.wait()
            nursery.cancel_scope.cancel()

    def stop(self) -> None:
        """Take no more connections. Sessions say what has been committed, then close with 1001; `serve` then returns.

        It returns after `drain_timeout` at the latest. Does nothing the second time.
        """
        self._stopping.set()
        for session in self._sessions:
            session.drain()

    async def handle_stream(self, stream: trio.abc.Stream) -> None:
        """Speak to one client, until it leaves. What it does wrong is answered or ends its connection, nothing else."""
        try:
            opened = await self._open(stream)
            if opened is not None:
                await self._speak(*opened)
        except* ClientLeft:
            pass
        except* Exception as group:
            # One client's session, and a fault of ours or of the voice: the others go on.
            logger.exception("a session of the local server failed", exc_info=group)
        finally:
            await trio.aclose_forcefully(stream)

    async def _open(self, stream: trio.abc.Stream) -> tuple[Connection, str] | None:
        """Read a request and answer it; None: it was no WebSocket, or was refused."""
        with trio.move_on_after(self._options.handshake_timeout) as scope:
            if len(self._arriving) >= _ARRIVING:
                oldest = next(iter(self._arriving))
                del self._arriving[oldest]
                oldest.cancel()
            self._arriving[scope] = None
            try:
                return await self._answered(stream)
            except trio.BrokenResourceError:
                return None
            finally:
                self._arriving.pop(scope, None)
        return None

    async def _answered(self, stream: trio.abc.Stream) -> tuple[Connection, str] | None:
        reader = HeadReader()
        try:
            head: tuple[bytes, bytes] | None = None
            while head is None:
                data = await stream.receive_some()
                if not data:
                    return None
                head = reader.feed(data)
            request = Request.parse(head[0])
        except BadRequest as wrong:
            await _refuse(stream, Refusal(wrong.status, "BadRequest", str(wrong), plain=True))
            return None
        refusal = self._refusal(request)
        if refusal is not None:
            await _refuse(stream, refusal, request.method)
            return None
        await stream.send_all(accepted(request))
        return Connection(stream, head[1], self._options), model_of(request)

    def _refusal(self, request: Request) -> Refusal | None:
        refusal = self._door.refusal(request)
        if refusal is not None:
            return refusal
        if self._stopping.is_set():
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", "the server is shutting down")
        if self.open >= self._options.max_connections:
            return Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "TooManyConnections",
                f"{self.open} connections are open, as many as are allowed (max_connections, --max-connections)",
            )
        if self._options.rate_limit == "handshake" and not self.admit():
            return Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                "Throttling.RateQuota",
                "Requests rate limit exceeded, please try again later.",
                retry_after=self._seconds_to_next() if self._options.retry_after else None,
            )
        return None

    async def _speak(self, connection: Connection, model: str) -> None:
        self.connections += 1
        self.open += 1
        session = ServerSession(connection, model, self._voice, self._options, self.admit, self._draws.randrange(2**32))
        self._sessions.add(session)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(connection.keep_alive)
                await session.run()
                nursery.cancel_scope.cancel()
        finally:
            self._sessions.discard(session)
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await connection.closed(1001, "the server is shutting down")
            self.open -= 1
            if connection.left is not None:
                self.left[connection.left] += 1
            self._quiet.set()

    def admit(self) -> bool:
        """Count a request; whether it is within `requests_per_minute`."""
        if self._options.requests_per_minute is None:
            return True
        now = trio.current_time()
        while self._requests and self._requests[0] <= now - 60:
            self._requests.popleft()
        if len(self._requests) >= self._options.requests_per_minute:
            return False
        self._requests.append(now)
        return True

    def _seconds_to_next(self) -> int:
        """In how many whole seconds a request will be within `requests_per_minute`, if none comes before."""
        until = self._requests[0] + 60 if self._requests else trio.current_time() + 60
        return math.ceil(until - trio.current_time())


async def _refuse(stream: trio.abc.Stream, refusal: Refusal, method: str = "GET") -> None:
    logger.info("refused a connection: %s %s", refusal.status, refusal.message.partition("\n")[0])
    await stream.send_all(refusal.response(method))
    read = 0
    with trio.move_on_after(_LINGER):
        if isinstance(stream, trio.abc.HalfCloseableStream):
            await stream.send_eof()
        while read < _LINGER_BYTES and (data := await stream.receive_some()):
            read += len(data)
