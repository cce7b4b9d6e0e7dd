"""Which pieces of a phrase were heard when only its first samples were: an estimate.

Two things are known of a phrase that was cut: its words, which take time by what has to be said (`weight`), and
its samples, which show when the voice sounded and when it paused. The pauses are matched with the marks in the text; between
two matches, words share the sounding time by their weight.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Sequence

import attrs

from triolet._model._text import SpeechUnit
from triolet._tools._characters import CLOSERS, MARKS, ends_with_mark, is_wide
from triolet.alignment._voicing import PAUSE, Voiced

# Seconds, fitted to the word times of a synthetic English voice (1,300 words); what a text in another language or another voice
# needs is the same up to a factor, which `pace` is for.
_LETTER = 0.044
"""A letter of an alphabet."""
_WORD = 0.105
"""A word more than its letters, if it is one of those that are stressed."""
_DIGRAPH = 0.045
"""Less, for two letters that are one sound."""
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
_DIGRAPHS = re.compile("th|sh|ch|ck|ph|wh|gh|ee|oo|ou|ea|([a-z])\\1")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
# fmt: off
_UNSTRESSED = frozenset((
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "as", "and", "or", "but", "if",
    "than", "that", "this", "it", "its", "is", "are", "was", "were", "be", "been", "am", "do", "does", "i", "you",
    "he", "she", "we", "they", "me", "him", "her", "us", "them", "my", "your", "his", "our", "their", "will",
    "would", "can", "could", "should", "has", "have", "had", "not", "so", "it's", "don't", "there",
))
# fmt: on
"""English words that sentences pass over."""

_PAUSE = 0.33
"""Seconds at a mark inside a phrase: the median of that voice."""
_SPREAD = 0.01
"""Seconds squared, for each 0.25 s that a stretch should take: how the times of words lie around their weights. Twice what
that voice shows, for others."""
_PACE_ERROR = 0.1
"""How far the pace of a phrase may lie from that of the voice."""
_NO_PAUSE = 3.0
"""Cost of a mark at which the voice made no pause (it does not at one of twenty), as a negative logarithm."""
_NO_MARK = 4.0
"""Cost of a pause where there is no mark."""


PACES = (0.5, 0.6, 0.72, 0.85, 1.0, 1.18, 1.4, 1.65, 2.0)
"""Factors of the usual pace that voices have."""
_PACE_UNKNOWN = 0.2
"""How far (as a natural logarithm) the pace of a voice lies from the usual. With it, what is heard of a voice that is a third
slower or faster is 0.9 and 0.7 words off (hibari, 60 answers; 1.35 and 0.8 with the usual pace alone)."""


def weight(text: str) -> float:
    """Seconds that a piece takes to say at a usual pace, pauses aside."""
    total = _LENGTHENED if pauses_after(text) else 0.0
    for word in text.split():
        total += _word(word)
    return total


def _word(word: str) -> float:
    total = 0.0
    letters = [char for char in _ORDINAL.sub("", word) if char.isalpha()]
    wide = sum(map(is_wide, letters))
    total += wide * _SYLLABLE
    if latin := len(letters) - wide:
        total += _alphabetic(word, latin)
    total += sum(map(_number, _NUMBER.findall(word)))
    return total + _SIGN * sum(char in _SIGNS for char in word)


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


def pauses_after(text: str) -> bool:
    """Whether the piece ends at a mark."""
    return ends_with_mark(text)


def expected_seconds(text: str) -> float:
    """How long words are expected to sound at a usual pace, the pauses at the marks inside included."""
    words = text.split()
    return sum(map(weight, words)) + sum(map(expected_pause, words[:-1]))


def expected_pause(text: str) -> float:
    """How long a voice is expected to pause after words, in the middle of what it says."""
    return _PAUSE * pauses_after(text)


def pace_of(units: Sequence[SpeechUnit], voiced: Voiced, sample_rate: int) -> float | None:
    """Seconds of weight said in a second of sounding time, in a phrase that is there whole; None if nothing sounded."""
    seconds = voiced.sounding() / sample_rate
    return sum(weight(unit.text) for unit in units) / seconds if seconds else None


def heard_unit_count(
    units: Sequence[SpeechUnit],
    *,
    heard: int,
    total: int | None,
    sample_rate: int,
    voiced: Voiced | None = None,
    pace: float | None = None,
) -> int:
    """How many pieces, from the first, were heard whole.

    `heard` and `total` count samples of the phrase; a `total` of None means that the rest had not arrived yet. `voiced` is
    what the samples show, at least up to `heard`; without it all of them are taken for sound. `pace` is the weight that this
    voice says in a second of sounding time, where that is known.
    """
    if heard <= 0 or sample_rate <= 0 or not units:
        return 0
    if total is not None and heard >= total:
        return len(units)
    if voiced is None or not voiced.samples:
        voiced = Voiced(total or heard, ((0, total or heard),))
    if not voiced.runs:
        return 0  # all that was heard is silence
    if pace is None and total is None:
        sounds = [PhraseSound(units, voiced, None, sample_rate, factor) for factor in PACES]
        return min(sounds, key=lambda sound: sound.match[1] + pace_cost(sound.pace, _PACE_UNKNOWN)).count(heard)
    return PhraseSound(units, voiced, total, sample_rate, pace or 1.0).count(heard)


def pace_cost(factor: float, spread: float) -> float:
    """How unlikely it is that a pace differs by so much from the expected one, as a negative logarithm."""
    return (math.log(factor) / spread) ** 2 / 2


@attrs.frozen
class Anchor:
    """A place in the text and the place in the sounding time (seconds) that belong together."""

    unit: int
    time: float


class PhraseSound:
    """The words of a phrase against its sound."""

    def __init__(
        self, units: Sequence[SpeechUnit], voiced: Voiced, total: int | None, sample_rate: int, pace: float
    ) -> None:
        self.sample_rate = sample_rate
        self.voiced = voiced
        self.weights = list(itertools.accumulate((weight(unit.text) for unit in units), initial=0.0))
        self.marks = [at for at, unit in enumerate(units[:-1], 1) if pauses_after(unit.text)]
        self.known = voiced.sounding() / sample_rate
        self.whole = total is not None and voiced.samples >= total
        self.pauses = self._pauses()
        self.pace = pace
        if self.whole and self.known:
            self.pace = self.weights[-1] / self.known
        elif total is not None:
            self.pace = self._pace_by_length(total)

    def count(self, heard: int) -> int:
        """How many pieces end in the first `heard` samples."""
        time = self.voiced.sounding(0, heard) / self.sample_rate
        anchors, _ = self.match
        before = max((anchor for anchor in anchors if anchor.time <= time + 1e-6), key=lambda a: a.unit)
        after = next((anchor for anchor in anchors if anchor.unit > before.unit), None)
        pace = self.pace
        if after is not None and after.time > before.time:
            pace = (self.weights[after.unit] - self.weights[before.unit]) / (after.time - before.time)
        said = self.weights[before.unit] + (time - before.time) * pace
        last = len(self.weights) - 1 if after is None else after.unit - 1
        count = before.unit
        while count < last and self.weights[count + 1] <= said + 1e-6:
            count += 1
        return count

    def _pauses(self) -> list[float]:
        """The sounding time at which each pause lies; silence at the end is one if more is to come."""
        ends = [end / self.sample_rate for end in itertools.accumulate(end - start for start, end in self.voiced.runs)]
        silent = (self.voiced.samples - self.voiced.runs[-1][1]) / self.sample_rate
        return ends[:-1] if self.whole or silent < PAUSE else ends

    def _pace_by_length(self, total: int) -> float:
        """The pace, if what has not been seen has as much silence as its marks ask for."""
        unseen = (total - self.voiced.samples) / self.sample_rate
        pauses = max(0, len(self.marks) - len(self.pauses))
        sounding = self.known + max(0.1, unseen - pauses * _PAUSE)
        return self.weights[-1] / sounding

    @functools.cached_property
    def match(self) -> tuple[list[Anchor], float]:
        """The likeliest matching of marks and pauses, in order, and its cost; both ends are anchors where they are known."""
        start = Anchor(0, 0.0)
        best: dict[tuple[int, int], tuple[float, tuple[Anchor, ...]]] = {(0, 0): (0.0, (start,))}
        for m, mark in enumerate(self.marks, 1):
            for p, pause in enumerate(self.pauses, 1):
                anchor = Anchor(mark, pause)
                best[m, p] = min(
                    (
                        (cost + self.cost(path[-1], anchor) + self.skipped(m - m0 - 1, p - p0 - 1), (*path, anchor))
                        for (m0, p0), (cost, path) in best.items()
                        if m0 < m and p0 < p
                    ),
                    key=lambda entry: entry[0],
                )
        end = Anchor(len(self.weights) - 1, self.known)
        cost: float = math.inf
        anchors: tuple[Anchor, ...] = (start,)
        for (m, p), (path_cost, path) in best.items():
            total = path_cost + self.skipped(0, len(self.pauses) - p)
            if self.whole:
                total += self.cost(path[-1], end) + self.skipped(len(self.marks) - m, 0)
            else:
                total += self.open(path[-1], self.marks[m:])
            if total < cost:
                cost, anchors = total, path
        return ([*anchors, end] if self.whole else [*anchors]), cost

    def open(self, last: Anchor, marks: Sequence[int]) -> float:
        """Cost of the sound after the last match, of which more is to come: marks that it has passed had no pause."""
        said = self.weights[last.unit] + (self.known - last.time) * self.pace
        passed = [mark for mark in marks if self.weights[mark] <= said]
        over = max(0.0, said - self.weights[-1])
        return _NO_PAUSE * len(passed) + over**2 / (2 * self._variance(self.weights[-1] - self.weights[last.unit]))

    def cost(self, before: Anchor, after: Anchor) -> float:
        """How ill two matches that follow each other fit together, as a negative logarithm."""
        said = self.weights[after.unit] - self.weights[before.unit]
        time = (after.time - before.time) * self.pace
        return (time - said) ** 2 / (2 * self._variance(said))

    def _variance(self, said: float) -> float:
        return _SPREAD * max(said, 0.1) / 0.25 + (0.0 if self.whole else (_PACE_ERROR * said) ** 2)

    def skipped(self, marks: int, pauses: int) -> float:
        """Cost of so many marks without a pause and pauses without a mark."""
        return _NO_PAUSE * marks + _NO_MARK * pauses
