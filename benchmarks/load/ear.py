"""What a client of `WS /v1/speech` hears: a player in real time, reduced to places and times. Pure."""

from __future__ import annotations

import math

import attrs

AUDIBLE = 0.005
"""Seconds of silence that count as an underrun: below that nobody hears a gap between two words."""


@attrs.define
class Ear:
    """Plays what arrives, at `rate`, from `jitter` seconds after the first of it on; begins anew when it has run dry."""

    rate: int = 24_000
    jitter: float = 0.08
    received: int = 0
    """The place behind the last sample that has arrived."""
    underruns: int = 0
    silence: float = 0.0
    """Seconds of all underruns."""
    _base: int = 0
    """The place from which on it has played since `_since`."""
    _since: float | None = None
    """When that sounded; None: nothing has arrived since the last end."""
    _ended: bool = False

    def arrive(self, now: float, end: int) -> None:
        """Samples up to this place have arrived."""
        if self._since is None or (self._ended and self.played(now) == self.received):
            self._base, self._since = self.received, now + self.jitter
        elif (dry := now - self._since - (self.received - self._base) / self.rate) > 0:
            if dry >= AUDIBLE:
                self.underruns += 1
                self.silence += dry
            self._base, self._since = self.received, now + self.jitter
        self._ended = False
        self.received = max(self.received, end)

    def finish(self) -> None:
        """All of an answer has arrived: the silence after it is no underrun."""
        self._ended = True

    def changes_at(self, now: float) -> float:
        """When it begins to play, or will have played all that has arrived; infinite if it does neither."""
        if self._since is None:
            return math.inf
        ends = self._since + (self.received - self._base) / self.rate
        return self._since if now < self._since else ends if now < ends else math.inf

    def plays(self, now: float) -> bool:
        """Whether it sounds."""
        return self._since is not None and self._since <= now and self.played(now) < self.received

    def played(self, now: float) -> int:
        """The place up to which it has played."""
        if self._since is None:
            return self.received
        return min(self.received, self._base + max(0, round((now - self._since) * self.rate)))
