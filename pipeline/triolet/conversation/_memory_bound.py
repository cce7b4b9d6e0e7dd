"""How much audio can wait, and how much memory a turn takes when its output is slow or paused, as formulas."""

from __future__ import annotations

from triolet._model._audio import SAMPLE_BYTES
from triolet.synthesis._options import LEAD
from triolet.synthesis._speaking_turn import WAITING

CHARACTER_BYTES = 200
"""The most bytes that a character on its way takes. In Chinese each character is a unit of its own, with its place in the text."""

TURN_BYTES = 2**20
"""Bytes for the tasks, the channels, two sessions, and the timeline of a turn whose output stands still."""


def audio_bound(longest: float, *, lead: float = LEAD, hold: float = 0.1, realtime: bool = True) -> float:
    """The most seconds of audio that a turn of `speech()` holds: received, but not yet heard (or written).

    When a phrase is committed, the complete phrases before the one now due have less than `lead` seconds that wait. To these
    add the phrase that is due, the `WAITING` phrases behind it, and what the output holds. A file has no lead: there whole
    phrases wait, one of them between the synthesizer and the output, and one at the output.

    Args:
        longest: seconds of the longest phrase. 300 characters, `PhrasingOptions.longest`, take about 20. A service that does
            not stop is cut at `Synthesizer(longest_commit=)`.
        lead: seconds, as given to the `Synthesizer`.
        hold: seconds that the output takes in advance.
        realtime: whether the output plays by a clock; false for a file.
    """
    if realtime:
        return lead + (1 + WAITING) * longest + hold
    return (1 + WAITING + 2) * longest


def memory_bound(text: int, audio: float, sample_rate: int) -> int:
    """The most bytes of memory that a turn holds while its output stands still.

    It counts an eighth more than the audio, for buffers that grow. What a service sends unasked is not counted: the options of
    its adapter bound that.

    Args:
        text: characters of text on their way; see `text_bound`.
        audio: seconds of audio; see `audio_bound`.
        sample_rate: samples a second.
    """
    return round(audio * sample_rate * SAMPLE_BYTES * 9 / 8) + CHARACTER_BYTES * text + TURN_BYTES
