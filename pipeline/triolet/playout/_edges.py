"""The two ends of a phrase: how much of the silence there is played.

`WholePhrase` plays all samples. `TrimmedPhrase` cuts the silence at both ends to what the gaps there need.
"""

from __future__ import annotations

import abc

from triolet._model._audio import SAMPLE_BYTES, AudioChunk
from triolet._tools._byte_queue import ByteQueue
from triolet.alignment._voiced_chunk import voicing_of
from triolet.alignment._voicing import Voicing

MARGIN = 0.06
"""Seconds of silence at either end that are never cut: soft consonants and the release of a word are too quiet to count as
voice. Measured as the PLCMOS that answers lose when their phrases are trimmed (hibari, 12 answers): 0.21 without a margin, 0.11
with 0.02 s, 0.03 with 0.06 s, and no less with more."""

LONGEST_CUT = 2.0
"""The most seconds of silence that are held back to be cut. A voice that is silent for longer was asked to be silent."""


class PhraseEdges(abc.ABC):
    """Takes the samples of one phrase as they come, and gives those that are to be played now. Counts are in samples."""

    def __init__(self, chunk: AudioChunk, *, loudest: int) -> None:
        """Begin a phrase. `chunk` is its first chunk, which is not fed yet. `loudest`: see `Voicing`."""
        known = voicing_of(chunk)
        self.voicing = known or Voicing(chunk.format.sample_rate, loudest=loudest)
        """Where the voice sounds, in all that was fed, and perhaps in samples that follow."""
        self._fed_elsewhere = known is not None
        self.fed = 0
        """Samples that have come."""
        self.passed: int = 0
        """Samples that were taken or cut."""
        self.ended = False
        """Whether all samples of the phrase have come."""
        self._stretches = 0

    def feed(self, chunk: AudioChunk) -> None:
        """Add the next samples."""
        if self._fed_elsewhere and voicing_of(chunk) is not self.voicing:  # a stage has changed them
            self.voicing = self.voicing.copy(self.fed)
            self._fed_elsewhere = False
        if not self._fed_elsewhere:
            self.voicing.feed(chunk.pcm)
        self.fed += chunk.samples
        self.ended = chunk.final
        self._hold(chunk.pcm)

    def new_pauses(self) -> list[tuple[int, int]]:
        """The stretches of voice that a pause has followed since this was asked before: [start, end) of their samples."""
        stretches = self.voicing.paused_after(self._stretches, self.fed)
        self._stretches += len(stretches)
        return stretches

    @abc.abstractmethod
    def _hold(self, pcm: bytes) -> None:
        """Keep samples until they are taken or cut."""

    @property
    @abc.abstractmethod
    def beginning_known(self) -> bool:
        """Whether it is known how much silence the phrase begins with."""

    @property
    def leading(self) -> int:
        """The silence before the first word, in what was fed."""
        first = self.voicing.first
        return self.fed if first is None else min(first, self.fed)

    @property
    @abc.abstractmethod
    def trailing(self) -> int:
        """The silence after the last word that is played."""

    @abc.abstractmethod
    def take(self) -> bytes:
        """Remove and return the samples that are to be played now."""

    def cut_beginning(self, keep: int) -> int:
        """Cut the silence before the first word to `keep` samples, or to the margin if that is more. Return how many were cut."""
        return 0

    def cut_late(self, dry: int) -> int:
        """Cut silence before a word that comes late, when the output has been silent for `dry` samples. Return how many were cut."""
        return 0

    def cut_end(self) -> int:
        """Cut what remains when the phrase has ended. Return how many samples were cut."""
        return 0

    def _silent_end(self) -> int:
        last = self.voicing.last
        return 0 if last is None else max(0, self.fed - last)


class WholePhrase(PhraseEdges):
    """Plays every sample."""

    def __init__(self, chunk: AudioChunk, *, loudest: int) -> None:
        super().__init__(chunk, loudest=loudest)
        self._held = b""

    def _hold(self, pcm: bytes) -> None:
        self._held += pcm

    @property
    def beginning_known(self) -> bool:
        return bool(self._held)

    @property
    def trailing(self) -> int:
        return self._silent_end()

    def take(self) -> bytes:
        pcm, self._held = self._held, b""
        self.passed = self.fed
        return pcm


class TrimmedPhrase(PhraseEdges):
    """Holds silence back until it is known where it lies: between two words it is played; at an end it is cut to what the gap
    there needs. A listener does not notice, since it is silent either way.
    """

    def __init__(self, chunk: AudioChunk, *, loudest: int, trailing: float) -> None:
        """`trailing`: seconds of silence to leave at the end."""
        super().__init__(chunk, loudest=loudest)
        samples = chunk.format.samples
        self._margin = samples(MARGIN)
        self._trailing = max(self._margin, samples(trailing))
        self._longest = samples(LONGEST_CUT)
        self._held = ByteQueue()
        self._cut_at_end = 0

    def _hold(self, pcm: bytes) -> None:
        self._held.put(pcm)

    @property
    def beginning_known(self) -> bool:
        first = self.voicing.first
        come = first is not None and first <= self.fed
        return bool(self._held) and (self.ended or come or self._waiting >= self._longest)

    @property
    def trailing(self) -> int:
        return max(0, self._silent_end() - self._cut_at_end)

    def take(self) -> bytes:
        count, last = self._waiting, self.voicing.last
        if last is not None:
            surely = last + self._trailing - self.passed
            count = max(0, min(count, surely), count - self._longest)
        self.passed += count
        return self._held.take(count * SAMPLE_BYTES)

    def cut_beginning(self, keep: int) -> int:
        silent = (
            self.leading if self.ended or self.voicing.first is not None else min(self.leading, self.voicing.judged)
        )
        return self._cut(max(0, min(silent, self._waiting) - max(keep, self._margin)))

    def cut_late(self, dry: int) -> int:
        word = self.voicing.next_word(self.passed)
        return 0 if word is None else self._cut(max(0, min(dry, word - self.passed, self._waiting)))

    def cut_end(self) -> int:
        self._cut_at_end = self._cut(self._waiting)
        return self._cut_at_end

    @property
    def _waiting(self) -> int:
        return len(self._held) // SAMPLE_BYTES

    def _cut(self, samples: int) -> int:
        self._held.take(samples * SAMPLE_BYTES)
        self.passed += samples
        return samples
