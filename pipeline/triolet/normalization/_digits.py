"""Long numbers, said as people read them out: digit by digit, in groups."""

from __future__ import annotations

import re

from triolet._model._text import SpeechUnit

_ALONE = re.compile(r"([^\w$¢£¤¥\u20A0-\u20CF]*+)([0-9]++)([^\w%‰$¢£¤¥\u20A0-\u20CF]*+)")


def spell(unit: SpeechUnit, least: int) -> SpeechUnit:
    """The unit with its number spelled, if it is a number of at least `least` digits: "4155552671" as "4 1 5, 5 5 5, 2 6 7 1".

    A group has three digits, the last one up to four. From 12 digits on it has four, as on cards, if four divides the length.
    A number that ends in `000` counts something, so it stays as it is. So do money, decimals and parts of words.
    """
    number = _ALONE.fullmatch(unit.text)
    if number is None or len(number[2]) < least or number[2].endswith("000"):
        return unit
    digits = number[2]
    size = 4 if len(digits) >= 12 and len(digits) % 4 == 0 else 3
    starts = list(range(0, len(digits), size))
    if len(digits) - starts[-1] == 1 and len(starts) > 1:
        starts.pop()
    groups = [" ".join(digits[a:b]) for a, b in zip(starts, [*starts[1:], len(digits)], strict=True)]
    return SpeechUnit(number[1] + ", ".join(groups) + number[3], unit.start, unit.end)
