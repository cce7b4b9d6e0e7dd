"""A local server of any protocol: who may come, how many, how it ends. What is said is the subclass's."""

from __future__ import annotations

import functools
import logging
import math
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import attrs
import trio

from triolet import TTS, TTSSession
from triolet_adapters.tts.frame.server._connection import MAX_MESSAGE, ClientLeft, Connection
from triolet_adapters.tts.frame.server._door import Door, Refusal, accepted
from triolet_adapters.tts.frame.server._encoders import can_resample, encoder_for
from triolet_adapters.tts.frame.server._exchange import Exchange, Faulty
from triolet_adapters.tts.frame.server._options import LocalServerOptions
from triolet_adapters.tts.frame.server._request import BadRequest, HeadReader, Request
from triolet_adapters.tts.frame.server._saying import Saying
from triolet_adapters.tts.frame.server._site import Site

logger = logging.getLogger("triolet_adapters.tts.server")

Voice = TTS | Callable[[int], TTS]
"""A voice, or what makes one for a sample rate."""

_ARRIVING = 256
"""Connections whose request has not come. With one more, the oldest is hung up on: else a program that opens connections and
says nothing could keep all others out."""

_LINGER = 1.0
"""Seconds in which a client that was refused can read why. Closed at once, with bytes of it unread, TCP would discard that."""
_LINGER_BYTES = 64 * 1024
"""The most that is read from it meanwhile."""


@attrs.frozen
class _Arrived:
    """A request that may be served, and what came behind its head."""

    request: Request
    behind: bytes


