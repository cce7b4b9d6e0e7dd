"""How much text can be on its way through the chain, as a formula: the bound that back-pressure keeps."""

from __future__ import annotations

from triolet.model_talk._core import MAX_CALL
from triolet.phrasing import Phraser
from triolet.segmentation import SentenceSegmenter
from triolet.synthesis._speaking_turn import WAITING
from triolet.synthesis._stage import Synthesizer


def text_bound(token: int, clause: int, phrase: int, group: int = 0) -> int:
    """The most characters of text that `speech()` takes from a source beyond those whose audio the output has taken.

    When the output stops, the chain stops reading the source at this bound. The formula counts the default chain. Its filter,
    segmenter, normalizer and phraser read in one task, so nothing waits between them.

    - tokens: those that wait before the filter, one that the source is sending, and those that were taken at once;
    - what may become a call of a tool: at most the `MAX_CALL` characters that ModelTalkFilter holds;
    - clauses: one whose end the segmenter has not seen; those that the Phraser keeps to merge them; and the `group` that
      TextNormalizer reads as one;
    - phrases: one sentence whose end the Phraser has not seen; one that the Synthesizer has committed; the phrase that is
      passed on, and those whose audio waits (`WAITING` in all); and one at the output.

    All lengths are in characters of the raw text, marks and white space included. Give the longest of each.

    Args:
        token: the longest token that the source gives.
        clause: the longest clause, from boundary to boundary. The segmenter holds at most `HOLD` characters of one.
        phrase: the longest text of one commit. `PhrasingOptions.longest` bounds its words.
        group: the longest run of clauses that a mark keeps together, such as a link over a comma, or the head of a table. 0, the
            default, is for text without such runs.
    """
    tokens = 2 * (SentenceSegmenter.buffer + 1)
    clauses = 1 + Phraser.hold
    phrases = 1 + Synthesizer.buffer + 1 + WAITING + 1
    return tokens * token + MAX_CALL + clauses * clause + group + phrases * phrase
