"""What lies between two phrases: how long it is silent, and how that silence sounds."""

from __future__ import annotations

import math
import random

import attrs

from triolet._model._samples import numbers, pcm_of
from triolet._model._text import BlockKind, Boundary, Phrase
from triolet.alignment._voicing import AUDIBLE


@attrs.frozen(kw_only=True)
class PhraseGaps:
    """Seconds of silence between two phrases, by what lies between them. The longest that applies is taken.

    They are what is heard: silence that the voice itself leaves at the end of a phrase and at the beginning of the next counts.
    Readers pause for about 0.4 s between sentences and twice as long between paragraphs. At a comma a synthetic voice makes
    0.36 s by itself (hibari, median of 71).
    """

    clause: float = attrs.field(default=0.35, validator=attrs.validators.ge(0))
    sentence: float = attrs.field(default=0.4, validator=attrs.validators.ge(0))
    list_item: float = attrs.field(default=0.45, validator=attrs.validators.ge(0))
    heading: float = attrs.field(default=0.6, validator=attrs.validators.ge(0))
    paragraph: float = attrs.field(default=0.7, validator=attrs.validators.ge(0))

    def between(self, before: Phrase, after: Phrase) -> float:
        """The silence to leave between two neighbouring phrases."""
        pause = self.least_after(before)
        if after.opening >= Boundary.LINE:
            pause = self.sentence
        if BlockKind.LIST_ITEM in (before.kind, after.kind) and pause >= self.sentence:
            pause = max(pause, self.list_item)
        if before.kind is BlockKind.HEADING or after.kind is BlockKind.HEADING:
            pause = max(pause, self.heading)
        if after.opening >= Boundary.PARAGRAPH:
            pause = max(pause, self.paragraph)
        return pause

    def least_after(self, before: Phrase) -> float:
        """The least silence that will follow a phrase, whatever the next one is."""
        return self.sentence if before.boundary >= Boundary.LINE else self.clause


class RoomTone:
    """Silence as a voice has it: white noise as loud as what it leaves at the end of a phrase.

    Between words of a voice with a noise floor, zero samples are heard as a hole (telephony fills them for the same reason:
    comfort noise, RFC 3389). A voice that leaves zero samples itself gets zero samples. Never above what counts as audible.
    """

    def __init__(self) -> None:
        self._dice = random.Random(0)
        self._scale = 0

    def match(self, silence: bytes) -> None:
        """Be as loud as these samples."""
        samples = numbers(silence)
        loudness = math.sqrt(sum(sample * sample for sample in samples) / len(samples)) if samples else 0.0
        self._scale = round(min(loudness, AUDIBLE / math.sqrt(3)) / _BYTE_LOUDNESS * 256)

    def pcm(self, samples: int) -> bytes:
        """So many samples of it."""
        if not self._scale:
            return bytes(2 * samples)
        noise = memoryview(self._dice.randbytes(samples)).cast("b")
        return pcm_of(value * self._scale + 128 >> 8 for value in noise)


_BYTE_LOUDNESS = 256 / math.sqrt(12)
"""Root mean square of signed bytes drawn at random."""
