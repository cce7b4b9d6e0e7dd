"""How much text can be on its way: what back-pressure promises, as a formula."""

from __future__ import annotations

from triolet.normalization import TextNormalizer
from triolet.phrasing import Phraser
from triolet.segmentation import SentenceSegmenter
from triolet.synthesis._speaking_turn import WAITING
from triolet.synthesis._stage import Synthesizer


def text_bound(token: int, clause: int, phrase: int, group: int = 0) -> int:
    """The most characters that a source can have given of which the output has not taken the sound: where `speech()` stops
    the source when the output stops.

    It counts the joins of the default chain. At each, `buffer` items wait; the stage behind it has as many in its hand,
    since it takes all that wait in one go, and one more, which the stage before it was about to send.

    - tokens: those that wait for the segmenter, one in the source's hand, and as many in the segmenter's;
    - clauses: one being passed on by the segmenter and one whose end it has not seen; those that wait for TextNormalizer and
      Phraser and those in their hands; those that the Phraser holds to join them; and the `group` that TextNormalizer reads as
      one;
    - phrases: one sentence that the Phraser has not seen the end of; one in the Synthesizer's hand, committed; `WAITING`
      whose audio waits, with the one being passed on; and one at the output.

    All lengths are in characters of the raw text, marks and white space included, and are those of the longest.

    Args:
        token: what the source gives at once.
        clause: from boundary to boundary; the segmenter holds no more than `HOLD` characters of one.
        phrase: what one commit stands for; `PhrasingOptions.longest` bounds its words.
        group: clauses that a mark keeps together, such as a link that goes over a comma, or a table's head.
    """
    tokens = 2 * (SentenceSegmenter.buffer + 1)
    clauses = 2 + _waiting_and_in_hand(TextNormalizer.buffer) + _waiting_and_in_hand(Phraser.buffer) + Phraser.hold
    phrases = 1 + Synthesizer.buffer + 1 + WAITING + 1
    return tokens * token + clauses * clause + group + phrases * phrase


def _waiting_and_in_hand(buffer: int) -> int:
    return buffer + (buffer + 1)
