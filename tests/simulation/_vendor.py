"""A simulated vendor: the local server behind a line and a door that fail as they are told."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import attrs
import trio
import trio_websocket
from tests.simulation._kinds import CONNECT, IDLE, Kind
from tests.simulation._ledger import Ledger
from tests.simulation._plan import Fault
from tests.simulation._plan import Vendor as VendorPlan
from tests.simulation._sound import RATE, Commit, plan_words

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet.errors import TTSError
from triolet.testing import ToneTTS, VirtualNetwork
from triolet.testing._network import VirtualConnection, VirtualStream
from triolet.tts._contract import TTS, AudioCallback, TTSSession, Usage
from triolet_adapters.tts.frame.server import Connection, Request
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, QwenTTS, ServerOptions
from triolet_adapters.tts.qwen.server._server import model_of
from triolet_adapters.tts.qwen.server._session import ServerSession

KEY = "sk-not-for-logs"
_CHUNK = 0.1
"""Seconds of audio that the voice makes at a time."""
_HANDSHAKE = 5.0
_CALL: ContextVar[VirtualConnection] = ContextVar("call")


class SimulatedVendor:
    """One vendor for one run. `serve` it in a nursery, and speak with its `tts`."""

    def __init__(self, index: int, plan: VendorPlan, ledger: Ledger, options: QwenOptions, seed: int) -> None:
        self.index = index
        self.seed = seed
        self.plan = plan
        self.ledger = ledger
        self.host = f"127.0.0.{index + 1}" if plan.local else f"vendor{index}"
        self.server = _Server(self)
        self.live: dict[VirtualConnection, Connection] = {}
        """Connections that have a session."""
        self.most_live = 0
        self.speaking: set[VirtualConnection] = set()
        self.network = VirtualNetwork(plan.link, seed=seed + index)
        self.doors: dict[int, Fault] = {}
        """What a connection, by its number in the network, meets when it is opened."""
        self._commits = 0
        self._connects = 0
        self._sessions = 0
        self._down: trio.CancelScope | None = None
        self._down_for = 0.0
        self.tts = QwenTTS(
            api_key=KEY,
            url=f"ws://{self.host}/api-ws/v1/realtime",
            allow_insecure=True,
            sample_rate=RATE,
            options=options,
            dial=self.dial,
            tap=self._tap,
        )
        self.opened = 0
        """Sessions that the client knew to be open."""

    async def serve(  # noqa: ASYNC128 -- the network tells when it has started
        self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve until cancelled, through crashes and restarts."""
        while True:
            with trio.CancelScope() as self._down:
                await self.network.serve(self._answer, self.host, 80, task_status=task_status)
            task_status = trio.TASK_STATUS_IGNORED
            await trio.sleep(self._down_for)

    def _tap(self, _time: float, direction: str, text: str) -> None:
        self.opened += direction == "received" and '"session.created"' in text[:200]

    def crash(self, seconds: float, *, politely: bool) -> None:
        """Go down for so long."""
        if not politely:
            for connection in list(self.live):
                connection.reset()
        self._down_for = seconds
        if self._down is not None:
            self._down.cancel()

    async def dial(self, host: str, port: int, tls: bool = False) -> trio.abc.Stream:
        """The way to it."""
        fault = self._next(CONNECT, self._connects)
        self._connects += 1
        if fault is not None:
            self.ledger.hit(fault.kind)
        if fault is not None and fault.kind is Kind.REFUSED:
            await trio.sleep(2 * self.plan.link.latency)
            raise ConnectionRefusedError("nobody listens")
        if fault is not None and fault.kind is Kind.UNREACHABLE:
            await trio.sleep_forever()
        index = len(self.network.connections)
        dialled = self.network.dial(host, port, tls)
        if fault is not None:
            self.doors[index] = fault
        return await dialled

    async def _answer(self, stream: trio.abc.Stream) -> None:
        assert isinstance(stream, VirtualStream)
        call = stream.connection
        _CALL.set(call)
        fault = self.doors.get(call.index)
        draws = random.Random(f"{self.seed}/{self.index}/{call.index}/line")
        if self.plan.breaking is not None and draws.random() < 0.3:
            stream = _BreakingStream(stream, self.ledger, draws.randint(*self.plan.breaking), dead=draws.random() < 0.3)
        match fault.kind if fault is not None else None:
            case Kind.HTTP_401 | Kind.HTTP_429 | Kind.HTTP_503 as kind:
                await _refuse(stream, {Kind.HTTP_401: 401, Kind.HTTP_429: 429, Kind.HTTP_503: 503}[kind])
            case Kind.NO_HANDSHAKE:
                await _keep(stream)
            case Kind.BROKEN_HANDSHAKE:
                with contextlib.suppress(trio.BrokenResourceError):
                    await stream.receive_some()
                call.reset()
            case _:
                await self.server.handle_stream(stream)

    def fault_of_commit(self) -> Fault | None:
        """What happens to the commit that has just come."""
        number = self._commits
        self._commits += 1
        return next(
            (
                fault
                for fault in self.plan.faults
                if fault.kind not in CONNECT and fault.kind not in IDLE and fault.at == number
            ),
            None,
        )

    def fault_of_session(self) -> Fault | None:
        """What happens to the session that has just been opened, while nothing is said on it."""
        fault = self._next(IDLE, self._sessions)
        self._sessions += 1
        return fault

    def _next(self, kinds: tuple[Kind, ...], number: int) -> Fault | None:
        return next((fault for fault in self.plan.faults if fault.kind in kinds and fault.at == number), None)


