"""How far the speech on its way is ahead of the listener: the one thing that travels against the stream."""

from __future__ import annotations

import math

import trio

SOON = 0.001
"""Seconds. Sums of floats differ by less."""


class PlayoutClock:
    """Seconds of speech promised by the service, received from it, taken by the output, and heard, in one turn.

    The synthesizer reports what it expects and receives, the playout what the output took; other stages read. Plain calls
    only, but for the waits.
    """

    def __init__(self) -> None:
        self.realtime = False
        """Whether a listener hears at the pace of a clock. False until an output has said so: then nothing has to hurry
        and nothing is held back."""
        self.streamed = False
        """Whether somebody may hear audio as soon as it is passed on though there is no clock: a pipe, and no file."""
        self.bound = math.inf
        """How many seconds ahead the synthesizer wants to be at most, what it is given next included."""
        self.stretch = 1.0
        """Seconds that the voice takes to say what is usually said in one."""
        self._promised = 0.0
        self._received = 0.0
        self._taken = 0.0
        self.dry_at = -math.inf
        """When the output will have played, or had played, all that it took (in Trio's time)."""
        self._took = trio.Event()
        """Set when the output has taken more; then replaced."""
        self._waiting: list[tuple[float, trio.Event]] = []

    def promised(self, seconds: float) -> None:
        """So much speech is committed and not yet `received`: what it is expected to take."""
        self._promised = seconds
        self._wake()

    def received(self, seconds: float) -> None:
        """So much more speech has come, contiguous up to the phrase now due."""
        self._received += seconds

    def lost(self, seconds: float) -> None:
        """So much of what had come will not be played: it comes again."""
        self._received -= seconds
        self._wake()

    def taken(self, seconds: float, *, dry_at: float) -> None:
        """The output took so much more; it will have played all it has at `dry_at` (in Trio's time)."""
        self._taken += seconds
        self.dry_at = dry_at
        self._took.set()
        self._took = trio.Event()
        self._wake()

    @property
    def backlog(self) -> float:
        """Seconds received that the output has not taken; 0 where there is no real-time listener."""
        return max(0.0, self._received - self._taken) if self.realtime else 0.0

    @property
    def lead(self) -> float:
        """Seconds until the listener has heard all that has been received; infinite where there is no real-time listener."""
        if not self.realtime:
            return math.inf
        return max(0.0, self.dry_at - trio.current_time()) + self.backlog

    @property
    def ahead(self) -> float:
        """The lead, and what is promised. An interruption wastes so much."""
        return self.lead + self._promised

    @property
    def room(self) -> float:
        """Seconds that the next commit may take at a usual pace within the bound; infinite where there is no real-time
        listener.
        """
        return max(0.0, self.bound - self.ahead) / self.stretch if self.realtime else math.inf

    async def until_backlog_below(self, seconds: float) -> None:
        """Wait until the output has taken all but so many seconds of what was received.

        Cancellation just ends the wait.
        """
        while self.backlog >= seconds:
            await self._until_owed_below(seconds + self._promised)

    async def until_ahead_below(self, seconds: float) -> None:
        """Wait until the listener is at most so many seconds behind what is promised. At once where nobody listens.

        Cancellation just ends the wait.
        """
        while self.realtime and self.ahead - seconds > SOON:
            owed = self._owed
            if owed >= seconds:
                await self._until_owed_below(seconds)
                continue
            with trio.move_on_at(self.dry_at - (seconds - owed)):  # the output plays it meanwhile
                await self._until_owed_below(owed - SOON)

    @property
    def _owed(self) -> float:
        """Seconds that the output has not taken: they get fewer by events, not by time."""
        return self.backlog + self._promised

    async def _until_owed_below(self, seconds: float) -> None:
        event = trio.Event()
        entry = (seconds, event)
        self._waiting.append(entry)
        try:
            await event.wait()
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)

    async def until_played(self, patience: float) -> None:
        """Wait until all that was received has been played, or `patience` seconds longer than that should take. Also where
        there is no real-time listener: there it has been written.
        """
        missing = max(0.0, self._received - self._taken)
        with trio.move_on_after(max(0.0, self.dry_at - trio.current_time()) + missing + patience):
            while self._received - self._taken > SOON:
                await self._took.wait()
            await trio.sleep_until(self.dry_at)

    def _wake(self) -> None:
        owed = self._owed
        for entry in [entry for entry in self._waiting if owed < entry[0]]:
            self._waiting.remove(entry)
            entry[1].set()
