"""Who listens: an output that tells whose words it is given, and can stall."""

from __future__ import annotations

from array import array

from tests.simulation._ledger import Ledger

from triolet.testing import RecordingOutput


class Ear(RecordingOutput):
    """Sees the samples that it is given, as a listener would, and nothing else."""

    def __init__(self, ledger: Ledger, *, hold: float) -> None:
        super().__init__(hold=hold)
        self._ledger = ledger

    async def play(self, pcm: bytes) -> None:
        if (turn := self._turn_of(pcm)) is not None:
            self._ledger.sounding(turn).set()
        await super().play(pcm)

    def _turn_of(self, pcm: bytes) -> int | None:
        parts: dict[int, int] = {}
        for sample in array("h", pcm[-14:]):
            parts.setdefault(sample >> 12, sample & 0xFFF)
        commit = self._ledger.commits.get((parts.get(4, -1), parts.get(5, -1)))
        return None if commit is None or commit.words[0].name.filler else commit.turn
