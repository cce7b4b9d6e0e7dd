"""Calls of the functions that send to a far end, made one after another by a task of the program."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Protocol

import attrs
import trio


class Bell(Protocol):
    """Wakes the task that makes the calls."""

    def ring(self) -> None:
        """Wake it, if it waits. A plain call."""
        ...

    async def wait(self, seconds: float | None) -> bool:
        """Wait until it is rung. Return False if so many seconds have passed before; None: there is no such limit."""
        ...


class TrioBell:
    """Wakes a task of Trio's."""

    def __init__(self) -> None:
        self._lot = trio.lowlevel.ParkingLot()

    def ring(self) -> None:
        """See `Bell`."""
        self._lot.unpark_all()

    async def wait(self, seconds: float | None) -> bool:
        """See `Bell`."""
        if seconds is None:
            await self._lot.park()
            return True
        with trio.move_on_after(seconds) as scope:
            await self._lot.park()
        return not scope.cancelled_caught


class Program(Protocol):
    """The program that a Trio run serves, where that is on another event loop. Its functions are awaited in tasks of its own."""

    async def make(self, calls: Calls) -> None:
        """Make the calls in a task of the program's. Returns when `calls` has ended."""
        ...

    def soon(self) -> None:
        """A plain call of the program is about to wake a task of Trio's."""
        ...


PROGRAM = ContextVar["Program | None"]("triolet.program", default=None)
"""The program that this task of Trio's works for. None: its functions are Trio's own."""


@attrs.frozen
class _Call:
    """A call of the program's."""

    function: Callable[[], Awaitable[object]]
    then: Callable[[], None]
    audio: bool
    """Whether it is about audio, and void when that is."""


class Calls:
    """Calls that wait, and the one under way. `make` makes them; the rest are plain calls."""

    def __init__(
        self,
        returned: Callable[[], None],
        patience: Callable[[], float | None],
        idle_for_long: Callable[[], None],
    ) -> None:
        """Make no call yet.

        Args:
            returned: called when a call has returned, or none will be made any more.
            patience: seconds to wait for the next call, until `idle_for_long` is called; None: for ever.
            idle_for_long: called when no call has come for as long as `patience` said.
        """
        self._returned = returned
        self._patience = patience
        self._idle_for_long = idle_for_long
        self._calls = deque[_Call]()
        self._under_way = False
        self._bell: Bell | None = None
        self._error: BaseException | None = None
        self._why_ended: BaseException | None = None
        self._stopping = False
        self.ended = False
        """Whether no call will be made any more."""

    @property
    def begun(self) -> bool:
        """Whether a task makes the calls."""
        return self._bell is not None

    @property
    def idle(self) -> bool:
        """Whether all calls have returned, or none will any more."""
        return not self._calls

    def has(self, function: Callable[[], Awaitable[object]]) -> bool:
        """Whether a call of this function waits or is under way."""
        return any(call.function == function for call in self._calls)

    @property
    def failed(self) -> bool:
        """Whether `check` would raise."""
        return self._error is not None

    def add(self, function: Callable[[], Awaitable[object]], then: Callable[[], None], *, audio: bool = False) -> None:
        """Make a call after those before it. `audio`: whether `drop` drops it. Call `then` if it has returned without an error."""
        if self.ended:
            self._error = self._error or self._why_ended
            return
        self._calls.append(_Call(function, then, audio))
        self.look()

    def drop(self) -> None:
        """Drop the calls about audio that have not begun."""
        kept = [call for number, call in enumerate(self._calls) if not call.audio or (number == 0 and self._under_way)]
        self._calls = deque(kept)

    def check(self) -> None:
        """Raise the error of a call, once."""
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            del error  # it refers to this frame

    def look(self) -> None:
        """Let the task that makes the calls look whether there is something to do."""
        if self._bell is not None:
            self._bell.ring()

    def stop(self) -> None:
        """Let `make` return when all calls have been made."""
        self._stopping = True
        self.look()

    def give_up(self, error: BaseException) -> None:
        """The task that makes the calls has ended early: from now on each call fails with this error."""
        self._error = self._why_ended = error
        self._end()

    async def make(self, bell: Bell) -> None:
        """Make the calls, one after another, until `stop` is called. What a call raises is kept for `check`."""
        self._bell = bell
        try:
            while not (self._stopping and self.idle):
                if self._calls:
                    await self._next()
                elif not await bell.wait(self._patience()):
                    self._idle_for_long()
        finally:
            self._end()

    async def _next(self) -> None:
        call, self._under_way = self._calls[0], True
        try:
            await call.function()
        except Exception as error:  # noqa: BLE001 -- raised by whoever plays
            self._error = error
        else:
            call.then()
        self._calls.popleft()
        self._under_way = False
        self._returned()

    def _end(self) -> None:
        self.ended = True
        if self._why_ended is None:
            self._why_ended = RuntimeError("the task that runs this output has ended")
            self._error = self._error or (None if self._stopping else self._why_ended)
        self._calls.clear()
        self._returned()
