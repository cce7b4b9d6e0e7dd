"""An output that gives its audio to a coroutine function of the asyncio program."""

from __future__ import annotations

import asyncio
import contextvars
import math
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial

import attrs
import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet.asyncio._host import Host
from triolet.playout._paced_output import PacedOutput

PIECE = 0.04
"""Seconds of audio in one call, at most: two frames of 20 ms, as telephony and WebRTC send them. Less would cost more calls;
more would be heard after an interruption, where the far end takes nothing back."""

LAST_CALL = 0.5
"""Seconds that a call under way has to return when the output closes, and as many to end once it is cancelled. Together half of
what an output has to close: it is a write to a socket, or nobody reads there any more."""


class Sink(PacedOutput):
    """Gives audio to `send`, a coroutine function of the asyncio program, such as `websocket.send_bytes`.

        async with triolet.asyncio.Conversation(speech(tts), triolet.asyncio.Sink(websocket.send_bytes)) as conversation: ...

    `send` is called with whole 16-bit samples, `PIECE` seconds of them at most, again only when it has returned; so waiting in it
    is back-pressure. It runs in a task of the loop, in the context of whoever opened the conversation. An interruption does not
    cancel a `send` under way; closing the output does.
    """

    def __init__(
        self,
        send: Callable[[bytes], Awaitable[object]],
        *,
        clear: Callable[[], Awaitable[object]] | None = None,
        hold: float = 0.1,
        pace: float = 1.0,
        acknowledged: bool = False,
    ) -> None:
        """Make an output.

        Args:
            send: called with the audio, piece by piece. What it raises ends the turn, and is raised in `say`.
            clear: a coroutine function that lets the far end drop what it holds. Called after an interruption, between two calls
                of `send`. By default none: then up to `hold` seconds may still be heard.
            hold: the most seconds that are sent and not yet heard; 0.1 by default. Give as much as the far end needs against its
                jitter.
            pace: seconds of audio heard in a second; 1.0 by default. Not used with `acknowledged`.
            acknowledged: whether the program says what was heard, by calling `acknowledge`. By default the samples count as heard by a
                clock, from the moment at which `send` returns.

        Raises:
            ValueError: `hold` or `pace` is not above 0.
        """
        super().__init__(hold=hold, pace=pace)
        self._send = send
        self._clear = clear
        self._acknowledged = acknowledged
        self._sent = 0
        self._pending = 0  # samples whose `send` has not returned
        self._waits_for_calls = False
        self._dropped = 0  # of the samples sent, those that were flushed
        self._host: Host | None = None
        self._pump: _Pump | None = None

    @property
    def heard(self) -> int:
        """Samples whose time has passed, or that were acknowledged."""
        return self._base if self._acknowledged else super().heard

    def acknowledge(self, sent: int) -> None:
        """Say that the first `sent` samples of all that `send` was given since `open` are over: heard, or dropped by `clear`. A plain
        call, from the event loop. Without `acknowledged=True` it does nothing.

        A far end that counts the samples it receives, and knows how many of them wait in its buffer, reports the difference. A
        number that is lower than the last one changes nothing; one that is higher than what was sent counts as that.
        """
        if self._acknowledged and self._format is not None:
            self._base = max(self._base, min(sent, self._sent) - self._dropped)
            self._wake()

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, with 0 samples heard.

        Raises:
            RuntimeError: it is open already; or this Trio run serves no asyncio loop.
        """
        self._host = Host.current()
        await super().open(format)
        self._sent = self._pending = self._dropped = 0
        self._pump = _Pump(self._host, self._returned)

    async def play(self, pcm: bytes) -> None:
        """Give whole samples to `send`; waits while it does, and while `hold` seconds have not been heard.

        A `flush` meanwhile drops the rest. If cancelled, a first part has been accepted.

        Raises:
            RuntimeError: the output is not open.
            ValueError: the number of bytes is odd.
            Exception: what `send` or `clear` raised.
        """
        rate = self._opened().sample_rate
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        assert self._pump is not None
        await trio.lowlevel.checkpoint_if_cancelled()
        hold, flushes = max(1, round(self._hold * rate)), self._flushes
        step = max(1, min(round(PIECE * rate), hold // 2)) * SAMPLE_BYTES
        for at in range(0, len(pcm), step):
            piece = pcm[at : at + step]
            await self._room(len(piece) // SAMPLE_BYTES, hold, flushes)
            if flushes != self._flushes:
                break
            self._pump.check()
            self._pass_on(piece)
        await trio.lowlevel.cancel_shielded_checkpoint()

    async def drain(self) -> None:
        """Wait until `send` has returned, and all accepted samples have been heard."""
        self._opened()
        await self._passed_on(self._flushes)
        await super().drain()

    def flush(self) -> None:
        """Drop all samples that have not been heard, and call `clear` if some of them were sent. A `send` under way goes on; none
        begins any more.
        """
        self._pending = 0
        super().flush()
        pump = self._pump
        if pump is not None:
            self._sent -= pump.drop() // SAMPLE_BYTES
            if self._clear is not None and self._sent > self._dropped + self._accepted and not pump.clearing:
                pump.add(self._clear, _nothing)
        self._dropped = self._sent - self._accepted

    async def close(self) -> None:
        """Drop all samples that have not been heard. A call of `send` or `clear` under way has `LAST_CALL` seconds to return, then it
        is cancelled. `heard` keeps its value.
        """
        self.flush()
        pump, self._pump = self._pump, None
        self._format = None
        with trio.CancelScope(shield=True):
            if pump is not None:
                await self._close(pump)
            await trio.lowlevel.checkpoint()

    async def _close(self, pump: _Pump) -> None:
        await self._until_true(lambda: pump.idle)
        pump.cancel()
        await self._until_true(lambda: pump.ended)

    async def _until_true(self, done: Callable[[], bool]) -> None:
        """Wait for something that a returned call makes true, for `LAST_CALL` seconds."""
        with trio.move_on_after(LAST_CALL):
            while not done():
                self._waits_for_calls = True
                await self._changed.wait()

    def _start(self) -> None:
        if not self._acknowledged:
            super()._start()

    async def _room(self, samples: int, hold: int, flushes: int) -> None:
        """Wait until there is room for so many samples and no pause, or some were flushed, or a call has failed.

        What waits for its call counts as held. A call that returns wakes nobody while the clock says when there is room.
        """
        while flushes == self._flushes and self._pump is not None and not self._pump.failed:
            held = self._accepted + self._pending
            over = held + samples - hold
            if not self._paused and over <= self.heard:
                return
            deadline = math.inf
            if self._since is not None and over <= self._accepted:
                deadline = self._since + (over - self._base) / (self._opened().sample_rate * self._pace)
            self._waits_for_calls = deadline == math.inf
            with trio.move_on_at(deadline):
                await self._changed.wait()

    def _pass_on(self, piece: bytes) -> None:
        assert self._pump is not None
        flushes, samples = self._flushes, len(piece) // SAMPLE_BYTES

        def sent() -> None:
            if flushes == self._flushes and not self._acknowledged:
                self._pending -= samples
                self._accept(piece)  # its clock starts now

        self._sent += samples
        if self._acknowledged:
            self._accept(piece)
        else:
            self._pending += samples
        self._pump.add(partial(self._send, piece), sent, len(piece))

    async def _passed_on(self, flushes: int) -> None:
        """Wait until all calls have returned, or samples were flushed.

        Raises:
            BaseException: what a call raised.
        """
        while self._pump is not None and not self._pump.idle and flushes == self._flushes:
            self._waits_for_calls = True
            await self._changed.wait()
        if self._pump is not None:
            self._pump.check()

    def _returned(self) -> None:
        """A call of the program's has returned."""
        if self._waits_for_calls or (self._pump is not None and self._pump.failed):
            self._waits_for_calls = False
            if self._host is not None:
                self._host.soon()
            self._wake()


