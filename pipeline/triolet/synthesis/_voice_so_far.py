"""What the phrases said so far in a turn tell of the voice."""

from __future__ import annotations

from triolet.alignment._pace import Pace
from triolet.alignment._voicing import Voicing
from triolet.alignment._weights import weight
from triolet.synthesis._job import Job


class VoiceSoFar:
    """Learns the loudness of a voice from the phrases of a turn, and its pace from those that one commit has said whole."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._pace = Pace()
        self._loudest = 0

    def voicing(self) -> Voicing:
        """A new `Voicing` for the audio of one phrase, which knows how loud the voice is."""
        return Voicing(self._sample_rate, loudest=self._loudest)

    @property
    def pace(self) -> float | None:
        """Seconds at a usual pace that the voice says in one second. None: not known yet."""
        return self._pace.factor

    def learn(self, job: Job) -> None:
        """Learn from a phrase that has been passed on."""
        voicing = job.audio.voicing
        self._loudest = max(self._loudest, voicing.loudest)
        if job.whole:
            said = sum(weight(unit.text) for unit in job.phrase.units)
            self._pace = self._pace.learnt(said, voicing.voiced.sounding() / self._sample_rate)
