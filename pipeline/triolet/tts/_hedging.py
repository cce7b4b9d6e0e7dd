"""When a second session may speak the words of a commit whose audio is late. Pure: the times are arguments."""

from __future__ import annotations

import attrs

TIMES_USUAL = 4.0
"""How many times the usual delay a commit may take until its first audio. Delays spread about as far as they are long; then one in fifty is
longer than four times the usual. So where a service is slow as a whole, the measured delay grows, and no second session is asked for."""

TURNS_A_HEDGE = 4
"""Turns of a voice that run for each second session at a time, but one session at least. A service that becomes slow as a whole gets a
quarter more to do at most."""

DOUBLINGS = 5
"""How often the wait may double at most: beyond 32 times, a commit has reached any deadline."""


@attrs.define
class Hedging:
    """The second sessions of one voice, and what came of those before."""

    running: int = 0
    """How many are at work."""
    in_vain: int = 0
    """How many in a row were no quicker than the first session."""

    def wait(self, least: float, usual: float) -> float:
        """Seconds without audio after which a second session is asked.

        Args:
            least: the least, from `RecoveryPolicy.hedge_after`.
            usual: the usual delay of first audio.
        """
        return float(max(least, TIMES_USUAL * usual) * 2 ** min(self.in_vain, DOUBLINGS))

    def has_room(self, turns: int) -> bool:
        """Whether another may begin while so many turns run."""
        return self.running < max(1, turns // TURNS_A_HEDGE)

    def ended(self, *, quicker: bool) -> None:
        """Learn from one that is over whether it sounded before the first session."""
        self.in_vain = 0 if quicker else self.in_vain + 1
