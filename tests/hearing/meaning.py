"""Whether a sentence full of figures came back as it was meant, however the recogniser writes its figures.

Both texts, the words that were meant and what the recogniser wrote, are brought into one form, word by word:

- Every number is written digit by digit, whether it came as words or as digits: "nineteen eighty-seven" and `1987` are both
  1 9 8 7, "two thousand four hundred" and `2,400` are both 2 4 0 0. "oh" between digits is 0. "million" and "billion" stay words.
- An ordinal number is its number: "twelfth", `12th` and "12" are one, since "May 12" is read with or without its ending.
- A sign or a short form is its word: `$5` is 5 dollars, `$3.99` is 3 dollars 99 cents, `%` is percent, `km`, `°C`, `p.m.`, `Mon`, `Dec`.
- What a reader may say or leave out is left out: the point of a decimal number or a time, "and", "to" between two numbers, "o'clock".
- A singular and a plural are one, and so are `half` and `1/2`, "quarters" and `/4`.

Then the two are aligned as in `words`. A sentence came back as meant if no step that holds a digit, or the word of a unit, a currency,
a day or a month, differs. Other words that were misheard are counted by themselves: they say something of the voice and of the
recogniser, nothing of what numbers are turned into.
"""

from __future__ import annotations

import re

import attrs
from tests.hearing.words import Step, align

_UNITS = {
    "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "kg": "kilogram", "g": "gram", "mg": "milligram",
    "ml": "milliliter", "l": "liter", "ft": "foot", "feet": "foot", "yd": "yard", "mi": "mile", "lb": "pound", "lbs": "pound",
    "oz": "ounce", "tbsp": "tablespoon", "tsp": "teaspoon", "gb": "gigabyte", "mb": "megabyte", "h": "hour", "hr": "hour",
    "min": "minute", "sec": "second", "c": "celsius", "f": "fahrenheit", "tonne": "ton",
}  # fmt: skip
_NAMES = {
    name[:3]: name
    for name in [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
}
_SMALL = {
    word: n
    for n, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ORDINALS = {
    "first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine", "twelfth": "twelve",
    "twentieth": "twenty", "thirtieth": "thirty",
}  # fmt: skip
_LEFT_OUT = frozenset({"and", "point", "oclock", "hundredth"})
_SIGNS = (
    (r"(?<=\d),(?=\d{3})", ""),
    (r"\$0?\.(\d\d)\b", r"\1 cents"),
    (r"\$(\d+)\.(\d\d)\b", r"\1 dollars \2 cents"), (r"€(\d+)\.(\d\d)\b", r"\1 euros \2 cents"),
    (r"\$([\d.]+) (million|billion)", r"\1 \2 dollars"), (r"\$([\d.]+)", r"\1 dollars"), (r"€([\d.]+)", r"\1 euros"),
    (r"£([\d.]+)", r"\1 pounds"),
    (r"\bone and a half\b|\b1 ?½|\b1 1/2", "1 plushalf"), (r"½|\b1/2\b|\b(?:one|a|1) half\b", "half"), (r"\b3/4\b|¾", "3 quarters"),
    (r"%", " percent "), (r"km/h|kph|kmh", " kilometer per hour "), (r"mph", " mile per hour "), (r"km²|km2", " square kilometer "),
    (r"°", " degrees "), (r"\b([ap])\.m\.?", r"\1m"), (r"(?<=\d)(?=[ap]m\b)", " "), (r"(?<!\S)-(?=\d)", " minus "),
    (r"/month", " per month"), (r"(?<=\d)(?:st|nd|rd|th)\b", ""), (r"(?<=\d{3}0)s\b", " "), (r"(?<=\d):00\b", ""),
    (r"\bst\.", "street"), (r"(?<=\d)\s?x\s?(?=\d)", " by "), (r"\bversion\b", "version "), (r"(?<=\d)(?=[a-z])", " "),
    (r"(?<=\d)[-–](?=\d)", " "),
)  # fmt: skip
_ROMAN = {"iv": "4"}
_TELLING = frozenset(_UNITS.values()) | frozenset(_NAMES.values()) | frozenset(
    ["dollar", "cent", "euro", "pound", "percent", "degree", "million", "billion", "half", "quarter", "minus", "per", "am", "pm", "may", "square", "street"]
)  # fmt: skip


@attrs.frozen
class Verdict:
    """How a sentence came back."""

    wrong: tuple[str, ...]
    """What differs in its figures, as `meant -> heard`. Empty: it came back as it was meant."""
    misheard: tuple[str, ...]
    """What differs in its other words."""


def judge(meant: str, heard: str) -> Verdict:
    """Compare the words that were meant with what the recogniser wrote."""
    wrong: list[str] = []
    misheard: list[str] = []
    for step in align(figures(meant), figures(heard)):
        if step.errors:
            (wrong if _tells(step) else misheard).append(
                f"{' '.join(step.said) or '-'} -> {' '.join(step.heard) or '-'}"
            )
    return Verdict(tuple(wrong), tuple(misheard))


def _tells(step: Step) -> bool:
    return any(word.isdigit() or word in _TELLING for word in (*step.said, *step.heard))


def figures(text: str) -> list[str]:
    """The text in the form that the docstring of this module describes."""
    text = text.lower().replace("’", "'")
    for sign, name in _SIGNS:
        text = re.sub(sign, name, text)
    text = text.replace("o'clock", "").replace("'", "")
    words = [_singular(_ROMAN.get(one[0], one[0])) for one in re.finditer(r"[^\W_]+", text)]
    spoken: list[str] = []
    at = 0
    while at < len(words):
        end, number = _number(words, at)
        if end > at:
            spoken += number
            at = end
        else:
            spoken.append(words[at])
            at += 1
    spoken = ["0" if word == "oh" else word for word in spoken if word not in _LEFT_OUT]
    return [word for at, word in enumerate(spoken) if word != "to" or not _between_numbers(spoken, at)]


def _between_numbers(words: list[str], at: int) -> bool:
    return 0 < at < len(words) - 1 and words[at - 1].isdigit() and words[at + 1].isdigit()


def _singular(word: str) -> str:
    word = _ORDINALS.get(word, word)
    if word.endswith("ieth"):
        word = word.removesuffix("ieth") + "y"
    elif word.endswith("th") and word.removesuffix("th") in _SMALL:
        word = word.removesuffix("th")
    if word.endswith("ies") and word.removesuffix("ies") + "y" in _TENS:
        word = word.removesuffix("ies") + "y"  # the nineties
    word = _UNITS.get(word, _NAMES.get(word, word))
    single = word.removesuffix("s")
    return _UNITS.get(single, single) if single in _TELLING or single in _UNITS else word


def _number(words: list[str], at: int) -> tuple[int, list[str]]:
    """A number in words or in digits that begins there: where it ends, and its digits."""
    if words[at].isdigit():
        return at + 1, list(words[at])
    total = group = 0
    room = 1000
    begun = False
    while at < len(words):
        word = words[at]
        value = _SMALL.get(word, _TENS.get(word, -1))
        if value >= 0 and (not begun or 0 < value < room):
            group += value
            room = 10 if word in _TENS else 0
        elif word == "hundred" and begun and group:
            group *= 100
            room = 100
        elif word == "thousand" and begun and group:
            total, group, room = 1000 * group, 0, 1000
        else:
            break
        begun = True
        at += 1
    return (at, list(str(total + group))) if begun else (at, [])
