"""Who listens: an output that tells whose words it is given, and can stall."""

from __future__ import annotations

from array import array

from tests.simulation._kinds import Since
from tests.simulation._ledger import Ledger
from tests.simulation._words import Name

from triolet._model._audio import SAMPLE_BYTES
from triolet.testing import RecordingOutput


class Ear(RecordingOutput):
    """Sees the samples that it is given, as a listener would, and nothing else."""

    def __init__(self, ledger: Ledger, *, hold: float, pace: float | None) -> None:
        """With a `pace` it is a file."""
        super().__init__(hold=hold, pace=pace or 1.0)
        self.realtime = pace is None
        self._ledger = ledger
        self.last_word: Name | None = None
        """Of which the samples are that it was given last; of no filler."""
        self.last: Name | None = None
        """The same, of a filler too."""
        self.draining = False

    async def play(self, pcm: bytes) -> None:
        if (word := self._word_of(pcm)) is not None:
            self.last = word
            self._ledger.first(Since.FILLER if word.filler else Since.SOUND, word.turn).set()
            if not word.filler:
                self.last_word = word
                self._ledger.take(word)
        await super().play(pcm)

    async def drain(self) -> None:
        self.draining = True
        if self.last is not None:
            self._ledger.first(Since.DRAIN, self.last.turn).set()
        try:
            await super().drain()
        finally:
            self.draining = False

    def _word_of(self, pcm: bytes) -> Name | None:
        parts: dict[int, int] = {}
        end = len(pcm.rstrip(b"\0"))
        end += end % SAMPLE_BYTES
        for sample in array("h", pcm[max(0, end - 14) : end]):
            parts.setdefault(sample >> 12, sample & 0xFFF)
        commit = self._ledger.commits.get((parts.get(4, -1), parts.get(5, -1)))
        if commit is None:
            return None
        at = (parts.get(7, 0) << 12 | parts.get(6, 0)) * 4
        return next((word.name for word in commit.words if at < word.stop), None)
