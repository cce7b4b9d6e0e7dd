"""How far the speech on its way is ahead of the listener: the only thing that travels against the stream.

Each side has one writer: the stage that makes audio writes `supply`, the playout writes `listener`. Every stage may read both.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import trio

from triolet._tools._signal import Signal

SOON = 0.001
"""Seconds. Times that differ by less count as equal: the rounding of sums of floats is smaller."""


class Supply:
    """How much audio has been received, and how much is still expected. Only the stage that makes audio writes here."""

    __slots__ = ("_wake", "bound", "promised", "received", "stretch")

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self.received = 0.0
        """Seconds of audio received without a hole, from the start of the turn on. The audio of later phrases does not count
        until all before it has come."""
        self.promised = 0.0
        """Seconds of audio that are committed and expected, but have not come."""
        self.bound = math.inf
        """The most seconds that the stage wants to be ahead of the listener, the next commit included. Infinite until the stage
        sets it."""
        self.stretch = 1.0
        """Seconds that this voice takes for what takes one second at the usual pace. 1 until it has been measured."""

    def receive(self, seconds: float) -> None:
        """Add seconds of audio that have come."""
        self.received += seconds

    def promise(self, seconds: float) -> None:
        """Set how many seconds of audio are expected and have not come. Replaces the promise before."""
        if seconds != self.promised:
            self.promised = seconds
            self._wake()

    def lose(self, seconds: float) -> None:
        """Take back seconds of audio that had come and will not be played. Their phrase is spoken again, or has failed."""
        self.received -= seconds
        self._wake()


class Listener:
    """How much audio the output has taken, and when it will have sounded. Only the playout writes here."""

    __slots__ = ("_wake", "dry_at", "realtime", "streamed", "taken")

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self.realtime = False
        """Whether somebody hears the audio at the pace of a clock. False until an output has opened, and for files: then no
        commit is hurried and none is held back."""
        self.streamed = False
        """Whether somebody may hear audio as soon as it is passed on, though there is no clock. True for a pipe, false for a
        file."""
        self.taken = 0.0
        """Seconds of audio that the output has taken."""
        self.dry_at = -math.inf
        """When the output will have played all that it has taken, on Trio's clock. In the past if it has run dry."""

    def take(self, seconds: float, *, dry_at: float) -> None:
        """Add seconds of audio that the output has taken. It will have played all it has at `dry_at`, on Trio's clock."""
        self.taken += seconds
        self.dry_at = dry_at
        self._wake()


class PlayoutClock:
    """How far the speech of one turn is ahead of its listener, in seconds.

    Stages read it to decide when to commit the next phrase. All calls are plain, except the `until_...` waits.
    """

    def __init__(self) -> None:
        self.supply = Supply(self._look)
        """Written by the stage that makes audio."""
        self.listener = Listener(self._look)
        """Written by the playout."""
        self._waiting: list[tuple[float, trio.Event]] = []
        self._looked = Signal()

    @property
    def realtime(self) -> bool:
        """Whether somebody hears the audio at the pace of a clock. False for a file, and until the output has opened."""
        return self.listener.realtime

    @property
    def backlog(self) -> float:
        """Seconds of audio received that the output has not taken. 0 for a file."""
        listener = self.listener
        return max(0.0, self.supply.received - listener.taken) if listener.realtime or listener.streamed else 0.0

    @property
    def lead(self) -> float:
        """Seconds until the listener has heard all audio received so far. Infinite without a real-time listener."""
        if not self.listener.realtime:
            return math.inf
        return max(0.0, self.listener.dry_at - trio.current_time()) + self.backlog

    @property
    def ahead(self) -> float:
        """Seconds of the lead and of what is promised: the audio that an interruption would waste now."""
        return self.lead + self.supply.promised

    @property
    def room(self) -> float:
        """The most seconds, at the usual pace, that the next commit may take to stay within `supply.bound`. Infinite without a
        real-time listener.
        """
        if not self.listener.realtime:
            return math.inf
        return max(0.0, self.supply.bound - self.ahead) / self.supply.stretch

    async def until_backlog_below(self, seconds: float) -> None:
        """Wait until `backlog` is below so many seconds. Returns at once for a file.

        Cancellation ends the wait and changes nothing else.
        """
        while self.backlog >= seconds:
            await self._until_owed_below(seconds + self.supply.promised)

    async def until_ahead_below(self, seconds: float) -> None:
        """Wait until `ahead` is at most so many seconds; for an output that is streamed without a clock, until the audio that it
        has not taken, received or promised, is less. Returns at once for a file.

        Cancellation ends the wait and changes nothing else.
        """
        while self.listener.streamed and not self.listener.realtime and self._owed >= seconds:
            await self._until_owed_below(seconds)
        while self.listener.realtime and self.ahead - seconds > SOON:
            owed = self._owed
            if owed >= seconds:
                await self._until_owed_below(seconds)
                continue
            with trio.move_on_at(self.listener.dry_at - (seconds - owed)):  # what the output holds shrinks with time
                await self._until_owed_below(owed - SOON)

    async def until_played(self, patience: float) -> None:
        """Wait until all audio received so far has been played; for a file, until it has been written.

        Returns without an error if that takes `patience` seconds longer than it should. Cancellation ends the wait and changes
        nothing else.
        """
        missing = max(0.0, self.supply.received - self.listener.taken)
        with trio.move_on_after(max(0.0, self.listener.dry_at - trio.current_time()) + missing + patience):
            while self.supply.received - self.listener.taken > SOON:
                await self._looked.wait()
            await trio.sleep_until(self.listener.dry_at)

    @property
    def _owed(self) -> float:
        """Seconds of audio, received or promised, that the output has not taken. Only a write changes it; time does not."""
        return self.backlog + self.supply.promised

    async def _until_owed_below(self, seconds: float) -> None:
        event = trio.Event()
        entry = (seconds, event)
        self._waiting.append(entry)
        try:
            await event.wait()
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)

    def _look(self) -> None:
        """Something was written: wake the tasks whose condition now holds."""
        self._looked.give()
        if self._waiting:
            owed = self._owed
            for entry in [entry for entry in self._waiting if owed < entry[0]]:
                self._waiting.remove(entry)
                entry[1].set()
