r"""Where a formula ends, and whether it is one or a price. The functions keep to the contract that `_links` states."""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._links import WAIT
from triolet.normalization._options import MAX_HELD

_MATH_SIGN = lazy_regex(r"[\\^_=<>+*]")
_OTHER_SIGN = lazy_regex(r"`|\]\(")


def delimited_end(text: str, at: int, closing: str, *, final: bool) -> int:
    r"""The end of a formula that begins with two characters: `$$ $$`, `\( \)`, `\[ \]`."""
    close = text.find(closing, at + 2, at + MAX_HELD)
    if close >= 0:
        return close + len(closing)
    return WAIT if not final and len(text) - at < MAX_HELD else at


def dollar_end(text: str, at: int, *, final: bool) -> int:
    """The end of the formula `$x$`. Prices are more frequent, so the rule is strict.

    The rule is Pandoc's: no white space stands right inside the marks, and no digit after them. One more: a formula that
    begins with a digit and has a space in it must have a sign of mathematics. `final`: whether the sentence ends with the
    text. `$5` never waits for more.
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
