r"""Where formulas end, and what is a formula and what a price. Offsets in, offsets out, as in `_links`."""

from __future__ import annotations

import re

from triolet.normalization._links import WAIT
from triolet.normalization._options import MAX_HELD

_MATH_SIGN = re.compile(r"[\\^_=<>+*]")
_OTHER_SIGN = re.compile(r"`|\]\(")


def delimited_end(text: str, at: int, closing: str, *, final: bool) -> int:
    r"""The end of a formula that opens with two characters: `$$ $$`, `\( \)`, `\[ \]`."""
    close = text.find(closing, at + 2, at + MAX_HELD)
    if close >= 0:
        return close + len(closing)
    return WAIT if not final and len(text) - at < MAX_HELD else at


def dollar_end(text: str, at: int, *, final: bool) -> int:
    """The end of `$x$`, where prices are more frequent than formulas.

    Pandoc's rule: no white space inside the marks, no digit after; and with a digit first and a space in it, a sign of
    mathematics. `final`: the sentence ends with the text, which `$5` does not wait beyond in any case.
    """
    first = text[at + 1 : at + 2]
    if not first or first.isspace():
        return at
    close = text.find("$", at + 1, at + MAX_HELD)
    while close > 0 and text[close - 1] == "\\":
        close = text.find("$", close + 1, at + MAX_HELD)
    if close < 0:
        return WAIT if not final and not first.isdigit() and len(text) - at < MAX_HELD else at
    content = text[at + 1 : close]
    if not content or content[-1].isspace() or text[close + 1 : close + 2].isdigit():
        return at
    if _OTHER_SIGN.search(content):
        return at  # it lies across a code span or a link
    if first.isdigit() and " " in content and not _MATH_SIGN.search(content):
        return at
    return close + 1
