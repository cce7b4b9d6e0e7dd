"""How far the speech on its way is ahead of the listener: the one thing that travels against the stream.

Each side of it has one writer: the stage that makes audio writes `supply`, the playout writes `listener`. Everybody may read.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import trio

from triolet._tools._signal import Signal

SOON = 0.001
"""Seconds. Sums of floats differ by less."""


class Supply:
    """What the stage that makes audio has received, and what it still expects. That stage alone writes here."""

    __slots__ = ("_wake", "bound", "promised", "received", "stretch")

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self.received = 0.0
        """Seconds of speech that have come, without a hole, up to the phrase now due."""
        self.promised = 0.0
        """Seconds of speech that are committed, are expected, and have not come."""
        self.bound = math.inf
        """How many seconds ahead of the listener the stage wants to be at most, the next commit included."""
        self.stretch = 1.0
        """Seconds that the voice takes to say what is usually said in one."""

    def receive(self, seconds: float) -> None:
        """So much more speech has come."""
        self.received += seconds

    def promise(self, seconds: float) -> None:
        """So much speech is expected and has not come; replaces what was promised before."""
        if seconds != self.promised:
            self.promised = seconds
            self._wake()

    def lose(self, seconds: float) -> None:
        """So much of what had come will not be played: it comes again."""
        self.received -= seconds
        self._wake()


class Listener:
    """What the output has taken and when it will have sounded. The playout alone writes here."""

    __slots__ = ("_wake", "dry_at", "realtime", "streamed", "taken")

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self.realtime = False
        """Whether a listener hears at the pace of a clock. False until an output has said so: then nothing has to hurry
        and nothing is held back."""
        self.streamed = False
        """Whether somebody may hear audio as soon as it is passed on though there is no clock: a pipe, and no file."""
        self.taken = 0.0
        """Seconds that the output took."""
        self.dry_at = -math.inf
        """When the output will have played, or had played, all that it took (in Trio's time)."""

    def take(self, seconds: float, *, dry_at: float) -> None:
        """The output took so much more; it will have played all it has at `dry_at` (in Trio's time)."""
        self.taken += seconds
        self.dry_at = dry_at
        self._wake()


class PlayoutClock:
    """How far the speech of one turn is ahead of its listener.

    Stages read it to decide when the next phrase is worth committing. All calls are plain but for the waits.
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
        """Whether a listener hears at the pace of a clock."""
        return self.listener.realtime

    @property
    def backlog(self) -> float:
        """Seconds received that the output has not taken; 0 where there is no real-time listener."""
        return max(0.0, self.supply.received - self.listener.taken) if self.listener.realtime else 0.0

    @property
    def lead(self) -> float:
        """Seconds until the listener has heard all that has been received; infinite where there is no real-time listener."""
        if not self.listener.realtime:
            return math.inf
        return max(0.0, self.listener.dry_at - trio.current_time()) + self.backlog

    @property
    def ahead(self) -> float:
        """The lead and what is promised, in seconds: what an interruption now would waste."""
        return self.lead + self.supply.promised

    @property
    def room(self) -> float:
        """Seconds, at a usual pace, that the next commit may take within the bound; infinite where there is no real-time
        listener.
        """
        if not self.listener.realtime:
            return math.inf
        return max(0.0, self.supply.bound - self.ahead) / self.supply.stretch

    async def until_backlog_below(self, seconds: float) -> None:
        """Wait until the output has taken all but so many seconds of what was received.

        Cancellation just ends the wait.
        """
        while self.backlog >= seconds:
            await self._until_owed_below(seconds + self.supply.promised)

    async def until_ahead_below(self, seconds: float) -> None:
        """Wait until `ahead` is at most so many seconds. Return at once where there is no real-time listener.

        Cancellation just ends the wait.
        """
        while self.listener.realtime and self.ahead - seconds > SOON:
            owed = self._owed
            if owed >= seconds:
                await self._until_owed_below(seconds)
                continue
            with trio.move_on_at(self.listener.dry_at - (seconds - owed)):  # the output plays it meanwhile
                await self._until_owed_below(owed - SOON)

    async def until_played(self, patience: float) -> None:
        """Wait until all that was received has been played, or `patience` seconds longer than that should take. Where there is
        no real-time listener: until it has been written.
        """
        missing = max(0.0, self.supply.received - self.listener.taken)
        with trio.move_on_after(max(0.0, self.listener.dry_at - trio.current_time()) + missing + patience):
            while self.supply.received - self.listener.taken > SOON:
                await self._looked.wait()
            await trio.sleep_until(self.listener.dry_at)

    @property
    def _owed(self) -> float:
        """Seconds that the output has not taken: they get fewer by events, not by time."""
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
        """Something was written: wake those whose wait is over."""
        self._looked.give()
        if self._waiting:
            owed = self._owed
            for entry in [entry for entry in self._waiting if owed < entry[0]]:
                self._waiting.remove(entry)
                entry[1].set()
