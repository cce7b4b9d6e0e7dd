"""Connections that sessions share: who opens them, and how long they stay."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager

import attrs
import trio

from triolet import Connect, TTSSession
from triolet_adapters.tts.frame._websocket_session import WebSocketSession
from triolet_adapters.tts.frame._wire import Wire

OpenWire = Callable[[], AbstractAsyncContextManager[Wire]]


@asynccontextmanager
async def sharing(open_wire: OpenWire) -> AsyncGenerator[Connect]:
    """A block whose sessions share connections; it gives their `connect`. The block holds the connections, each for as long as a session
    of it is in use.
    """
    raised: BaseException | None = None
    async with trio.open_nursery() as nursery:
        shared = _Sharing(nursery, open_wire)
        try:
            yield shared.connect
        except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below: outside of the nursery, so alone
            raised = error
        shared.close()
    if raised is not None:
        raise raised


@attrs.define(eq=False)
class _Opening:
    """A connection, from before it is open."""

    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    settled: trio.Event = attrs.Factory(trio.Event)
    wire: Wire | None = None
    error: Exception | None = None


class _Sharing:
    """The connections of one voice in one block. A task of its nursery holds each."""

    def __init__(self, nursery: trio.Nursery, open_wire: OpenWire) -> None:
        self._nursery = nursery
        self._open_wire = open_wire
        self._wires: list[Wire] = []
        self._turn = trio.Lock()
        """Of those who want a connection, one at a time looks for it or opens it."""
        self._failures = 0
        self._failure: Exception | None = None
        self._closed = False

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        """Lend a session of a connection that has room; of a new one if none has.

        Raises:
            TTSError: no connection.
        """
        with ExitStack() as stack:
            yield await self._lent(stack)

    def close(self) -> None:
        """Close all connections."""
        self._closed = True
        for wire in self._wires:
            wire.unused.set()

    async def _lent(self, stack: ExitStack) -> WebSocketSession:
        failures = self._failures
        async with self._turn:
            wire = next((wire for wire in self._wires if wire.has_room), None)
            if wire is None:
                if self._failures > failures and self._failure is not None:
                    raise self._failure  # of the connection that was opened while this one waited
                wire = await self._opened()
            return stack.enter_context(wire.lend())

    async def _opened(self) -> Wire:
        opening = _Opening()
        self._nursery.start_soon(self._hold, opening)
        try:
            await opening.settled.wait()
        except BaseException:  # raised again: nobody wants it any more
            opening.scope.cancel()
            raise
        if opening.wire is None:
            self._failures += 1
            self._failure = opening.error
            raise opening.error or trio.ClosedResourceError("the block in which sessions share connections was left")
        return opening.wire

    async def _hold(self, opening: _Opening) -> None:
        try:
            with opening.scope:
                async with self._open_wire() as wire:
                    self._wires.append(wire)
                    opening.wire = wire
                    opening.settled.set()
                    try:
                        await wire.unused.wait()
                        while wire.used and not self._closed:  # lent again in the moment when it was unused
                            await wire.unused.wait()
                    finally:
                        self._wires.remove(wire)
        except Exception as error:
            if opening.wire is not None:
                raise
            opening.error = error  # whoever wanted it raises it
        finally:
            opening.settled.set()
