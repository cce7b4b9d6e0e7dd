"""The base of outputs that send audio to a far end, which plays it and may tell what it has played."""

from __future__ import annotations

import abc
import math
from collections.abc import Awaitable, Callable
from functools import partial

import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._tools._signal import Signal
from triolet.errors import OutputError
from triolet.playout._calls import PROGRAM, Calls, Program, TrioBell
from triolet.playout._paced_output import PacedOutput

FRAME = 0.02
"""Seconds of audio in a frame: what telephony and WebRTC send at a time."""

LONGEST_KEPT = 24_000
"""Samples that are kept before those that were heard are dropped: seldom enough to cost nothing, and 48 kB."""

LONGEST_UNTOLD = 0.5
"""Seconds for which a far end counts as playing at the pace that it has told: two reports of one that tells four times a second. What
stops without telling, such as a connection that has broken, is counted for no longer."""

LAST_CALL = 0.5
"""Seconds that a call under way has to return when the output closes, and as many to end once it is cancelled. Together half of
what an output has to close: it is a write to a socket, or nobody reads there any more."""


class FarEnd(PacedOutput):
    """An output whose audio is sent to somebody who plays it: a telephone, a browser, a device in the network. Subclass it.

    You write `send`, and `clear` where the far end can drop what it holds. They are called one after another, by a task that the
    pipeline or the conversation runs, so they may wait; an interruption cancels neither. Audio is cut into frames. No more than
    `hold` seconds are sent before they are heard. An interruption calls `clear` once, if something that was sent is unheard.

    What was heard is counted in one of two ways. By default by a clock: a frame begins to sound when `send` returns, or when what was
    sent before it has sounded. With `acknowledged=True` by you: call `acknowledge` with what the far end tells. Between two calls a clock
    may run; but only what was told makes room for more, and ends a turn.

    `send` and `clear` belong to your program: where `triolet.asyncio` drives the output, they are awaited in its event loop. Set
    `native` to True in a class whose methods are written with Trio for any program.
    """

    leaves = True

    settles: bool = False
    """Whether the far end answers each `clear` with what it has played, so that you can call `cleared`. The result of an interrupted
    turn waits for it, for `SETTLE` seconds at most. False by default."""

    patience: float = 10.0
    """Seconds for which a far end that acknowledges may tell nothing although it has audio to play; then the turn ends with OutputError. 10
    by default: a network that stalls for 5 s is not given up. See `Output.patience` too."""

    pauses: bool = False
    """Whether the far end can pause by itself. Then your `pause` and `resume` tell it so (`also`), after they have called those of this
    class. False by default: a pause clears what the far end holds, and a resume sends it again."""

    native: bool = False
    """Whether `send` and `clear` are Trio's in an asyncio program too."""

    def __init__(
        self,
        *,
        hold: float = 0.2,
        frame: float = FRAME,
        whole_frames: bool = True,
        pace: float = 1.0,
        acknowledged: bool = False,
        frame_ahead: float | None = None,
    ) -> None:
        """Make an output.

        Args:
            hold: the most seconds that are sent and not yet heard; 0.2 by default. Give as much as the far end needs against its
                jitter, and, if it acknowledges, as much again as a message takes there and back.
            frame: seconds of audio in one call of `send`; 0.02 by default.
            whole_frames: whether audio that is no whole frame waits for more, for as long as a frame lasts. True by default. A call with
                less then comes before a pause, and at the end. False: each piece of audio is sent at once.
            pace: seconds of audio heard in a second; 1.0 by default. Not used with `acknowledged`.
            acknowledged: whether you call `acknowledge`. False by default.
            frame_ahead: seconds of audio in one call of `send` while twice as much is unheard, for a far end to which each call costs
                something; as many as `frame` by default.

        Raises:
            ValueError: `hold`, `frame`, `frame_ahead` or `pace` is not above 0.
        """
        if frame <= 0:
            raise ValueError(f"frame is {frame}; it must be above 0")
        if frame_ahead is not None and frame_ahead <= 0:
            raise ValueError(f"frame_ahead is {frame_ahead}; it must be above 0")
        super().__init__(hold=hold, pace=pace)
        self._frame = frame
        self._frame_ahead = frame if frame_ahead is None else frame_ahead
        self._whole_frames = whole_frames
        self._acknowledged = acknowledged
        self._sent: int = 0
        self._pending = 0  # samples that are accepted, and do not sound by the clock yet
        self._rest = bytearray()  # of the pending ones, those that are less than a frame
        self._kept = bytearray()  # the samples from `_kept_from` on, those that are not heard among them
        self._kept_from = 0
        self._held_back = bytearray()  # what a pause has taken back
        self._cuts = 0  # how often what was sent became void
        self._marked_end = 0  # what was accepted before the last mark
        self._dropped = 0  # of the samples sent, those that were flushed
        self._acknowledged_at = -math.inf  # when something was acknowledged, or there was nothing to acknowledge
        self._floor = 0  # what `heard` was when something was acknowledged: it does not fall while the far end plays
        self._certain_before = 0  # `_certain` when the far end was last told to clear
        self._settling: int | None = None  # `_dropped` before the flush whose `clear` is not answered yet
        self._lost: str | None = None
        self._losing = Signal()
        self._waits_for_calls = False
        self._run = False  # whether somebody runs it
        self._program: Program | None = None
        self._running = trio.CancelScope()
        self._calls = Calls(self._returned, self._patience, self._send_rest)

    @abc.abstractmethod
    async def send(self, pcm: bytes) -> None:
        """Send a frame to the far end: whole 16-bit samples. You write it. What it raises ends the turn, and is raised in `say` or
        `run`. It is cancelled only if the output closes and it takes longer than `LAST_CALL` seconds.
        """

    async def clear(self) -> None:
        """Let the far end drop what it holds. You write it, if the far end can. By default nothing: then up to `hold` seconds may still
        be heard after an interruption.
        """

    async def finish(self) -> None:
        """All that there is for now has been sent. You write it, if the far end wants to know. By default nothing."""

    def also(self, call: Callable[[], Awaitable[object]]) -> None:
        """Make another call, in order with those of `send` and `clear`: to tell the far end of a pause, say. A plain call."""
        self._calls.add(call, _nothing)

    async def mark(self) -> None:
        """A phrase or the turn ends here: its last sample was given to `send` before. You write it, if the far end can tell when it has
        played so far. By default nothing is called.
        """

    @property
    def sent(self) -> int:
        """Samples given to `send` since `open`, those of a call under way included."""
        return self._sent

    def acknowledge(self, sent: int, *, pace: float = 0.0) -> None:
        """Say that the first `sent` samples of all that `send` was given since `open` are over: heard, or dropped by `clear`. A plain
        call. Without `acknowledged=True` it does nothing.

        A far end that counts the samples it receives, and knows how many of them wait in its buffer, reports the difference. A
        number that is lower than the last one changes nothing; one that is higher than what was sent counts as that.

        `pace` is for a far end that tells at once when it begins to play, stops or runs dry: seconds of audio that it plays in a second
        from now on; 1.0 while it plays. `heard` then goes on by the clock, for `LONGEST_UNTOLD` seconds at most, so that few
        reports a second are as exact as many. 0.0 by default: `heard` stands still until the next call.

        Raises:
            ValueError: `pace` is negative, infinite or not a number.
        """
        if not 0.0 <= pace < math.inf:
            raise ValueError(f"pace is {pace!r}; it must be seconds of audio a second, 0 or more")
        if self._acknowledged and self._format is not None:
            self._floor = self.heard
            self._acknowledged_at = trio.current_time()
            self._base = max(self._base, min(sent, self._sent) - self._dropped)
            self._pace = pace
            self._since = self._acknowledged_at if pace > 0 and not self._paused else None
            self._wake()

    def cleared(self, played: int) -> None:
        """Say that the far end has obeyed the newest `clear`, and had played until then what it could of the first `played` samples of all
        that `send` was given since `open`. A plain call. Later than `SETTLE` seconds it does nothing.
        """
        if self._settling is not None:
            before = self._certain_before
            self._base = self._accepted = max(before, min(played, self._sent) - self._settling)
            del self._held_back[: (self._base - before) * SAMPLE_BYTES]
            self._dropped = self._sent - self._accepted
            self._kept_from = self._accepted  # nothing has been accepted since
            self._settling = self._since = None
            self._wake()

    async def failure(self) -> None:
        """Wait until `fail` is called, and raise its reason."""
        while self._lost is None:
            await self._losing.wait()
        self._check()

    def fail(self, reason: str) -> None:
        """Say that the far end is gone. From now on `play` and `drain` raise OutputError with this reason. A plain call."""
        self._lost = reason
        self._losing.give()
        self.flush()

    def recover(self) -> None:
        """Say that the far end is there again: what `fail` said is over. A plain call."""
        self._lost = None

    @property
    def heard(self) -> int:
        """Samples whose time has passed, or that were acknowledged."""
        by_the_clock = super().heard
        if not self._acknowledged or self._since is None or self._format is None:
            return by_the_clock
        most = self._base + round(LONGEST_UNTOLD * self._format.sample_rate * self._pace)
        return max(self._floor, min(by_the_clock, most))

    @property
    def _certain(self) -> int:
        """Samples that were acknowledged, or whose time has passed where nothing is."""
        return self._base if self._acknowledged else self.heard

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, with 0 samples heard.

        Raises:
            RuntimeError: it is open already.
        """
        await super().open(format)
        self._sent = self._pending = self._dropped = self._marked_end = self._floor = self._certain_before = 0
        self._rest.clear()
        self._held_back.clear()
        self._kept.clear()
        self._kept_from = 0
        self._settling = self._lost = None
        self._run = False
        self._running = trio.CancelScope()
        self._calls = Calls(self._returned, self._patience, self._send_rest)

    async def run(self) -> None:
        """Make the calls of `send` and `clear`, until the output is closed. Whoever opened it runs it."""
        calls = self._calls
        if self._format is None or self._run:
            return
        self._run = True
        self._program = None if self.native else PROGRAM.get()
        with self._running:
            await (calls.make(TrioBell()) if self._program is None else self._program.make(calls))

    async def play(self, pcm: bytes) -> None:
        """Send whole samples, frame by frame; waits while `hold` seconds have not been heard.

        A `flush` meanwhile drops the rest. If cancelled, a first part has been accepted.

        Raises:
            RuntimeError: the output is not open.
            ValueError: the number of bytes is odd.
            OutputError: the far end is gone (`fail`).
            Exception: what `send` or `clear` raised.
        """
        rate = self._opened().sample_rate
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        await trio.lowlevel.checkpoint_if_cancelled()
        self._settling = None  # an answer that comes now is too late
        hold, flushes = max(1, round(self._hold * rate)), self._flushes
        at, waited = 0, False
        while at < len(pcm):
            step = self._step()
            piece = pcm[at : at + max(SAMPLE_BYTES, step - len(self._rest))]
            waited |= await self._room(len(piece) // SAMPLE_BYTES, hold, flushes)
            if flushes != self._flushes:
                break
            self._check()
            at += len(piece)
            self._take(piece, step)
        self._check()
        if not waited:
            await trio.lowlevel.cancel_shielded_checkpoint()

    async def end_phrase(self) -> None:
        """Send what is left of the phrase, and mark its end."""
        flushes = self._flushes
        while self._held_back and flushes == self._flushes:
            await self._changed.wait()
        self._send_rest()
        self._mark()

    async def drain(self) -> None:
        """Wait until `send` has returned, and all accepted samples have been heard.

        Raises:
            OutputError: the far end is gone (`fail`).
            Exception: what `send` or `clear` raised.
        """
        self._opened()
        flushes = self._flushes
        self._send_rest()
        self._mark()
        if type(self).finish is not FarEnd.finish:
            self._calls.add(self.finish, _nothing)
        self._check()
        await self._until_run()
        while (self._held_back or not self._calls.idle) and flushes == self._flushes and self._lost is None:
            self._waits_for_calls = True
            await self._changed.wait()
        self._check()
        while self._acknowledged and self._base < self._accepted and flushes == self._flushes:
            await self._changed.wait()
        await super().drain()
        self._check()

    def flush(self) -> None:
        """Drop all samples that have not been heard, and call `clear` if some of them were sent. A `send` under way goes on; none
        begins any more.
        """
        acknowledged = self._base
        super().flush()
        self._held_back.clear()
        self._cut(acknowledged if self._acknowledged else self._accepted)

    def pause(self) -> None:
        """Stop the sound at this sample: let the far end clear what it holds, and keep it here. Where it can pause by itself, or cannot
        clear, nothing more is sent. `play` and `drain` wait.
        """
        takes_back = self._can_clear and not self.pauses and not self._paused
        certain = self._certain
        super().pause()
        self._base = certain  # a far end that tells what it plays tells where it has stopped
        if takes_back:
            unheard = self._kept[(certain - self._kept_from) * SAMPLE_BYTES :]
            self._accepted = certain
            self._cut(certain)
            self._held_back = unheard

    def resume(self) -> None:
        """Go on with the sample after the last one heard."""
        held_back, self._held_back = self._held_back, bytearray()
        self._acknowledged_at = trio.current_time()
        if held_back:
            self._settling = None  # an answer that comes now is about samples that are sent again
            step = self._step()
            for at in range(0, len(held_back), step):
                self._take(bytes(held_back[at : at + step]), step)
        super().resume()

    @property
    def _can_clear(self) -> bool:
        """Whether the far end can drop what it holds."""
        return type(self).clear is not FarEnd.clear

    def _cut(self, certain: int) -> None:
        """What was accepted and not heard is void: let the far end drop it, if some of it was sent. `certain`: what was heard for certain."""
        self._cuts += 1
        self._pending = 0
        self._rest.clear()
        self._kept.clear()
        self._kept_from = self._marked_end = self._accepted
        self._calls.drop()
        if self._sent > self._dropped + certain and self._format is not None and self._lost is None:
            self._settling = self._dropped if self.settles else None
            self._certain_before = certain
            if not self._calls.has(self.clear):
                self._calls.add(self.clear, _nothing)
        self._dropped = self._sent - self._accepted

    def _step(self) -> int:
        """The bytes of a frame: more of them while the far end has enough."""
        rate = self._opened().sample_rate
        ahead = round(self._frame_ahead * rate)
        if self._frame_ahead == self._frame or self._accepted - self._certain < 2 * ahead:
            ahead = round(self._frame * rate)
        return max(1, min(ahead, round(self._hold * rate) // 2)) * SAMPLE_BYTES

    async def settle(self) -> None:
        """Wait for the answer to `clear`. When this returns, or is cancelled, `heard` stands still until `play` is called."""
        await trio.lowlevel.checkpoint()
        try:
            while self._settling is not None and not self._calls.ended and not self._calls.failed and not self._lost:
                await self._changed.wait()
        finally:
            self._settling = None

    async def close(self) -> None:
        """Drop all samples that have not been heard. A call of `send` or `clear` under way has `LAST_CALL` seconds to return, then it
        is cancelled. `heard` keeps its value.
        """
        self.flush()
        self._settling = self._format = None
        calls = self._calls
        with trio.CancelScope(shield=True):
            if calls.begun:
                calls.stop()
                await self._until_true(lambda: calls.ended)
                self._running.cancel()
                await self._until_true(lambda: calls.ended)
            await trio.lowlevel.checkpoint()

    def _check(self) -> None:
        """Raise what keeps the far end from hearing."""
        self._calls.check()
        if self._lost is not None:
            raise OutputError(self._lost)

    def _take(self, piece: bytes, step: int) -> None:
        """Accept samples, and send them when they are a frame."""
        if len(self._kept) > LONGEST_KEPT * SAMPLE_BYTES:
            certain = self._certain
            del self._kept[: (certain - self._kept_from) * SAMPLE_BYTES]
            self._kept_from = certain
        self._kept += piece
        self._pending += len(piece) // SAMPLE_BYTES
        begins = not self._rest
        self._rest += piece
        if len(self._rest) >= step or not self._whole_frames:
            self._send_rest()
        elif begins:
            self._calls.look()  # it waits for more of them, but not for ever

    def _mark(self) -> None:
        """Mark the end of what was accepted, if that is something new."""
        end = self._accepted + self._pending
        if end != self._marked_end and type(self).mark is not FarEnd.mark:
            self._marked_end = end
            self._calls.add(self.mark, _nothing, audio=True)

    def _patience(self) -> float | None:
        if not self._rest:
            return None
        return self._step() / SAMPLE_BYTES / self._opened().sample_rate

    def _send_rest(self) -> None:
        """Send what has come of a frame."""
        if not self._rest:
            return
        piece, cuts = bytes(self._rest), self._cuts
        samples = len(piece) // SAMPLE_BYTES
        self._rest.clear()

        def sent() -> None:
            if cuts == self._cuts and not self._acknowledged:
                self._pending -= samples
                self._accept(piece)  # its clock starts now

        if self._acknowledged:
            if self._base == self._accepted:
                self._acknowledged_at = trio.current_time()
            self._pending -= samples
            self._accepted += samples
        self._calls.add(partial(self._send, piece), sent, audio=True)

    async def _send(self, piece: bytes) -> None:
        self._sent += len(piece) // SAMPLE_BYTES
        await self.send(piece)

    def _start(self) -> None:
        if not self._acknowledged:
            super()._start()

    async def _room(self, samples: int, hold: int, flushes: int) -> bool:
        """Wait until there is room for so many samples and no pause, or some were flushed, or a call has failed. Return whether it waited.

        What waits for its call counts as held. A call that returns wakes nobody while the clock says when there is room.
        """
        waited = False
        while flushes == self._flushes and not self._calls.failed and self._lost is None:
            over = self._accepted + self._pending + samples - hold
            if not self._paused and over <= self._certain:
                break
            waited = True
            if not self._run:
                await self._until_run()
                continue
            deadline = math.inf
            if self._acknowledged:
                if not self._paused:
                    deadline = self._acknowledged_at + self.patience
            elif self._since is not None and over <= self._accepted:
                deadline = self._since + (over - self._base) / (self._opened().sample_rate * self._pace)
            else:
                self._waits_for_calls = True
            with trio.move_on_at(deadline) as scope:
                await self._changed.wait()
            if scope.cancelled_caught and self._acknowledged and not self._paused:
                raise OutputError(f"the far end has not told for {self.patience:g} s what it plays (patience)")
        return waited

    async def _until_run(self) -> None:
        """Whoever opened it runs it now, or has forgotten to."""
        for _ in range(3):  # the task that runs it may be about to begin
            if self._run:
                return
            await trio.lowlevel.checkpoint()
        if not self._run:
            raise RuntimeError(
                "nobody runs this output: start `output.run` in a nursery after `await output.open(format)`"
            )

    async def _until_true(self, done: Callable[[], bool]) -> None:
        """Wait for something that a returned call makes true, for `LAST_CALL` seconds."""
        with trio.move_on_after(LAST_CALL):
            while not done():
                self._waits_for_calls = True
                await self._changed.wait()

    def _returned(self) -> None:
        """A call has returned, or none will be made any more."""
        if self._waits_for_calls or self._calls.failed or self._settling is not None:
            self._waits_for_calls = False
            if self._program is not None:
                self._program.soon()
            self._wake()


def _nothing() -> None:
    pass
