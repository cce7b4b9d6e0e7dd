"""How far a transcription is from what should have been said.

Two texts are compared as spoken words. What spelling leaves open is made equal first: case, punctuation, digits or number
words, `%` and `$`, a few written abbreviations, and where a word ends (`lighthouse`, "light house";
`1969`, "nineteen sixty-nine"). Nothing else is forgiven: a wrong ending, article or homophone is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

_SMALL = """
    zero one two three four five six seven eight nine ten
    eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"

_UNITS = {word: i for i, word in enumerate(_SMALL.split())} | {
    word: 20 + 10 * i for i, word in enumerate(_TENS.split())
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_ORDINALS = {word: f"{i}" + {1: "st", 2: "nd", 3: "rd"}.get(i, "th") for i, word in enumerate(_ORDINAL.split(), 1)}
_SPELLINGS = {"dr": "doctor", "mr": "mister", "kg": "kilograms", "km": "kilometers", "ok": "okay"} | _ORDINALS

_MERGE = 3
"""The most words that may be written as one."""


def spoken_words(text: str) -> list[str]:
    """`text` as lower-case words, numbers as digits."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"\$(\d+)", r"\1 dollars", text).replace("%", " percent ")
    text = text.replace("'", "")
    words = [_SPELLINGS.get(match[0], match[0]) for match in re.finditer(r"\w+", text)]
    return _without_points(_numbers_as_digits(words))


def _numbers_as_digits(words: Iterable[str]) -> list[str]:
    """Number words as English builds them: "two thousand four hundred" is 2400, "nineteen sixty nine" 19 and 69."""
    spoken: list[str] = []
    total = group = 0
    room = 0  # what may still be added to the number so far: 10 after "twenty", 100 after "hundred"
    inside = False

    def finish() -> None:
        nonlocal total, group, room, inside
        if inside:
            spoken.append(str(total + group))
        total = group = room = 0
        inside = False

    for word in words:
        if word in _UNITS:
            value = _UNITS[word]
            if not inside or not 0 < value < room:
                finish()
            group += value
            room = 10 if value >= 20 else 0
            inside = True
        elif inside and word in _SCALES and group:
            scale = _SCALES[word]
            if scale == 100:
                group *= scale
            else:
                total, group = total + group * scale, 0
            room = scale
        else:
            finish()
            spoken.append(word)
    finish()
    return spoken


def _without_points(words: Sequence[str]) -> list[str]:
    """A time may be written as a decimal (`9.30`), so the word "point" between two numbers is left open."""
    return [
        word
        for i, word in enumerate(words)
        if not (word == "point" and 0 < i < len(words) - 1 and words[i - 1].isdigit() and words[i + 1].isdigit())
    ]


@attrs.frozen
class Step:
    """One step of an alignment: some words of the reference against some words of the hypothesis."""

    said: tuple[str, ...]
    heard: tuple[str, ...]
    start: int
    """Index in the reference of the first word of `said`."""

    @property
    def errors(self) -> int:
        return 0 if "".join(self.said) == "".join(self.heard) else max(len(self.said), len(self.heard))


def align(said: Sequence[str], heard: Sequence[str]) -> list[Step]:
    """The alignment with the fewest errors (Levenshtein 1966, with one word against up to three for spelling)."""
    rows, columns = len(said) + 1, len(heard) + 1
    cost = [[0] * columns for _ in range(rows)]
    back = [[(0, 0)] * columns for _ in range(rows)]
    said_as_one, heard_as_one = _as_one(said), _as_one(heard)
    for i in range(rows):
        for j in range(columns):
            moves: list[tuple[int, int, int]] = []
            if i and j:
                moves.append((cost[i - 1][j - 1] + (said[i - 1] != heard[j - 1]), 1, 1))
                if n := said_as_one[i].get(heard[j - 1]):
                    moves.append((cost[i - n][j - 1], n, 1))
                if n := heard_as_one[j].get(said[i - 1]):
                    moves.append((cost[i - 1][j - n], 1, n))
            if j:
                moves.append((cost[i][j - 1] + 1, 0, 1))
            if i:
                moves.append((cost[i - 1][j] + 1, 1, 0))
            if moves:
                best = min(moves, key=lambda move: move[0])  # the first of equals: a match before a gap
                cost[i][j], back[i][j] = best[0], best[1:]
    steps: list[Step] = []
    i, j = rows - 1, columns - 1
    while i or j:
        di, dj = back[i][j]
        steps.append(Step(tuple(said[i - di : i]), tuple(heard[j - dj : j]), i - di))
        i, j = i - di, j - dj
    return steps[::-1]


def _as_one(words: Sequence[str]) -> list[dict[str, int]]:
    """For each place between two words, what those before it are if they are written as one, and how many they are."""
    return [
        {"".join(words[end - n : end]): n for n in range(2, _MERGE + 1) if end >= n} for end in range(len(words) + 1)
    ]


@attrs.frozen
class Comparison:
    """What differs between what should be heard and what was."""

    words: int
    """Words of the reference."""
    errors: int
    """Words wrong, missing or added."""
    differences: tuple[str, ...]
    """Each error as `said -> heard`, for the message of a failing test."""
    missing: tuple[str, ...]
    """Sentences of which more than half of the words have no counterpart."""
    repeated: tuple[str, ...]
    """Sentences that were heard once more than they should be."""

    @property
    def rate(self) -> float:
        return self.errors / max(1, self.words)


def word_errors(reference: str, hypothesis: str) -> int:
    """Words wrong, missing or added in `hypothesis`."""
    return compare([reference], hypothesis).errors


def compare(sentences: Sequence[str], hypothesis: str) -> Comparison:
    """Compare the sentences that should be heard with a transcription of what was."""
    spoken = [spoken_words(sentence) for sentence in sentences]
    steps = align([word for words in spoken for word in words], spoken_words(hypothesis))

    lost = {step.start for step in steps if not step.heard}
    missing: list[str] = []
    start = 0
    for sentence, words in zip(sentences, spoken, strict=True):
        if len(lost.intersection(range(start, start + len(words)))) * 2 > len(words):
            missing.append(sentence)
        start += len(words)

    additions = _runs_of_additions(steps)
    repeated = [
        sentence
        for sentence, words in zip(sentences, spoken, strict=True)
        if words and any(_contains(run, words) for run in additions)
    ]
    return Comparison(
        words=start,
        errors=sum(step.errors for step in steps),
        differences=tuple(f"{' '.join(s.said) or '-'} -> {' '.join(s.heard) or '-'}" for s in steps if s.errors),
        missing=tuple(missing),
        repeated=tuple(repeated),
    )


def _runs_of_additions(steps: Sequence[Step]) -> list[list[str]]:
    """Words that were heard and not said, neighbours together.

    Where a sentence is repeated, several alignments are equally good, and a few of its words may be matched with those of
    a neighbour: a run bridges up to three steps.
    """
    runs: list[list[str]] = [[]]
    gap = 0
    for step in steps:
        if step.said:
            gap += 1
            continue
        if gap > 3:
            runs.append([])
        gap = 0
        runs[-1].extend(step.heard)
    return [run for run in runs if run]


def _contains(run: Sequence[str], sentence: Sequence[str]) -> bool:
    """Whether most of a sentence (two words in three) is in a run of added words, in order."""
    matched = sum(1 for step in align(sentence, run) if step.said and not step.errors)
    return matched * 3 >= len(sentence) * 2
