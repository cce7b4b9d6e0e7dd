"""When the units of a phrase are said, by the voice's own word times."""

from __future__ import annotations

import difflib
import functools
import itertools
import re

from benchmarks.ear.voice import Word, say
from triolet import Phrase

Times = list[tuple[float, float]]

SYLLABLES_A_SECOND = 3.83
"""The fixed rate that the transcript synchronizer of livekit-agents assumes for all voices."""


@functools.lru_cache(maxsize=4096)
def piece_times(phrase: Phrase) -> Times | None:
    """The start and the end of each unit in the audio of the phrase. None if words and units cannot be matched."""
    units = [_signs(unit.text) for unit in phrase.units]
    words = list(say(phrase.words).words)
    times: list[tuple[float, float] | None] = [None] * len(units)
    if "".join(units) == "".join(_signs(word.text) for word in words):
        by_sign = [word for word in words for _ in _signs(word.text)]
        ends = list(itertools.accumulate((len(unit) for unit in units), initial=0))
        for at, (start, end) in enumerate(itertools.pairwise(ends)):
            if start < end:
                times[at] = (by_sign[start].start, by_sign[end - 1].end)
    else:
        _match(units, words, times)
    for at, unit in enumerate(units):
        if not unit:  # a mark alone is over with the word before it
            times[at] = (times[at - 1] or (0.0, 0.0)) if at else (0.0, 0.0)
    known = [time for time in times if time is not None]
    return known if len(known) == len(times) else None


def _match(units: list[str], words: list[Word], times: list[tuple[float, float] | None]) -> None:
    """Numbers are said in other words than they are written in, so one unit may be several words."""
    said = [_signs(word.text) for word in words]
    for tag, i, j, k, m in difflib.SequenceMatcher(None, units, said, autojunk=False).get_opcodes():
        if tag == "equal":
            times[i:j] = [(word.start, word.end) for word in words[k:m]]
        elif j - i == 1 and m > k:
            times[i] = (words[k].start, words[m - 1].end)


def count_at_fixed_rate(phrase: Phrase, seconds: float) -> int:
    """How many units have been said after so many seconds, if every syllable takes the same time."""
    left = seconds * SYLLABLES_A_SECOND
    for count, unit in enumerate(phrase.units):
        left -= max(1, len(re.findall("[aeiouy]+", unit.text.lower())))
        if left < 0:
            return count
    return len(phrase.units)


def _signs(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())
