"""Where a text may be cut: not inside a grapheme, which is what a reader takes for one character."""

from __future__ import annotations

import itertools
import unicodedata

from triolet._tools._lazy_regex import lazy_regex

_EXTENDS = lazy_regex("[\u0e33\u0eb3\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
"""Characters that belong to the one before them and are not marks (category M): joiners, vowels, voicing, skin tones, tags."""
_HALF_FLAG = lazy_regex("[\U0001f1e6-\U0001f1ff]")
_SYLLABLE = lazy_regex(
    "[\u1100-\u115f\ua960-\ua97c][\u1100-\u115f\ua960-\ua97c\uac00-\ud7a3]"
    "|[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7fb][\u1160-\u11ff\ud7b0-\ud7fb]|\r\n"
)
"""Two characters that stay together: parts of a Hangul syllable, or CR and LF."""


def inside_grapheme(text: str, at: int) -> bool:
    """Whether the character at index `at` belongs to the one before it. False at both ends of the text."""
    if not 0 < at < len(text):
        return False
    char = text[at]
    if char.isascii() and char != "\n":
        return text[at - 1] == "\u200d"
    if _HALF_FLAG.match(char):
        before = itertools.takewhile(_HALF_FLAG.match, (text[i] for i in range(at - 1, -1, -1)))
        return sum(1 for _ in before) % 2 == 1
    joins = unicodedata.category(char)[0] == "M" or _EXTENDS.match(char)
    return bool(joins or text[at - 1] == "\u200d" or _SYLLABLE.match(text, at - 1))
