"""What each character is to a voice, and how a text is cut into words, spaces and marks."""

from __future__ import annotations

import enum
import functools
import re
import unicodedata

from triolet._tools._characters import CJK, EMOJI, EXTENDS, PICTOGRAPH
from triolet._tools._lazy_regex import lazy_regex

SPECIAL = r"*_~`\[\]<&\\$!|"
"""Characters at which inline Markdown, HTML or LaTeX may begin."""

# Every character that needs a look of its own. All others form words as they stand, such as the letters of every script that
# puts spaces between words.
_APART = (
    rf"\s{SPECIAL}{PICTOGRAPH}"
    r"\x00-\x1F\x7F-\xA0\xAD\u061C\u180B-\u180F\u200B-\u200F\u2018\u201C\u2028-\u202F\u205F-\u206F\u2190-\u21FF\u20E3"
    r"\u2300-\u23FF\u2500-\u25FF\u2900-\u297F\u2B00-\u2BFF\u2E80-\uA4CF\uD800-\uFAFF\uFE00-\uFE6F\uFEFF-\uFFFF"
    r"\U000E0000-\U0010FFFF\U00020000-\U0003FFFF"
)
_URL_BEGINS = r"(?<![A-Za-z0-9])https?://[^\s]|(?<![\w.@/-])www\.[^\s.]"

_REST = rf"|(\s+)|([{CJK}][{EXTENDS}]*+)|([{SPECIAL}])|({EMOJI})|(.)"
TOKEN = lazy_regex(rf"([^{_APART}]++)(\s*+)" + _REST, re.DOTALL)
"""One step through a text. Groups: 1 and 2 a word and the white space after it, 3 white space, 4 a CJK character, 5 a
special character, 6 an emoji, 7 any other character."""
PLAIN = lazy_regex(rf"(?:[^{_APART}]|[ \n])*+")
"""Words with white space between them, and nothing else."""
QUICK = lazy_regex(
    r"[ !\"'%,./0-9:;?@A-Za-z#}{)>\u00a1\u00ab\u00bb\u00bf\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u058f"
    r"\u2013\u2014\u2019\u201d\u201e\u2026\uac00-\ud7a3-]*+"
)
"""Words of the scripts that are most common, with one space between them and marks that are always said as they stand. It is told
twenty times as fast as `PLAIN`."""
QUICK_DOUBT = lazy_regex("[0-9:;D]")
"""Characters with which such a text may still have a smiley, a hash, or what a model leaves of a citation."""
PLAIN_WORD = lazy_regex(r"([^ \n]+)([ \n]*)")
"""One word of a plain text, and the white space after it."""
CJK_PLAIN = lazy_regex(r"(?:[\u3041-\u3096\u30A1-\u30FA\u30FC\u3400-\u4DBF\u4E00-\u9FFF][，。！？、；：]*+)++")
"""Chinese or Japanese characters with the usual marks after them, and nothing else."""
_SMALL = "ぁぃぅぇぉゃゅょゎゕゖァィゥェォャュョヮヵヶㇰ-ㇿー"
CJK_RUN = lazy_regex(
    rf"(?:[\u3041-\u3096\u30A1-\u30FA\u30FC\u3400-\u4DBF\u4E00-\u9FFF][{_SMALL}]*+(?![{EXTENDS}])[，。！？、；：]*+)++"
)
"""Such characters in a row, each with the small kana after it, up to one that something else combines with."""
CJK_RUN_CHARACTER = lazy_regex(rf".[{_SMALL}]*+[，。！？、；：]*+")
"""One character of such a run, with what belongs to it."""
_AFTER_CJK = "，。！？、；：”》」』…"
CJK_MIXED = lazy_regex(
    rf"(?:[“《「『]?[\u3041-\u3096\u30A1-\u30FA\u30FC\u3400-\u4DBF\u4E00-\u9FFF][{_SMALL}]*+(?![{EXTENDS}])[{_AFTER_CJK}]*+ ?"
    rf"|[A-Za-z0-9]++(?:\.[A-Za-z0-9]++)*+%?+(?![A-Za-z0-9])(?:[{_AFTER_CJK}]++(?![A-Za-z0-9]))?(?![“《「『]) ?)++"
)
"""The same with quotes, Latin words and numbers, and at most one space after each. Marks right between two Latin words are left out:
they may belong to both."""
CJK_MIXED_UNIT = lazy_regex(
    rf"[A-Za-z0-9]++(?:\.[A-Za-z0-9]++)*+%?+[{_AFTER_CJK}]*+ ?|[“《「『]?.[{_SMALL}]*+[{_AFTER_CJK}]*+ ?"
)
"""One character or one word of such a text, with what belongs to it."""
CJK_PLAIN_CHARACTER = lazy_regex(r".[，。！？、；：]*+")
"""One character of such a text, and the marks after it."""
TOKEN_NO_URL = lazy_regex(rf"((?:(?!{_URL_BEGINS})[^{_APART}])++)(\s*+)" + _REST, re.DOTALL)
"""The same, but a word stops where a URL begins. It is slower, so it is used only where `HAS_URL` finds one."""
HAS_URL = lazy_regex(_URL_BEGINS)
URL = lazy_regex(
    r"(?:https?://|www\.)[^\s<>\"`|\\^{}\[\]\x00-\x1F\x7F-\xA0\u1100-\u11FF\u2010-\u206F\u2E80-\uA4CF\uAC00-\uFAFF"
    r"\uFE00-\uFFFF\U0001F000-\U0010FFFF]*+"
)
"""A URL, perhaps with marks after it. It ends at white space, at a quote, and at CJK and Hangul, which follow without a
space."""