class LocalServer:
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`)."""

    def __init__(self, site: Site, voice: Voice, options: LocalServerOptions) -> None:
        self._voice = voice
        self._site = site
        self._options = options
        self._door = Door(options, site)
        self._draws = random.Random(options.seed)
        self._requests: deque[float] = deque()
        self._commits = 0
        self._arriving: dict[trio.CancelScope, None] = {}
        """Those whose request has not come, the oldest first."""
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
        can reach it can speak with it: give its options a key.
        """
        listeners = await trio.open_tcp_listeners(port, host=host)
        port = listeners[0].socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self._door = Door(self._options, self._site, host)
        async with trio.open_nursery() as nursery:
            async with trio.open_nursery() as accepting:
                accept = functools.partial(trio.serve_listeners, handler_nursery=nursery)
                await accepting.start(accept, self.handle_stream, listeners)
                task_status.started(self._site.url(f"{shown}:{port}"))
                await self._stopping.wait()
                accepting.cancel_scope.cancel()
            with trio.move_on_after(self._options.drain_timeout):
                while self.open:
                    self._quiet = trio.Event()
                    await self._quiet.wait()
            nursery.cancel_scope.cancel()

    def stop(self) -> None:
        """Take no more connections. What has been begun is said; `serve` then returns.

        It returns after `drain_timeout` at the latest. Does nothing the second time.
        """
        self._stopping.set()

    async def handle_stream(self, stream: trio.abc.Stream) -> None:
        """Speak to one client, until it leaves. What it does wrong is answered or ends its connection, nothing else."""
        try:
            arrived = await self._arrive(stream, b"", self._options.handshake_timeout)
            while arrived is not None:
                if arrived.request.upgrades:
                    await stream.send_all(accepted(arrived.request, self.sub_protocol(arrived.request)))
                    connection = Connection(stream, arrived.behind, self._options, self.max_message)
                    await self._speak(connection, arrived.request)
                    return
                behind = await self._answer(stream, arrived)
                if behind is None:
                    return
                arrived = await self._arrive(stream, behind, self._options.idle_timeout or math.inf)
        except* (ClientLeft, Faulty, trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        except* Exception as group:
            # One client's session, and a fault of ours or of the voice: the others go on.
            logger.exception("a session of the local server failed", exc_info=group)
        finally:
            await trio.aclose_forcefully(stream)

    async def _arrive(self, stream: trio.abc.Stream, behind: bytes, patience: float) -> _Arrived | None:
        """Read a request; None: it was refused, or did not come."""
        with trio.move_on_after(patience) as scope:
            if len(self._arriving) >= _ARRIVING:
                oldest = next(iter(self._arriving))
                del self._arriving[oldest]
                oldest.cancel()
            self._arriving[scope] = None
            try:
                return await self._read(stream, behind)
            except trio.BrokenResourceError:
                return None
            finally:
                self._arriving.pop(scope, None)
        return None

    async def _read(self, stream: trio.abc.Stream, behind: bytes) -> _Arrived | None:
        reader = HeadReader()
        try:
            head = reader.feed(behind) if behind else None
            while head is None:
                data = await stream.receive_some()
                if not data:
                    return None
                head = reader.feed(data)
            request = Request.parse(head[0])
        except BadRequest as wrong:
            await self._refuse(stream, Refusal(wrong.status, "BadRequest", str(wrong), plain=True))
            return None
        refusal = self._refusal(request)
        if refusal is not None:
            await self._refuse(stream, refusal, request.method)
            return None
        return _Arrived(request, head[1])

    def _refusal(self, request: Request) -> Refusal | None:
        refusal = self._door.refusal(request) or self.refusal(request)
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
        if self.limits_request(request) and not self.admit():
            return Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                self.too_many,
                "Requests rate limit exceeded, please try again later.",
                retry_after=self._seconds_to_next() if self._options.retry_after else None,
            )
        return None

    max_message = MAX_MESSAGE
    """Characters in one message of a WebSocket."""
    too_many = "Throttling.RateQuota"
    """The code of the error where `requests_per_minute` is exceeded."""

    def refusal(self, request: Request) -> Refusal | None:
        """Why a request that knocks rightly is refused all the same. By default none is."""
        return None

    def limits_request(self, request: Request) -> bool:
        """Whether a request counts for `requests_per_minute`. By default all do but HEAD."""
        return request.method != "HEAD"

    def sub_protocol(self, request: Request) -> str | None:
        """The WebSocket sub-protocol that is chosen. By default none."""
        return None

    async def speak(self, connection: Connection, request: Request) -> None:
        """Serve one WebSocket, until the client leaves (`ClientLeft`) or is sent away."""
        raise NotImplementedError  # for a site without WebSockets

    async def answer(self, exchange: Exchange) -> None:
        """Answer one POST."""
        raise NotImplementedError  # for a site without POSTs

    async def _speak(self, connection: Connection, request: Request) -> None:
        self.connections += 1
        self.open += 1
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(connection.keep_alive)
                await self.speak(connection, request)
                nursery.cancel_scope.cancel()
        finally:
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await connection.closed(1001, "the server is shutting down")
            self.open -= 1
            if connection.left is not None:
                self.left[connection.left] += 1
            self._quiet.set()

    async def _answer(self, stream: trio.abc.Stream, arrived: _Arrived) -> bytes | None:
        """Answer one request; give what came behind it, or None if the connection ends."""
        exchange = Exchange(stream, arrived.request, arrived.behind, self._site, self._options.send_timeout)
        self.connections += 1
        self.open += 1
        try:
            return await exchange.run(self.answer)
        finally:
            self.open -= 1
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

    def strikes(self) -> bool:
        """Count a commit; whether `fault` strikes it."""
        self._commits += 1
        return self._options.fault != "none" and self._commits % self._options.fault_every == 0

    async def say(
        self,
        text: str,
        send: Callable[[bytes, float], Awaitable[None]],
        *,
        codec: str = "pcm",
        sample_rate: int = 24_000,
        voice: TTS | None = None,
        piece: float = 0.1,
        draws: random.Random | None = None,
    ) -> float:
        """Say a text with a session of its own, as late, slow and broken as the options say; give the seconds of its audio.

        Args:
            text: the text.
            send: called with the bytes of each piece, and with the seconds at which it begins. The last piece may be empty.
            codec: how the audio travels, as `decoder_for` names it.
            sample_rate: samples a second of what travels.
            voice: whose. None: that of the server.
            piece: seconds of audio in a piece.
            draws: where jitter is drawn from. None: the server's own.

        Raises:
            TTSError: the voice has failed.
            Faulty: the connection is to be dropped: `Connection.drop` does it.
        """
        voice = self.voice_for(sample_rate) if voice is None else voice
        rate = voice.format.sample_rate
        async with voice.connect() as session:
            encoder = encoder_for(codec, sample_rate, rate)
            chance = self._draws if draws is None else draws
            saying = Saying(session, encoder, rate, self._options, chance, struck=self.strikes(), piece=piece)
            await saying.run(text, send)
        return saying.samples / rate

    def voice_for(self, sample_rate: int) -> TTS:
        """The voice for a sample rate, or the nearest that there is."""
        return self._voice if isinstance(self._voice, TTS) else self._voice(sample_rate)

    def can_speak(self, sample_rate: int) -> bool:
        """Whether the voice speaks at this rate, or can be brought to it."""
        return self.voice_for(sample_rate).format.sample_rate == sample_rate or can_resample()

    def saying(
        self,
        session: TTSSession,
        codec: str,
        sample_rate: int,
        draws: random.Random,
        *,
        piece: float,
        whole: bool = False,
    ) -> Saying:
        """One text of a session of `voice_for(sample_rate)`, in this codec and at this rate; it may be struck by `fault`."""
        rate = self.voice_for(sample_rate).format.sample_rate
        return Saying(
            session,
            encoder_for(codec, sample_rate, rate),
            rate,
            self._options,
            draws,
            struck=self.strikes(),
            piece=piece,
            whole=whole,
        )

    def _seconds_to_next(self) -> int:
        """In how many whole seconds a request will be within `requests_per_minute`, if none comes before."""
        until = self._requests[0] + 60 if self._requests else trio.current_time() + 60
        return math.ceil(until - trio.current_time())

    async def _refuse(self, stream: trio.abc.Stream, refusal: Refusal, method: str = "GET") -> None:
        logger.info("refused a connection: %s %s", refusal.status, refusal.message.partition("\n")[0])
        await stream.send_all(refusal.response(self._site, method))
        read = 0
        with trio.move_on_after(_LINGER):
            if isinstance(stream, trio.abc.HalfCloseableStream):
                await stream.send_eof()
            while read < _LINGER_BYTES and (data := await stream.receive_some()):
                read += len(data)