class _BreakingStream(trio.abc.Stream):
    """The service's end of a line that breaks when so many bytes have been sent to the client."""

    def __init__(self, stream: VirtualStream, ledger: Ledger, after: int, *, dead: bool) -> None:
        self._stream = stream
        self._ledger = ledger
        self._after = after
        self._dead = dead
        self._broken = False

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(data)
        call = self._stream.connection
        if call.to_client.total >= self._after and not self._broken:
            self._broken = True
            self._ledger.hit(Kind.LINE_DEAD if self._dead else Kind.LINE_RESET)
            if self._dead:
                call.silence()
            else:
                call.reset()

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        return await self._stream.receive_some(max_bytes)

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Server(QwenServer):
    """Tells each session which connection it is on."""

    _options: ServerOptions

    def __init__(self, vendor: SimulatedVendor) -> None:
        plan = vendor.plan
        super().__init__(
            ToneTTS(sample_rate=RATE),  # each connection gets a voice of its own
            ServerOptions(
                api_key=KEY,
                rate_limit="event",
                requests_per_minute=plan.commits_a_minute,
                idle_timeout=plan.idle_timeout,
                jitter=plan.jitter,
                delta_bytes=plan.delta_bytes,
                seed=vendor.seed,
                allowed_hosts=(vendor.host,),
            ),
        )
        self._vendor = vendor

    def admit(self) -> bool:
        admitted = super().admit()
        if not admitted:
            self._vendor.ledger.hit(Kind.THROTTLED)
        return admitted

    async def _speak(self, connection: Connection, request: Request) -> None:
        vendor, call = self._vendor, _CALL.get()
        door = vendor.doors.get(call.index)
        if door is not None and door.kind is Kind.NO_SESSION:
            while True:  # until the client has left
                await connection.receive()
        self.connections += 1
        self.open += 1
        vendor.live[call] = connection
        vendor.most_live = max(vendor.most_live, len(vendor.live))
        voice = _Voice(vendor, call, connection)
        session = ServerSession(
            connection, model_of(request), voice, self._options, self.admit, self._draws.randrange(2**32)
        )
        voice.session = session
        try:
            async with trio.open_nursery() as nursery:
                fault = vendor.fault_of_session()
                if fault is not None:
                    nursery.start_soon(_while_idle, vendor, call, connection, fault)
                nursery.start_soon(connection.keep_alive)
                await session.run()
                nursery.cancel_scope.cancel()
        finally:
            self.open -= 1
            del vendor.live[call]
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await connection.closed(1001, "")
            if connection.left is not None:
                self.left[connection.left] += 1


async def _while_idle(
    vendor: SimulatedVendor,
    call: VirtualConnection,
    connection: Connection,
    fault: Fault,
) -> None:
    """Wait until it is time, and nothing is said."""
    await trio.sleep(fault.seconds)
    if call in vendor.speaking:
        return
    vendor.ledger.hit(fault.kind)
    match fault.kind:
        case Kind.IDLE_RESET:
            call.reset()
        case Kind.IDLE_DEAD:
            call.silence()
        case Kind.IDLE_CLOSE:
            await connection.close(1011, "request timeout")
        case _:
            vendor.crash(1.0, politely=False)


class _Voice(TTS):
    """The voice of one connection."""

    session: ServerSession

    def __init__(self, vendor: SimulatedVendor, call: VirtualConnection, connection: Connection) -> None:
        self.vendor = vendor
        self.call = call
        self.connection = connection
        self.number = vendor.ledger.new_connection()
        self.commits = 0

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(RATE)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        await trio.lowlevel.checkpoint()
        yield _VoiceSession(self)


