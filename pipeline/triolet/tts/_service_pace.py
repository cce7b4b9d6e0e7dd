"""How fast a service makes speech, and how fast its voice speaks: what it has taken so far tells what to expect."""

from __future__ import annotations

import attrs

SMOOTHING = 0.3
"""Weight of the newest measurement: three phrases outweigh what was before."""

BELIEVED = 4.0
"""Seconds of speech at the expected pace that count before any is heard: one sentence more outweighs them."""

REMEMBERED = 60.0
"""Seconds of speech that count: what was before them fades, in case the voice has changed."""


@attrs.define
class ServicePace:
    """What one commit takes, as measured so far; before the first, what is reported of hosted services."""

    first_audio: float = 0.7
    """Seconds from a commit to its first samples."""
    speed: float = 2.0
    """Seconds of audio made in a second, once it has begun."""
    _audio: float = BELIEVED
    _expected: float = BELIEVED

    @property
    def stretch(self) -> float:
        """Seconds that the voice takes to say what is expected to take one."""
        return self._audio / self._expected

    def measured(self, *, first_audio: float, audio: float, took: float, expected: float) -> None:
        """One commit is complete: `audio` seconds, of text for which `expected` seconds are usual, came within `took` seconds
        after its first samples.
        """
        forget = max(1.0, (self._expected + expected) / REMEMBERED)
        self._audio, self._expected = (self._audio + audio) / forget, (self._expected + expected) / forget
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
