"""Classes of characters that more than one room asks for."""

from __future__ import annotations

import unicodedata

CJK = (
    r"\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303B\u3041-\u3096\u3099-\u309F\u30A1-\u30FA\u30FC-\u30FF"
    r"\u3105-\u312F\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\uFF66-\uFF9F\U00020000-\U0003FFFD"
)
"""Han, kana and bopomofo, for a class of a regular expression: each such character is a word. Hangul is written with spaces,
so it is not among them."""

EXTENDS = (
    r"ぁぃぅぇぉゃゅょゎゕゖァィゥェォャュョヮヵヶㇰ-ㇿーｧ-ｮｰﾞﾟ\u3099-\u309C"
    r"\u0300-\u036F\uFE00-\uFE0F\U000E0100-\U000E01EF\u200D"
)
"""What belongs to the CJK character before it, for a class of a regular expression. Some of them are part of its sound: small
kana, the long-vowel mark, iteration and voicing marks. Others have no sound: combining marks, variation selectors."""

PICTOGRAPH = (
    r"\u231A-\u231B\u23CF-\u23FE\u25A0-\u25FF\u2600-\u2767\u2794-\u27BF\u2B05-\u2B07\u2B1B-\u2B1C\u2B50-\u2B55\u3030"
    r"\U0001F000-\U0001F0FF\U0001F18E-\U0001F1FF\U0001F200-\U0001FAFF"
)
"""Emoji, and the symbols that serve as bullets and ticks, for a class of a regular expression."""

EMOJI = rf"[{PICTOGRAPH}](?:[\uFE0E\uFE0F\u20E3\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]|\u200D[{PICTOGRAPH}])*+"
"""One emoji with its variation, skin and family, as a regular expression."""

EAST_ASIAN = "\u2e80"
"""The first character of the East Asian scripts. From here on, no white space stands between sentences."""

CLOSERS = "\"'”’»)]）」』】*_"
"""What may stand between a mark and the white space after it: quotes, brackets, emphasis."""

MARKS = ",;:.!?—–…、，；：。！？"
"""The marks at which a voice pauses."""

_MARK = frozenset(MARKS)
_AFTER_MARK = CLOSERS + " \t\n\r\u3000"


def ends_with_mark(text: str) -> bool:
    """Whether a punctuation mark ends the text, so that a voice pauses after it."""
    return text.rstrip(_AFTER_MARK)[-1:] in _MARK


def is_wide(character: str) -> bool:
    """Whether a character is Han, kana, Hangul or a full-width form: about one syllable each."""
    return character >= "\u1100" and unicodedata.east_asian_width(character) in "WF"
