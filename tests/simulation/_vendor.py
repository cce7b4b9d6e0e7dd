"""A simulated vendor: the local server behind a line and a door that fail as they are told."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable

import trio
import trio_websocket
from tests.simulation._kinds import CONNECT, IDLE, Kind
from tests.simulation._ledger import Ledger
from tests.simulation._plan import Fault, Plan
from tests.simulation._plan import Vendor as VendorPlan
from tests.simulation._protocols import PROTOCOLS, protocol_of
from tests.simulation._serving import CALL

from triolet.testing import VirtualConnection, VirtualNetwork, VirtualStream

_HANDSHAKE = 5.0


class SimulatedVendor:
    """One vendor for one run. `serve` it in a nursery, and speak with its `tts`."""

    def __init__(self, index: int, plan: VendorPlan, ledger: Ledger, world: Plan) -> None:
        self.index = index
        self.seed = seed = world.seed
        self.plan: VendorPlan = plan
        self.ledger = ledger
        self.host = f"127.0.0.{index + 1}" if plan.local else f"vendor{index}"
        self.protocol = PROTOCOLS[protocol_of(world, index)]
        self.server = self.protocol.server(self)
        self.live: dict[VirtualConnection, None] = {}
        """Connections that have a session."""
        self.afterwards: list[Callable[[], Awaitable[object]]] = []
        """What is left to do when the conversation is over."""
        self.most_live = 0
        self.speaking: Counter[VirtualConnection] = Counter()
        self.network = VirtualNetwork(plan.link, seed=seed + index)
        self.doors: dict[int, Fault] = {}
        """What a connection, by its number in the network, meets when it is opened."""
        self._commits = 0
        self._connects = 0
        self._sessions = 0
        self._down: trio.CancelScope | None = None
        self._down_for = 0.0
        self.tts = self.protocol.tts(self, world)
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

    def goes_live(self, call: VirtualConnection) -> None:
        """A connection has a session."""
        self.live[call] = None
        self.most_live = max(self.most_live, len(self.live))

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
        CALL.set(call)
        fault = self.doors.get(call.index)
        draws = random.Random(f"{self.seed}/{self.index}/{call.index}/line")
        if self.plan.breaking is not None and draws.random() < 0.3:
            stream = _BreakingStream(stream, self.ledger, draws.randint(*self.plan.breaking), dead=draws.random() < 0.3)
        match fault.kind if fault is not None else None:
            case Kind.HTTP_401 | Kind.HTTP_429 | Kind.HTTP_503 as kind:
                refuse = _refuse_request if self.protocol.http else _refuse
                await refuse(stream, {Kind.HTTP_401: 401, Kind.HTTP_429: 429, Kind.HTTP_503: 503}[kind])
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


async def _refuse(stream: trio.abc.Stream, status: int) -> None:
    try:
        async with trio.open_nursery() as nursery:
            with trio.move_on_after(_HANDSHAKE):  # a client that leaves before it asks is not noticed otherwise
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                await request.reject(status, body=b'{"code": "Refused", "message": "not now"}')
            nursery.cancel_scope.cancel()
    except* (trio_websocket.ConnectionClosed, trio.BrokenResourceError):
        pass


async def _refuse_request(stream: trio.abc.Stream, status: int) -> None:
    with contextlib.suppress(trio.BrokenResourceError):
        with trio.move_on_after(_HANDSHAKE):
            await stream.receive_some()
            await stream.send_all(b"HTTP/1.1 %d No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status)


async def _keep(stream: trio.abc.Stream) -> None:
    """Take what comes, and say nothing."""
    with contextlib.suppress(trio.BrokenResourceError):
        while await stream.receive_some():
            pass
