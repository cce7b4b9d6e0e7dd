"""How much audio can wait, and what a turn takes in memory: what a slow or paused output costs, as formulas."""

from __future__ import annotations

from triolet._model._audio import SAMPLE_BYTES
from triolet.synthesis._options import LEAD
from triolet.synthesis._speaking_turn import WAITING

CHARACTER_BYTES = 200
"""A character on its way takes no more: in Chinese each is a piece of its own, with its place in the text."""

TURN_BYTES = 2**20
"""Tasks, channels, a session or two, and the timeline of a turn that stands still."""


def audio_bound(longest: float, *, lead: float = LEAD, hold: float = 0.1, realtime: bool = True) -> float:
    """The most seconds of audio that a turn holds: received, and not yet heard (or written).

    It counts the default chain. Before each commit, less than `lead` seconds wait of the phrases that are complete up to the
    one now due. Besides those there are the one that is due and `WAITING` behind it; and what the output has taken.
    An output without a clock has no lead: there whole phrases wait, also one at the join to the output and one in its hand.

    Args:
        longest: seconds of the longest phrase. 300 characters, `PhrasingOptions.longest`, take about 20; a service that will not
            stop is cut at `Synthesizer.longest_commit`.
        lead: as of the `Synthesizer`.
        hold: what the output takes in advance.
        realtime: whether the output has a clock.
    """
    if realtime:
        return lead + (1 + WAITING) * longest + hold
    return (1 + WAITING + 2) * longest


def memory_bound(text: int, audio: float, sample_rate: int) -> int:
    """The most bytes that a turn holds while its output stands still.

    A buffer that grows takes up to an eighth more than its audio. What a service sends unasked is bounded by its own options.

    Args:
        text: characters, see `text_bound`.
        audio: seconds, see `audio_bound`.
        sample_rate: of the audio.
    """
    return round(audio * sample_rate * SAMPLE_BYTES * 9 / 8) + CHARACTER_BYTES * text + TURN_BYTES