class _VoiceSession(TTSSession):
    def __init__(self, voice: _Voice) -> None:
        self._voice = voice
        self._vendor = voice.vendor

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        commit = self._record(text)
        self._vendor.speaking.add(self._voice.call)
        try:
            await _Saying(self._vendor, self._voice, commit, accept).run()
        finally:
            self._vendor.speaking.discard(self._voice.call)
        commit.complete = not commit.struck
        return Usage(len(text))

    def _record(self, text: str) -> Commit:
        voice, vendor = self._voice, self._vendor
        draws = random.Random(f"{vendor.seed}/{voice.number}/{voice.commits}")
        words, samples = plan_words(text, draws, vendor.plan.no_pause)
        commit = Commit(
            vendor.index,
            voice.number,
            voice.commits,
            text,
            words,
            samples,
            voice.session._info.voice,
            trio.current_time(),
        )
        voice.commits += 1
        vendor.ledger.committed(commit)
        return commit


@attrs.define
class _Saying:
    """One commit being said."""

    vendor: SimulatedVendor
    voice: _Voice
    commit: Commit
    accept: AudioCallback

    async def run(self) -> None:
        plan = self.vendor.plan
        fault = self.vendor.fault_of_commit()
        kind = None if fault is None else fault.kind
        await trio.sleep(plan.first_audio)
        if kind is Kind.NO_AUDIO:
            self.vendor.ledger.hit(Kind.NO_AUDIO)
            return
        pace = plan.pace
        if kind is Kind.SLOW:
            self.vendor.ledger.hit(Kind.SLOW)
            pace = 0.7
        strikes = self.commit.samples + 1
        if fault is not None and kind is not Kind.SLOW:
            strikes = round(fault.part * self.commit.samples)
        pcm = self.commit.pcm()
        chunk = round(_CHUNK * RATE)
        began = trio.current_time()
        at = 0
        while at < self.commit.samples:
            size = min(chunk, self.commit.samples - at, strikes - at if strikes > at else chunk)
            if at == strikes and fault is not None:
                began += await self._strike(fault)
                strikes = -1
            if pace is not None:
                await trio.sleep_until(began + (at + size) / RATE / pace)
            else:
                await trio.lowlevel.checkpoint()
            self.accept(pcm[at * SAMPLE_BYTES : (at + size) * SAMPLE_BYTES])
            at += size
            self.commit.given = at
        if at == strikes and fault is not None:
            await self._strike(fault)

    async def _strike(self, fault: Fault) -> float:
        """Do it; give how long it took."""
        before = trio.current_time()
        self.vendor.ledger.hit(fault.kind)
        self.commit.struck = True
        call, connection = self.voice.call, self.voice.connection
        match fault.kind:
            case Kind.RESET:
                call.reset()
                await trio.sleep_forever()
            case Kind.HALF_OPEN:
                call.silence()
            case Kind.VANISH:
                call.vanish()
            case Kind.CLOSE:
                await connection.close(1011, "internal error")
            case Kind.CRASH:
                self.vendor.crash(fault.seconds, politely=False)
                await trio.sleep_forever()
            case Kind.RESTART:
                self.vendor.crash(fault.seconds, politely=True)
                await trio.sleep_forever()
            case Kind.STALL | Kind.HESITATE:
                await trio.sleep(fault.seconds)
            case Kind.ERROR:
                raise TTSError("the voice has failed", retryable=True)
            case Kind.THROTTLED:
                await self.voice.session._wire.error("Throttling.RateQuota", "Requests rate limit exceeded.")
            case Kind.REFUSED_TEXT:
                await self.voice.session._wire.error("data_inspection_failed", "The text may hold what it must not.")
            case Kind.TOO_MUCH:
                self.commit.endless = True
                while True:
                    await trio.sleep(0.1)
                    self.accept(bytes(2 * RATE * SAMPLE_BYTES))
            case _:
                raise AssertionError(fault)
        return trio.current_time() - before


async def _refuse(stream: trio.abc.Stream, status: int) -> None:
    try:
        async with trio.open_nursery() as nursery:
            with trio.move_on_after(_HANDSHAKE):  # a client that leaves before it asks is not noticed otherwise
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                await request.reject(status, body=b'{"code": "Refused", "message": "not now"}')
            nursery.cancel_scope.cancel()
    except* (trio_websocket.ConnectionClosed, trio.BrokenResourceError):
        pass


async def _keep(stream: trio.abc.Stream) -> None:
    """Take what comes, and say nothing."""
    with contextlib.suppress(trio.BrokenResourceError):
        while await stream.receive_some():
            pass
