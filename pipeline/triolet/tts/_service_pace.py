"""How fast a service makes speech, and how fast its voice speaks: an estimate from the commits so far."""

from __future__ import annotations

import attrs

from triolet.alignment._pace import Pace

SMOOTHING = 0.3
"""The weight of the newest measurement. The last three phrases then outweigh all before them."""

BELIEVED = 4.0
"""Seconds of speech at the usual pace with which the estimate starts. They are as much as one sentence, so the first sentence or
two outweigh them."""


@attrs.define
class ServicePace:
    """How long a commit takes, as measured so far. It starts with what is reported of hosted services."""

    first_audio: float = 0.7
    """Seconds from a commit to its first samples."""
    speed: float = 2.0
    """Seconds of audio that the service makes in a second, after a commit's first samples."""
    _pace: Pace = attrs.field(factory=lambda: Pace.believed(1.0, BELIEVED))

    @property
    def stretch(self) -> float:
        """Seconds that the voice takes for what takes one second at the usual pace."""
        return 1 / (self._pace.factor or 1.0)

    def measured(self, *, first_audio: float, audio: float, took: float, expected: float) -> None:
        """Add the measurements of a complete commit, all in seconds.

        Args:
            first_audio: from the commit to its first samples.
            audio: the length of its audio.
            took: from its first samples to its last.
            expected: the length of its audio at the usual pace.
        """
        self._pace = self._pace.learnt(expected, audio)
        self.first_audio += SMOOTHING * (first_audio - self.first_audio)
        if took > 0:
            self.speed += SMOOTHING * (min(audio / took, 100.0) - self.speed)
        else:  # all of it came at once
            self.speed += SMOOTHING * (100.0 - self.speed)

    def slack(self, *, lead: float, missing: float, waited: float, begun: bool) -> float:
        """Seconds that may pass before the next phrase needs a session of its own to be in time.

        If the next commit waits for the one that runs, its first audio comes after the rest of that one and another
        `first_audio`.

        Args:
            lead: seconds of audio that the listener has left.
            missing: seconds of audio that the running commit has still to give.
            waited: seconds since the running commit was made.
            begun: whether it has given audio.
        """
        rest = missing / self.speed + (0.0 if begun else max(0.0, self.first_audio - waited))
        return lead + missing - (rest + self.first_audio)
