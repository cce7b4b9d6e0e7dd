"""Local servers of the project as the servers of a simulated vendor: each connection is a line, with the faults that are planned."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn, cast

import attrs
import trio
from tests.simulation._kinds import Kind
from tests.simulation._plan import Fault
from tests.simulation._voice import LINE, Line, Voice

from triolet.errors import TTSError
from triolet.testing import ToneTTS, VirtualConnection
from triolet_adapters.shared.json import loads
from triolet_adapters.tts.frame.server import Connection, Exchange, Faulty, LocalServer, Refused, Request
from triolet_adapters.tts.qwen import QwenServer, ServerOptions
from triolet_adapters.tts.qwen.server._server import model_of
from triolet_adapters.tts.qwen.server._session import ServerSession

if TYPE_CHECKING:
    from tests.simulation._vendor import SimulatedVendor

CALL: ContextVar[VirtualConnection] = ContextVar("call")
"""The connection that a task serves."""


@attrs.frozen
class Words:
    """What a vendor says over a WebSocket of its own."""

    failure: Callable[[Kind], tuple[str, int]]
    """The message that tells of `ERROR`, which may pass, of `THROTTLED` or of `REFUSED_TEXT`, and the code of the Close behind it."""
    voice: Callable[[Request, str | bytes], object]
    """The voice that is asked for, in the request or in a message; something else than a text if it is not."""


class OnLine:
    """Before a `LocalServer` that speaks over WebSockets: it serves lines of a simulated vendor."""

    def __init__(self, vendor: SimulatedVendor, words: Words, options: Any) -> None:
        self._vendor = vendor
        self._words = words
        build: Any = super().__init__
        build(Voice(), options)

    def admit(self) -> bool:
        above: Any = super()
        return _counted(self._vendor, above.admit())

    async def speak(self, connection: Connection, request: Request) -> None:
        vendor, call, words = self._vendor, CALL.get(), self._words
        await _behind_the_door(vendor, call, connection)

        async def tell(kind: Kind) -> None:
            message, code = words.failure(kind)
            await connection.send(message)
            await connection.close(code, "")
            await trio.sleep_forever()

        async def close() -> None:
            await connection.close(1011, "internal error")

        line = Line(vendor, call, vendor.ledger.new_connection(), tell, close)
        LINE.set(line)
        receive = connection.receive

        async def heard() -> str | bytes:
            message = await receive()
            _asked(line, words.voice(request, message))
            return message

        connection.receive = heard  # type: ignore[method-assign]
        _asked(line, words.voice(request, ""))
        vendor.goes_live(call)
        above: Any = super()
        try:
            async with trio.open_nursery() as nursery:
                fault = vendor.fault_of_session()
                if fault is not None:
                    nursery.start_soon(while_idle, vendor, call, connection, fault)
                await above.speak(connection, request)
                nursery.cancel_scope.cancel()
        finally:
            del vendor.live[call]


class OnRequest:
    """Before a `LocalServer` that answers POSTs."""

    def __init__(self, vendor: SimulatedVendor, options: Any) -> None:
        self._vendor = vendor
        self._lines: dict[VirtualConnection, Line] = {}
        build: Any = super().__init__
        build(Voice(), options)

    def admit(self) -> bool:
        above: Any = super()
        return _counted(self._vendor, above.admit())

    async def answer(self, exchange: Exchange) -> None:
        vendor, call = self._vendor, CALL.get()
        if _door(vendor, call) is Kind.NO_SESSION:
            await trio.sleep_forever()
        failing: list[Kind] = []

        async def tell(kind: Kind) -> None:
            await trio.lowlevel.checkpoint()
            failing.append(kind)
            raise TTSError("the voice has failed")

        line = self._lines.get(call)
        if line is None:
            line = self._lines[call] = Line(vendor, call, vendor.ledger.new_connection(), tell, _hung_up)
        line.tell = tell
        _asked(line, loads(exchange.body.decode()).get("voice"))
        LINE.set(line)
        vendor.goes_live(call)
        above: Any = super()
        try:
            await above.answer(exchange)
        except Refused as refused:
            status = {Kind.ERROR: 500, Kind.THROTTLED: 429, Kind.REFUSED_TEXT: 400}
            raise Refused(str(refused), status=status[failing[0]] if failing else refused.status) from refused
        finally:
            del vendor.live[call]


async def _hung_up() -> NoReturn:
    await trio.lowlevel.checkpoint()
    raise Faulty


def served(kind: type[LocalServer], *before: Any) -> LocalServer:
    """A server of this kind for a simulated vendor."""
    words = any(isinstance(each, Words) for each in before)
    made: Any = type(f"Simulated{kind.__name__}", (OnLine if words else OnRequest, kind), {})
    server: LocalServer = made(*before)
    return server


def _asked(line: Line, voice: object) -> None:
    if isinstance(voice, str):
        line.voice = voice


def _counted(vendor: SimulatedVendor, admitted: bool) -> bool:
    if not admitted:
        vendor.ledger.hit(Kind.THROTTLED)
    return admitted


def _door(vendor: SimulatedVendor, call: VirtualConnection) -> Kind | None:
    fault = vendor.doors.get(call.index)
    return None if fault is None else fault.kind


async def _behind_the_door(vendor: SimulatedVendor, call: VirtualConnection, connection: Connection) -> None:
    if _door(vendor, call) is Kind.NO_SESSION:
        while True:  # until the client has left
            await connection.receive()


async def while_idle(vendor: SimulatedVendor, call: VirtualConnection, connection: Connection, fault: Fault) -> None:
    """Wait until it is time, and nothing is said."""
    await trio.sleep(fault.seconds)
    if vendor.speaking[call]:
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


class SimulatedQwenServer(QwenServer):
    """Qwen's: its session tells by itself which voice is asked for, and is told of errors by itself."""

    _options: ServerOptions

    def __init__(self, vendor: SimulatedVendor, options: ServerOptions) -> None:
        super().__init__(ToneTTS(sample_rate=8000), options)  # each connection gets a voice of its own
        self._vendor = vendor

    def admit(self) -> bool:
        return _counted(self._vendor, super().admit())

    async def _speak(self, connection: Connection, request: Request) -> None:
        vendor, call = self._vendor, CALL.get()
        await _behind_the_door(vendor, call, connection)
        self.connections += 1
        self.open += 1
        vendor.goes_live(call)

        async def tell(kind: Kind) -> None:
            if kind is Kind.ERROR:
                raise TTSError("the voice has failed", retryable=True)
            line.voice = session._info.voice
            if kind is Kind.THROTTLED:
                await session._wire.error("Throttling.RateQuota", "Requests rate limit exceeded.")
            else:
                await session._wire.error("data_inspection_failed", "The text may hold what it must not.")

        async def close() -> None:
            await connection.close(1011, "internal error")

        line = Line(vendor, call, vendor.ledger.new_connection(), tell, close)

        def at_work() -> Line:
            line.voice = session._info.voice
            return line

        session = ServerSession(
            connection, model_of(request), Voice(at_work), self._options, self.admit, self._draws.randrange(2**32)
        )
        try:
            async with trio.open_nursery() as nursery:
                fault = vendor.fault_of_session()
                if fault is not None:
                    nursery.start_soon(while_idle, vendor, call, connection, fault)
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


def first_of(message: str | bytes, *path: str) -> object:
    """What stands in a message under these names; None if it is none, or not there."""
    value: Any = None
    if isinstance(message, str) and message:
        try:
            value = loads(message)
        except ValueError:
            return None
    for name in path:
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return value
