"""How long words take to say.

The weight of a text is in seconds at a usual pace, the pauses aside. It was fitted to the word times of a synthetic English voice
(1,300 words). What another language or another voice needs is the same up to a factor: its pace (see `_pace`).
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable

from triolet._model._text import SpeechUnit
from triolet._tools._characters import CLOSERS, MARKS, ends_with_mark, is_wide
from triolet._tools._lazy_regex import lazy_regex

EXPECTED_PAUSE = 0.33
"""Seconds at a mark inside a phrase: the median of that voice."""

# All in seconds.
_LETTER = 0.044
"""A letter of an alphabet."""
_WORD = 0.105
"""What a stressed word takes besides its letters."""
_DIGRAPH = 0.045
"""Two letters that are one sound take so much less."""
_NAMED = 0.2
"""A letter that is said by its name, as in "UK" and "kg"."""
_DIGIT = 0.25
"""A digit is said as a word: "three", "hundred"; so is the point between two."""
_SIGN = 0.37
"""`$` and `%` are words."""
_SYLLABLE = 0.2
"""A Han character, kana or Hangul syllable."""
_LENGTHENED = 0.085
"""The last syllable before a pause is drawn out."""

_SIGNS = "$£€¥₹%&+=@#°×÷√∞"
_AROUND_WORDS = MARKS + CLOSERS + "([“‘«"
_DIGRAPHS = lazy_regex("th|sh|ch|ck|ph|wh|gh|ee|oo|ou|ea|([a-z])\\1")
_NUMBER = lazy_regex(r"\d+(?:[.,]\d+)*")
_ORDINAL = lazy_regex(r"(?<=\d)(?:st|nd|rd|th)\b")
# fmt: off
_UNSTRESSED = frozenset((
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "as", "and", "or", "but", "if",
    "than", "that", "this", "it", "its", "is", "are", "was", "were", "be", "been", "am", "do", "does", "i", "you",
    "he", "she", "we", "they", "me", "him", "her", "us", "them", "my", "your", "his", "our", "their", "will",
    "would", "can", "could", "should", "has", "have", "had", "not", "so", "it's", "don't", "there",
))
# fmt: on
"""English words that sentences pass over."""

_LONGEST = 1000
"""Characters. A longer text is weighed by its first ones, in proportion. It bounds the time that a text takes here to a
millisecond. Phrases of a `Phraser` are shorter, and nothing asks how long a longer text takes to the second."""

_REMEMBERED_WORDS = 4096
"""Words whose weight is kept: a language says nine of ten words with so many. Less than a megabyte."""
_LONGEST_REMEMBERED = 24
"""Characters. Longer words hardly come again, and a text without spaces is no word at all."""

_ROUNDING = 1e-6
"""Seconds: what adding up weights may be off."""


def weight(text: str) -> float:
    """Seconds that a text takes to say at a usual pace, without pauses."""
    if len(text) > _LONGEST:
        return weight(text[:_LONGEST]) * (len(text) / _LONGEST)
    total = _LENGTHENED if ends_with_mark(text) else 0.0
    for word in text.split():
        total += _remembered(word) if len(word) <= _LONGEST_REMEMBERED else _word(word)
    return total


def expected_seconds(text: str) -> float:
    """Seconds that a text takes to say at a usual pace, with the pauses at the marks inside."""
    if len(text) > _LONGEST:
        return expected_seconds(text[:_LONGEST]) * (len(text) / _LONGEST)
    words = text.split()
    if not words:
        return 0.0
    usual = max(map(len, words)) <= _LONGEST_REMEMBERED
    return sum(map(_remembered_going_on if usual else _going_on, words)) - expected_pause(words[-1])


def expected_pause(text: str) -> float:
    """Seconds that a voice is expected to pause after a text when it goes on."""
    return EXPECTED_PAUSE * ends_with_mark(text)


class WeighedUnits:
    """The units of a phrase on a line of time: the seconds of weight from the beginning of the phrase."""

    __slots__ = ("_mark_last", "ends", "mark_ends", "marks")

    def __init__(self, units: Iterable[SpeechUnit] = ()) -> None:
        self.ends = [0.0]
        """Where each unit ends, by the number of units until then; the first entry is the beginning."""
        self.marks: list[int] = []
        """The numbers of units after which a mark stands, but for the last unit: nothing is known to follow it."""
        self.mark_ends: list[float] = []
        """Where each of these marks stands."""
        self._mark_last = False
        self.extend(units)

    def extend(self, units: Iterable[SpeechUnit]) -> None:
        """Add the units that follow."""
        ends = self.ends
        for unit in units:
            if self._mark_last:
                self.marks.append(len(ends) - 1)
                self.mark_ends.append(ends[-1])
            ends.append(ends[-1] + weight(unit.text))
            self._mark_last = ends_with_mark(unit.text)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def until(self, seconds: float) -> int:
        """How many units end by then."""
        return bisect_right(self.ends, seconds + _ROUNDING) - 1


def _word(word: str) -> float:
    total = 0.0
    letters = [char for char in _ORDINAL.sub("", word) if char.isalpha()]
    wide = sum(map(is_wide, letters))
    total += wide * _SYLLABLE
    if latin := len(letters) - wide:
        total += _alphabetic(word, latin)
    total += sum(map(_number, _NUMBER.findall(word)))
    return total + _SIGN * sum(char in _SIGNS for char in word)


_remembered = functools.lru_cache(_REMEMBERED_WORDS)(_word)


def _going_on(word: str) -> float:
    """Seconds that a word takes with the pause after it."""
    return _remembered_going_on(word) if len(word) <= _LONGEST_REMEMBERED else weight(word) + expected_pause(word)


@functools.lru_cache(_REMEMBERED_WORDS)
def _remembered_going_on(word: str) -> float:
    return weight(word) + expected_pause(word)


def _number(digits: str) -> float:
    """Digit by digit but for "ten" to "nineteen" and "twenty" to "ninety"; with a word for the point."""
    if len(digits) == 2 and (digits[0] == "1" or digits[1] == "0"):
        return 1.3 * _DIGIT
    return _DIGIT * sum(char.isdigit() or char == "." for char in digits)


def _alphabetic(word: str, letters: int) -> float:
    lower = word.lower()
    bare = lower.strip(_AROUND_WORDS)
    if bare in _UNSTRESSED:
        return letters * _LETTER
    spelled = letters > 1 and word.isupper()
    if spelled or (bare.isascii() and not any(char in "aeiouy" for char in bare)):
        return letters * _NAMED
    digraphs = len(_DIGRAPHS.findall(lower))
    return letters * _LETTER + _WORD - digraphs * _DIGRAPH
