"""Trio in a thread of its own, and calls of its functions that block until they return."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from typing import Generic, TypeVar

import trio

T = TypeVar("T")

CLEAN_UP = 10.0
"""Seconds for which a call that is broken off, by Ctrl-C, waits for what it has begun to end. All ends are bounded, by 2 s each;
a second Ctrl-C does not wait."""


class Call(Generic[T]):
    """A Trio function at work in the thread."""

    def __init__(self, function: Callable[[], Awaitable[T]]) -> None:
        self._function = function
        self._scope = trio.CancelScope()
        self._future = Future[T]()

    async def run(self) -> None:
        """Do the work, as a system task of Trio."""
        future = self._future
        try:
            with self._scope:
                future.set_result(await self._function())
        except trio.Cancelled:  # raised again: the thread ends
            raise
        except BaseException as error:  # noqa: ASYNC104, BLE001 -- raised in the thread that waits
            future.set_exception(error)
        finally:
            if not future.done():
                future.cancel()

    def cancel(self) -> None:
        """Cancel it. From Trio's thread only."""
        self._scope.cancel(reason="cancelled by another thread")

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._future.done()

    def end(self, timeout: float | None = None) -> None:
        """Wait until it has ended, however it did."""
        with contextlib.suppress(CancelledError):
            self._future.exception(timeout)

    def result(self) -> T:
        """Wait for what it returns.

        Raises:
            RuntimeError: the thread has ended before it, or it was cancelled.
            BaseException: what it raised.
        """
        try:
            return self._future.result()
        except CancelledError:
            raise RuntimeError("this speaker has been closed meanwhile") from None  # noqa: ASYNC104 -- of a future


class TrioThread:
    """Runs Trio in a thread until `stop`."""

    def __init__(self) -> None:
        started = threading.Event()
        self._leave = trio.Event()
        self._token: trio.lowlevel.TrioToken | None = None

        async def live() -> None:
            self._token = trio.lowlevel.current_trio_token()
            started.set()
            await self._leave.wait()

        # A daemon: a script that ends without closing its speaker ends.
        self._thread = threading.Thread(target=trio.run, args=(live,), name="triolet.blocking", daemon=True)
        self._thread.start()
        started.wait()

    def soon(self, function: Callable[[], object]) -> None:
        """Make a plain call in the thread, soon.

        Raises:
            RuntimeError: the thread has ended.
        """
        assert self._token is not None
        try:
            self._token.run_sync_soon(function)
        except trio.RunFinishedError:
            raise RuntimeError("this speaker is closed") from None

    def start(self, function: Callable[[], Awaitable[T]]) -> Call[T]:
        """Start a Trio function, in a copy of the caller's context."""
        call, context = Call(function), contextvars.copy_context()
        self.soon(lambda: trio.lowlevel.spawn_system_task(call.run, context=context))
        return call

    def call(self, function: Callable[[], Awaitable[T]]) -> T:
        """Call a Trio function and wait for its result. Ctrl-C, or another exception in the thread that waits, cancels it and waits
        for its clean-up.
        """
        call = self.start(function)
        try:
            return call.result()
        finally:
            if not call.ended:
                self.end(call)

    def tell(self, function: Callable[[], None]) -> None:
        """Make a plain call in the thread, and wait for it. In the thread itself, where observers are called, it is made at once."""
        if threading.current_thread() is self._thread:
            function()
            return
        done = Future[None]()

        def make() -> None:
            function()
            done.set_result(None)

        self.soon(make)
        done.result(CLEAN_UP)

    def end(self, call: Call[T]) -> None:
        """Cancel a call, if it goes on, and wait for its clean-up."""
        if not call.ended:
            self.soon(call.cancel)
            call.end(CLEAN_UP)

    def stop(self) -> None:
        """End the thread. All calls that go on are cancelled, and their clean-up has ended when this returns."""
        try:
            self.soon(self._leave.set)
        except RuntimeError:
            return
        self._thread.join(CLEAN_UP)