BLANK = lazy_regex(r"\s")
SPEAKABLE = lazy_regex(r"[^\W_]|[$¢£¤¥\u20A0-\u20CF]")
"""A letter, a digit or a currency sign. A text without one has nothing to say."""
CJK_AT_END = lazy_regex(rf"[{CJK}\u3000-\u303F\uFF01-\uFF60][”’\"')]*\s*\Z")
CJK_AT_START = lazy_regex(rf"\s*[“‘\"'(]*[{CJK}\u3000-\u303F\uFF01-\uFF60]")
DECORATION = lazy_regex(r"\s*([=_*~#+|-])\1{2,}\s*")
CLOSING = lazy_regex(r"[)\]}>.,:;!?%°'’”»…—–\-]+")
"""Marks that belong to the CJK character before them."""


class Sort(enum.Enum):
    """What to do with a character that is neither part of a word nor white space nor Markdown."""

    WORD = enum.auto()
    """Say it as part of a word."""
    MARK_BEFORE = enum.auto()
    """Punctuation: add it to what stands before it."""
    MARK_AFTER = enum.auto()
    """An opening quote or bracket: add it to what follows."""
    EXTENDS = enum.auto()
    """A combining mark: add it to the grapheme before it."""
    ARROW = enum.auto()
    """An arrow: make a short stop."""
    SILENT = enum.auto()
    """Leave it out, as no voice could say it: control characters, lone surrogates, zero-width and bidi marks, private use."""


@functools.lru_cache(maxsize=4096)
def sort(character: str) -> Sort:
    """What to do with one character."""
    category = unicodedata.category(character)
    code = ord(character)
    if category[0] == "C" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or code in {0xFFFD, 0x20E3}:
        return Sort.SILENT
    if category[0] == "M" or category == "Sk":
        return Sort.EXTENDS
    if 0x2190 <= code <= 0x21FF or 0x2900 <= code <= 0x297F or 0x2B00 <= code <= 0x2B11 or 0x2B30 <= code <= 0x2B4F:
        return Sort.ARROW
    if category in {"Ps", "Pi"}:
        return Sort.MARK_AFTER
    if category[0] == "P":
        return Sort.MARK_BEFORE
    if 0x2500 <= code <= 0x259F or 0x2B12 <= code <= 0x2B2F:
        return Sort.SILENT  # boxes and bars
    return Sort.WORD


def clean(text: str) -> str:
    """The text without the characters that no voice can say."""
    return "".join(character for character in text if sort(character) is not Sort.SILENT)


def emoji_name(emoji: str) -> str:
    """The Unicode name of an emoji in small letters; empty if Python knows none."""
    names = (unicodedata.name(character, "") for character in emoji if sort(character) is Sort.WORD)
    return " ".join(name.lower() for name in names if name)
