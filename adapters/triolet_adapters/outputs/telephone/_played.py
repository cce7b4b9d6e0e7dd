"""How far a far end had played when it obeyed `clear`, from the marks that came back and from when they did. No clock of its own."""

from __future__ import annotations

import math
from collections import deque

import attrs

EARLY = 0.04
"""Seconds by which a mark may come back earlier than its audio can have been played: the jitter of a network. A mark that is earlier
still was not played: `clear` has sent it back. Marks lie 0.1 s apart."""

BURST = 0.005
"""Seconds between the answer to `clear` and the marks that it has sent back: they travel together."""

ROUNDING = 1e-3
"""The share of a sample, and the seconds, that count as rounding."""


@attrs.frozen
class _Frame:
    sent: float
    start: int
    end: int


class PlayedSoFar:
    """Follows the audio of one call. Positions are in samples of all that was sent; times on any clock.

    A far end returns each mark when it has played up to it, and at `clear` all marks that it still has, at once. So what comes back
    after a `clear` was either played before the far end has obeyed, or not at all, and only the time tells which: audio takes as
    long to play as it lasts. All times are those at which a message would be back here, so that the way there and back, if it is
    the same for all, plays no part.
    """

    def __init__(self, rate: int) -> None:
        """`rate`: samples a second."""
        self._rate = rate
        self._frames = deque[_Frame]()
        self._known = (-math.inf, 0)  # a mark that came back: when, and its position
        self._end = 0
        self._clear: tuple[float, int] | None = None  # when it was sent, and what had been sent before
        self._after = list[tuple[float, int]]()  # marks that came back since

    def frame(self, now: float, end: int) -> None:
        """A frame was sent, which ends at this position."""
        self._frames.append(_Frame(now, self._end, end))
        self._end = end

    def mark(self, now: float, position: int) -> None:
        """A mark has come back."""
        if self._clear is None:
            self._know(now, position)
        else:
            self._after.append((now, position))

    def clear(self, now: float) -> None:
        """`clear` was sent."""
        self._clear, self._after = (now, self._end), []

    def cleared(self, now: float) -> int:
        """The answer to `clear` has come: how far the far end had played. What it has dropped is over."""
        if self._clear is None:
            return self._known[1]
        sent, end = self._clear
        trip = now - sent
        most = end
        for came, position in self._after:
            early = EARLY if now - came > BURST else ROUNDING
            if came < self._ends(position, trip) - early:
                most = min(most, position)
                break
            self._know(came, position)
        played = min(most, self._played(now, trip))
        self._clear = None
        self._known = (now, end)
        while self._frames and self._frames[0].end <= end:
            self._frames.popleft()
        return played

    def _know(self, now: float, position: int) -> None:
        if position >= self._known[1]:
            self._known = (now, position)
            while self._frames and self._frames[0].end <= position:
                self._frames.popleft()

    def _spans(self, trip: float) -> list[tuple[float, int, int]]:
        """When each frame begins to play, its first sample that is not known to be played, and its end."""
        time, position = self._known
        spans: list[tuple[float, int, int]] = []
        for frame in self._frames:
            time, position = max(time, frame.sent + trip), max(position, frame.start)
            spans.append((time, position, frame.end))
            time += (frame.end - position) / self._rate
        return spans

    def _ends(self, position: int, trip: float) -> float:
        """When a position is played to, if nothing keeps the far end from it."""
        for begins, start, end in self._spans(trip):
            if end >= position:
                return begins + (position - start) / self._rate
        return self._known[0]

    def _played(self, now: float, trip: float) -> int:
        played = self._known[1]
        for begins, start, end in self._spans(trip):
            if begins > now:
                break
            played = min(end, start + int((now - begins) * self._rate + ROUNDING))
        return played
