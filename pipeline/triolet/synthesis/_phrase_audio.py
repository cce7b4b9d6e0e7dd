"""The audio of one phrase, between the service and the output."""

from __future__ import annotations

from triolet._model._audio import SAMPLE_BYTES
from triolet._model._samples import faded_out
from triolet._tools._byte_queue import ByteQueue
from triolet.alignment._voicing import Voicing


class PhraseAudio:
    """Holds the samples of one phrase that have been received and not yet passed on. Counts are in samples."""

    __slots__ = ("_held", "passed_on", "received", "voicing")

    def __init__(self, voicing: Voicing) -> None:
        self.voicing = voicing
        """Where the voice sounds, in all samples that were received and not dropped."""
        self.received = 0
        """Samples that were received and not dropped."""
        self.passed_on = 0
        """Samples that were taken."""
        self._held = ByteQueue()

    def put(self, pcm: bytes) -> None:
        """Add whole samples."""
        self._held.put(pcm)
        self.received += len(pcm) // SAMPLE_BYTES
        self.voicing.feed(pcm)

    def take(self, samples: int) -> bytes:
        """Remove and return so many samples. There must be as many."""
        self.passed_on += samples
        return self._held.take(samples * SAMPLE_BYTES)

    def cut(self, samples: int, *, fade: int) -> None:
        """Keep so many samples of the phrase, and drop the rest. The last `fade` of those that are not yet passed on fade out."""
        kept = self._held.take(len(self._held))[: (samples - self.passed_on) * SAMPLE_BYTES]
        edge = min(fade * SAMPLE_BYTES, len(kept))
        if edge > 0:
            kept = kept[:-edge] + faded_out(kept[-edge:])
        self._held.put(kept)
        self.received = samples
        self.voicing.cut(samples)
