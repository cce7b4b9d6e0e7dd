"""Classes of characters that several packages use."""

from __future__ import annotations

import unicodedata

CJK = (
    r"\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303B\u3041-\u3096\u3099-\u309F\u30A1-\u30FA\u30FC-\u30FF"
    r"\u3105-\u312F\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\uFF66-\uFF9F\U00020000-\U0003FFFD"
)
"""Han, kana and bopomofo, for use inside `[...]` of a regular expression. Each such character counts as a word. Hangul is not
included, since it is written with spaces."""

EXTENDS = (
    r"ぁぃぅぇぉゃゅょゎゕゖァィゥェォャュョヮヵヶㇰ-ㇿーｧ-ｮｰﾞﾟ\u3099-\u309C"
    r"\u0300-\u036F\uFE00-\uFE0F\U000E0100-\U000E01EF\u200D"
)
"""Characters that belong to the CJK character before them, for use inside `[...]` of a regular expression. Some change its
sound: small kana, the long-vowel mark, iteration and voicing marks. Others have no sound: combining marks, variation
selectors."""

PICTOGRAPH = (
    r"\u231A-\u231B\u23CF-\u23FE\u25A0-\u25FF\u2600-\u2767\u2794-\u27BF\u2B05-\u2B07\u2B1B-\u2B1C\u2B50-\u2B55\u3030"
    r"\U0001F000-\U0001F0FF\U0001F18E-\U0001F1FF\U0001F200-\U0001FAFF"
)
"""Emoji, and the symbols that serve as bullets and ticks, for use inside `[...]` of a regular expression."""

EMOJI = rf"[{PICTOGRAPH}](?:[\uFE0E\uFE0F\u20E3\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]|\u200D[{PICTOGRAPH}])*+"
"""A regular expression for one emoji with what modifies it: variation selectors, skin tones, tags, joined emoji."""

EAST_ASIAN = "\u2e80"
"""The first character of the East Asian scripts. From this one on, no white space is written between sentences."""

CLOSERS = "\"'”’»)]）」』】*_"
"""Characters that may stand between a mark and the white space after it: quotes, brackets, emphasis."""

MARKS = ",;:.!?—–…、，；：。！？"
"""The punctuation marks at which a voice pauses."""

_MARK = frozenset(MARKS)
_AFTER_MARK = CLOSERS + " \t\n\r\u3000"


def ends_with_mark(text: str) -> bool:
    """Whether the text ends with a punctuation mark, closers and white space aside: a voice pauses there."""
    return text.rstrip(_AFTER_MARK)[-1:] in _MARK


def is_wide(character: str) -> bool:
    """Whether a character is Han, kana, Hangul or a full-width form. Each of these is about one syllable."""
    return character >= "\u1100" and unicodedata.east_asian_width(character) in "WF"


def is_hangul(character: str) -> bool:
    """Whether a character is a syllable of Hangul. Words of Hangul have spaces between them."""
    return "\uac00" <= character <= "\ud7a3"
