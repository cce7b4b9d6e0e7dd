"""How fast a service is: what it has taken so far tells when the next audio can be expected."""

from __future__ import annotations

import attrs

SMOOTHING = 0.3
"""Weight of the newest measurement: three phrases outweigh what was before."""


@attrs.define
class ServicePace:
    """What one commit takes, as measured so far; before the first, what is reported of hosted services."""

    first_audio: float = 0.7
    """Seconds from a commit to its first samples."""
    speed: float = 2.0
    """Seconds of audio made in a second, once it has begun."""

    def measured(self, *, first_audio: float, audio: float, took: float) -> None:
        """One commit is complete: `audio` seconds came within `took` seconds after its first samples."""
        self.first_audio += SMOOTHING * (first_audio - self.first_audio)
        if took > 0:
            self.speed += SMOOTHING * (min(audio / took, 100.0) - self.speed)
        else:  # all of it came at once
            self.speed += SMOOTHING * (100.0 - self.speed)

    def slack(self, *, lead: float, missing: float, waited: float, begun: bool) -> float:
        """Seconds that may pass before another session is needed to speak the next phrase in time.

        The listener has `lead` seconds; a commit that runs still lacks `missing` seconds of audio and, if it has not
        `begun` to give any, was made `waited` seconds ago. If the next commit waits for it, its first audio comes after the
        rest of this one and one more delay.
        """
        rest = missing / self.speed + (0.0 if begun else max(0.0, self.first_audio - waited))
        return lead + missing - (rest + self.first_audio)
