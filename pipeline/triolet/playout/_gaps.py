"""The gap between two phrases: how long it is, and how its silence sounds."""

from __future__ import annotations

import math
import random

import attrs

from triolet._model._samples import numbers, pcm_of
from triolet._model._text import BlockKind, Boundary, Phrase
from triolet.alignment._voicing import AUDIBLE


@attrs.frozen(kw_only=True)
class PhraseGaps:
    """Seconds of silence between two phrases, by what lies between them. If several apply, the longest is taken.

    The gap is what the listener hears. It includes the silence that the voice itself leaves at the end of a phrase and at the
    beginning of the next. A gap is never shorter than that silence, unless `Playout(trim=True)` cuts it.

    The defaults follow readers, who pause for about 0.4 s between sentences and twice as long between paragraphs. At a comma a
    synthetic voice pauses for 0.36 s by itself (hibari, median of 71).
    """

    clause: float = attrs.field(default=0.35, validator=attrs.validators.ge(0))
    """Inside a sentence."""
    sentence: float = attrs.field(default=0.4, validator=attrs.validators.ge(0))
    """After a sentence or a line."""
    list_item: float = attrs.field(default=0.45, validator=attrs.validators.ge(0))
    """Before and after a list item."""
    heading: float = attrs.field(default=0.6, validator=attrs.validators.ge(0))
    """Before and after a heading."""
    paragraph: float = attrs.field(default=0.7, validator=attrs.validators.ge(0))
    """Between paragraphs."""

    def between(self, before: Phrase, after: Phrase) -> float:
        """The gap between two neighbouring phrases, in seconds."""
        gap = self.least_after(before)
        if after.opening >= Boundary.LINE:
            gap = self.sentence
        if BlockKind.LIST_ITEM in (before.kind, after.kind) and gap >= self.sentence:
            gap = max(gap, self.list_item)
        if before.kind is BlockKind.HEADING or after.kind is BlockKind.HEADING:
            gap = max(gap, self.heading)
        if after.opening >= Boundary.PARAGRAPH:
            gap = max(gap, self.paragraph)
        return gap

    def least_after(self, before: Phrase) -> float:
        """The shortest gap that may follow a phrase, whatever the next phrase is. In seconds."""
        return self.sentence if before.boundary >= Boundary.LINE else self.clause


class RoomTone:
    """The sound of a gap: white noise, as loud as the silence that the voice leaves at the end of a phrase.

    Where a voice has a noise floor, zero samples between its words are heard as a hole. Telephony fills such holes for the same
    reason (comfort noise, RFC 3389). A voice that leaves zero samples gets zero samples. The noise never counts as audible.
    """

    def __init__(self) -> None:
        self._dice: random.Random | None = None
        self._scale = 0

    def match(self, silence: bytes) -> None:
        """Make the noise as loud as these samples; no samples make it zero."""
        samples = numbers(silence)
        loudness = math.sqrt(sum(sample * sample for sample in samples) / len(samples)) if samples else 0.0
        self._scale = round(min(loudness, AUDIBLE / math.sqrt(3)) / _BYTE_LOUDNESS * 256)

    def pcm(self, samples: int) -> bytes:
        """So many samples of the noise, as PCM."""
        if not self._scale:
            return bytes(2 * samples)
        if self._dice is None:
            self._dice = random.Random(0)  # 2.5 KB, which most turns do not need
        noise = memoryview(self._dice.randbytes(samples)).cast("b")
        return pcm_of(value * self._scale + 128 >> 8 for value in noise)


_BYTE_LOUDNESS = 256 / math.sqrt(12)
"""The root mean square of random signed bytes."""
