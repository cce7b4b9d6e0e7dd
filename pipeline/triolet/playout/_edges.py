"""The two ends of a phrase: how much of the silence there is played."""

from __future__ import annotations

from triolet._model._audio import SAMPLE_BYTES
from triolet.alignment._voicing import VoiceDetector

MARGIN = 0.06
"""Seconds at either end that are never cut: a soft consonant or the release of a word is below what counts as voice there.
PLCMOS of answers joined so (hibari, 12 answers): 0.21 lost without a margin, 0.11 with 0.02 s, 0.03 with 0.06, no less with more."""

LONGEST_CUT = 2.0
"""Seconds of silence that are held back to be cut, at most. A voice that is silent for longer was asked to be."""


class PhraseEdges:
    """Takes the samples of one phrase as they come, and gives those that are played.

    With `trim`, silence is held back until it is known what it is: between two words it is played, at an end it is cut to
    what the pause there needs. Holding it back costs nothing, since it would be silent anyway. Without, all is given at once.
    """

    def __init__(self, sample_rate: int, *, loudest: int, trim: bool, trailing: float) -> None:
        """`trailing`: seconds of silence to leave at the end. `loudest`: see VoiceDetector."""
        self.detector = VoiceDetector(sample_rate, loudest=loudest)
        self.passed = 0
        """Samples given out or cut."""
        self._trim = trim
        self._margin = round(MARGIN * sample_rate)
        self._trailing = max(self._margin, round(trailing * sample_rate))
        self._longest = round(LONGEST_CUT * sample_rate)
        self._held = b""
        self.ended = False
        """Whether all of it has come."""
        self._cut_at_end = 0

    def feed(self, pcm: bytes) -> None:
        """Take whole samples."""
        self.detector.feed(pcm)
        self._held += pcm

    def end(self) -> None:
        """No more will come."""
        self.ended = True

    @property
    def beginning_known(self) -> bool:
        """Whether it is known how much silence comes first."""
        return bool(self._held) and (
            not self._trim or self.ended or bool(self.detector.voiced.runs) or self._samples >= self._longest
        )

    @property
    def leading(self) -> int:
        """Samples of silence before the first word."""
        return self.detector.voiced.leading

    @property
    def trailing(self) -> int:
        """Samples of silence after the last word that are played."""
        return max(0, self.detector.voiced.trailing - self._cut_at_end)

    def cut_beginning(self, keep: int) -> int:
        """Cut the silence before the first word to `keep` samples, or the margin; give how many were cut."""
        return self._cut(max(0, min(self.leading, self._samples) - max(keep, self._margin))) if self._trim else 0

    def cut_late(self, dry: int) -> int:
        """Cut silence before a word that comes late, the listener having heard `dry` samples of silence already."""
        if not self._trim:
            return 0
        word = next((start for start, end in self.detector.voiced.runs if end > self.passed), self.passed)
        return self._cut(max(0, min(dry, word - self.passed)))

    def take(self) -> bytes:
        """The samples that are to be played now."""
        count = self._samples
        runs = self.detector.voiced.runs
        if self._trim and runs:
            surely = runs[-1][1] + self._trailing - self.passed
            count = max(0, min(count, surely), count - self._longest)
        pcm, self._held = self._held[: count * SAMPLE_BYTES], self._held[count * SAMPLE_BYTES :]
        self.passed += count
        return pcm

    def cut_end(self) -> int:
        """Cut what is left after the end; give how many samples that were."""
        self._cut_at_end = self._cut(self._samples)
        return self._cut_at_end

    @property
    def _samples(self) -> int:
        return len(self._held) // SAMPLE_BYTES

    def _cut(self, samples: int) -> int:
        self._held = self._held[samples * SAMPLE_BYTES :]
        self.passed += samples
        return samples