def _nothing() -> None:
    pass


@attrs.frozen
class _Call:
    """A call of the program's."""

    function: Callable[[], Awaitable[object]]
    then: Callable[[], None]
    size: int


class _Pump:
    """An asyncio task that makes calls of the program, one after another."""

    def __init__(self, host: Host, returned: Callable[[], None]) -> None:
        """`returned` is called when a call has returned, or none will any more."""
        self._host = host
        self._returned = returned
        self._calls = deque[_Call]()
        self._begun = False
        self._more: asyncio.Future[None] | None = None
        self._error: BaseException | None = None
        # Not by `create_task`: an eager task would begin inside a task of Trio's, and take itself for one.
        self._task = asyncio.Task(self._run(), loop=host.loop, context=contextvars.copy_context())
        self._task.add_done_callback(self._ended)

    @property
    def idle(self) -> bool:
        """Whether all calls have returned, or none will any more."""
        return not self._calls

    @property
    def clearing(self) -> bool:
        """Whether a call without audio waits or is under way."""
        return any(not call.size for call in self._calls)

    def add(self, function: Callable[[], Awaitable[object]], then: Callable[[], None], size: int = 0) -> None:
        """Make a call after those before it, with so many bytes of audio; call `then` if it has returned without an error. A plain
        call.
        """
        if self._task.done():
            self._error = self._error or asyncio.CancelledError("the task that sends audio was cancelled")
            return
        self._calls.append(_Call(function, then, size))
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    def drop(self) -> int:
        """Drop the calls with audio that have not begun. Return how many bytes of it. A plain call."""
        kept = [call for number, call in enumerate(self._calls) if not call.size or (number == 0 and self._begun)]
        dropped = sum(call.size for call in self._calls) - sum(call.size for call in kept)
        self._calls = deque(kept)
        return dropped

    def check(self) -> None:
        """Raise the error of a call, once."""
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            del error  # it refers to this frame

    @property
    def failed(self) -> bool:
        """Whether `check` would raise."""
        return self._error is not None

    @property
    def ended(self) -> bool:
        """Whether its task has ended."""
        return self._task.done()

    def cancel(self) -> None:
        """End it, and cancel the call under way. A plain call."""
        self._task.cancel()

    async def _run(self) -> None:
        """Make the calls, in asyncio."""
        while True:
            while self._calls:
                call, self._begun = self._calls[0], True
                try:
                    await call.function()
                except Exception as error:  # noqa: BLE001 -- raised by whoever plays
                    self._error = error
                else:
                    call.then()
                self._calls.popleft()
                self._begun = False
                self._returned()
            self._more = self._host.loop.create_future()
            await self._more

    def _ended(self, task: asyncio.Task[None]) -> None:
        if self._calls:
            self._calls.clear()
            self._error = asyncio.CancelledError("the task that sends audio was cancelled")
        self._returned()
