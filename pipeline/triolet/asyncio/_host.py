"""The Trio run of an asyncio loop, and the two ways to wait across.

Trio runs as a guest on the thread of the loop: its tasks run as callbacks of the loop, one round at a time, and only where all
of them wait does a thread of Trio's wait for its sockets. So what is a plain call in Trio, such as `interrupt()`, is one from
asyncio too, and nothing needs a lock.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar

import trio

from triolet.asyncio._bell import LoopBell
from triolet.asyncio._rounds import Rounds
from triolet.playout._calls import PROGRAM, Calls

T = TypeVar("T")

GIVE_UP = 2.0
"""Seconds that a task of the asyncio program has to end after we cancelled it: as many as a source of Trio's has to close. One
that takes longer is left to itself, so that it holds nobody up."""

_HOST = trio.lowlevel.RunVar["Host"]("triolet.asyncio.host")


async def in_spite_of_cancellation(
    wait: Callable[[], Awaitable[object]],
    done: Callable[[], bool],
    when_cancelled: Callable[[], object] = lambda: None,
) -> asyncio.CancelledError | None:
    """Wait until something is done that is bounded by itself. Return the cancellation that came meanwhile, for the caller to raise."""
    cancelled: asyncio.CancelledError | None = None
    while not done():
        try:
            await wait()
        except asyncio.CancelledError as error:  # noqa: ASYNC103 -- see above
            cancelled = cancelled or error
            when_cancelled()
    return cancelled


class Work(Generic[T]):
    """A Trio function at work for an asyncio task."""

    def __init__(self, host: Host, function: Callable[[], Awaitable[T]]) -> None:
        self.ended = False
        self._host = host
        self._function = function
        self._scope = trio.CancelScope()
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._changed: asyncio.Future[None] | None = None
        self._afterwards: Callable[[], object] | None = None

    def cancel(self) -> None:
        """Cancel it. A plain call; its clean-up goes on."""
        self._scope.cancel(reason="cancelled from asyncio")

    def wake(self) -> None:
        """Let whoever waits look again. A plain call."""
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)

    async def change(self) -> None:
        """Wait until `wake` is called, or it has ended. Cancellation ends the wait only."""
        self._changed = self._host.loop.create_future()
        await self._changed

    async def end(self) -> None:
        """Wait until it has ended. If this is cancelled, it is cancelled too; then this still waits for its clean-up, and raises
        the cancellation.
        """
        cancelled = await in_spite_of_cancellation(self.change, lambda: self.ended, self.cancel)
        if cancelled is not None and self._error is None:
            raise cancelled

    def when_ended(self, function: Callable[[], object]) -> None:
        """Call a function at its end, because nobody waits for it any more. What it raises is lost."""
        self._afterwards = function
        self._error = None

    def result(self) -> T:
        """What it returned, once it has ended.

        Raises:
            RuntimeError: the Trio run has ended before it.
            BaseException: what it raised.
        """
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            del error  # it refers to this frame
        if not self._results:
            raise RuntimeError("the Trio run of this event loop has ended meanwhile")
        return self._results[0]

    def finish(self) -> None:
        """It has ended. A plain call."""
        self.ended = True
        self._host.works.discard(self)
        self.wake()
        if self._afterwards is not None:
            self._afterwards()

    async def run(self) -> None:
        """Do the work, as a system task of Trio."""
        try:
            with self._scope:
                self._results.append(await self._function())
        except trio.Cancelled:  # raised again: the Trio run ends
            raise
        except BaseException as error:  # noqa: BLE001 -- raised in the task that waits
            self._error = error
        finally:
            self.finish()


class Host:
    """The Trio run on one asyncio loop. It begins with its first user and ends with its last."""

    _of: dict[asyncio.AbstractEventLoop, Host] = {}  # noqa: RUF012 -- the loops that have one now

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.works = set[Work[Any]]()
        self._users = 0
        self._leave = trio.Event()
        self._ended: asyncio.Future[None] = loop.create_future()
        self._context = contextvars.Context()  # the rounds of Trio belong to none of the tasks that begin it
        self._rounds = Rounds(loop, lambda tick: loop.call_soon(tick, context=self._context))
        self._guard = self._until_the_loop_closes()
        self._joined = False

    @classmethod
    async def take(cls) -> Host:
        """The host of the running loop. Call `release` when you need it no more."""
        loop = asyncio.get_running_loop()
        while (host := cls._of.get(loop)) is not None and host.leaving:
            await host.ending()
        if host is None:
            host = cls(loop)
            host.begin()
        await host.use()
        return host

    @classmethod
    def current(cls) -> Host:
        """The host of the Trio run in which this is called.

        Raises:
            RuntimeError: this Trio run serves no asyncio loop.
        """
        try:
            return _HOST.get()
        except (LookupError, RuntimeError):
            raise RuntimeError(
                "this belongs to an asyncio program: give it to triolet.asyncio.Conversation or triolet.asyncio.run"
            ) from None

    @property
    def leaving(self) -> bool:
        """Whether the last user has gone, so that the Trio run ends."""
        return self._leave.is_set()

    def begin(self) -> None:
        """Begin the Trio run, unless the program has one on this thread: that one then serves us too. A plain call."""
        self._joined = trio.lowlevel.in_trio_run()
        if not self._joined:
            self._context.run(
                trio.lowlevel.start_guest_run,
                self._leave.wait,
                run_sync_soon_threadsafe=lambda tick: self.loop.call_soon_threadsafe(tick, context=self._context),
                run_sync_soon_not_threadsafe=self._rounds.next,
                done_callback=self._done,
                host_uses_signal_set_wakeup_fd=True,
                clock=self._rounds,
            )
        _HOST.set(self)
        self._of[self.loop] = self

    async def use(self) -> None:
        """Say that you need it until you call `release`."""
        self._users += 1
        if self._users == 1:
            await anext(self._guard)  # no wait: it yields at once

    def release(self) -> None:
        """Say that you need it no more. A plain call. The last one ends the Trio run; `gone` waits for that."""
        self._users -= 1
        if not self._users:
            self._stop()

    async def ending(self) -> None:
        """Wait until the Trio run has ended. Cancellation ends the wait only."""
        await asyncio.wait([self._ended])

    async def gone(self) -> None:
        """If nobody uses it any more, wait for its end, also if cancelled: it comes soon, since nothing is at work in it."""
        if not self._leave.is_set():
            return
        cancelled = await in_spite_of_cancellation(self.ending, self._ended.done)
        await self._guard.aclose()
        if cancelled is not None:
            raise cancelled

    def start(self, function: Callable[[], Awaitable[T]]) -> Work[T]:
        """Start a Trio function, in a copy of the context of the caller. A plain call."""
        work = Work(self, function)
        self.soon()
        context = contextvars.copy_context()
        context.run(PROGRAM.set, self)
        trio.lowlevel.spawn_system_task(work.run, name=function, context=context)
        self.works.add(work)
        return work

    def soon(self) -> None:
        """Call it before a plain call that wakes a task of Trio's. It saves some microseconds."""
        self._rounds.soon()

    async def call(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await a Trio function from asyncio. If this is cancelled, the function is, and its clean-up has ended when this raises."""
        work = self.start(function)
        await work.end()
        return work.result()

    async def call_back(self, function: Callable[[], Coroutine[Any, Any, T]], context: contextvars.Context) -> T:
        """Await a coroutine function of the asyncio program from Trio. It runs in a task of its own.

        If this is cancelled, the task is, and this waits for its end, for `GIVE_UP` seconds.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        waiting: trio.lowlevel.Task | None = trio.lowlevel.current_task()
        raise_cancel: trio.lowlevel.RaiseCancelT | None = None
        # Not by `create_task`: an eager task would begin inside a task of Trio's, and take itself for one.
        task = asyncio.Task(function(), loop=self.loop, context=context)

        def go_on(_: object = None) -> None:
            nonlocal waiting
            if waiting is not None:
                self.soon()
                trio.lowlevel.reschedule(waiting)
                waiting = None

        def abort(raise_it: trio.lowlevel.RaiseCancelT) -> trio.lowlevel.Abort:
            nonlocal raise_cancel
            raise_cancel = raise_it
            task.cancel()
            self.loop.call_later(GIVE_UP, go_on)
            return trio.lowlevel.Abort.FAILED

        task.add_done_callback(go_on)
        await trio.lowlevel.wait_task_rescheduled(abort)
        if raise_cancel is not None:
            if not task.done():
                task.add_done_callback(_heed)
            elif not task.cancelled() and (error := task.exception()) is not None:
                raise error
            raise_cancel()
        return task.result()

    async def make(self, calls: Calls) -> None:
        """Make the calls of an output in a task of the program, until they have ended. See `triolet.playout._calls.Program`."""

        async def in_the_loop() -> None:
            try:
                await calls.make(LoopBell(self.loop))
            except asyncio.CancelledError:  # noqa: ASYNC103 -- by us, which raises there; or by the loop, which ends
                calls.give_up(asyncio.CancelledError("the task that sends audio was cancelled"))

        await self.call_back(in_the_loop, contextvars.copy_context())

    def _done(self, outcome: _Outcome | None = None) -> None:
        """The Trio run has ended, or is no longer used."""
        del self._of[self.loop]
        self._rounds.end()
        if not self._ended.done():
            self._ended.set_result(None)
        for work in list(self.works):  # none, unless Trio itself has failed
            work.finish()
        if outcome is not None:
            outcome.unwrap()  # raises KeyboardInterrupt, which then ends the loop as it does without us

    async def _until_the_loop_closes(self) -> AsyncGenerator[None]:
        """A loop closes its generators before it closes. So a block that was entered and never left does not outlive its loop."""
        try:
            yield
        finally:
            for work in self.works:
                work.cancel()
            self._stop()
            await self.ending()  # noqa: ASYNC102 -- what is at work there has bounded clean-up

    def _stop(self) -> None:
        self._leave.set()
        if self._joined and not self._ended.done():
            self._done()


def _heed(task: asyncio.Task[Any]) -> None:
    """Look at the error of a task that nobody waits for any more: asyncio would report it."""
    if not task.cancelled():
        task.exception()


class _Outcome(Protocol):
    def unwrap(self) -> object: ...
