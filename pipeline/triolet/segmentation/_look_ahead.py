"""What stands after a mark, read only as far as a rule asks, and the three verdicts on the mark."""

from __future__ import annotations

import enum
import re

from triolet._tools._lazy_regex import lazy_regex

OPENING_MARKS = "\"'“‘«„‹([{*_~¡¿<"
"""Marks that may stand before the first word of a sentence."""
_NEXT = lazy_regex(r"\s[\s" + re.escape(OPENING_MARKS) + r"]*")
_WORD = lazy_regex(r"[^\W\d_]+(?:['’][^\W\d_]*)?")
# The name of an author in brackets after what is quoted: `(A. Author)`.
_ATTRIBUTION = lazy_regex(r"[^\S\n]*\([^\W\d_]\.")
_ATTRIBUTION_BEGUN = lazy_regex(r"[^\S\n]*(?:\([^\W\d_]?)?")
_ATTRIBUTION_REACH = 8
_ITEM_AHEAD = lazy_regex(r"[^\S\n]*(?:\d{1,2}(?:([.)])(?=\s)|[.)]?\Z)|\Z)")


class Verdict(enum.Enum):
    """Whether a sentence ends at a mark."""

    END = enum.auto()
    """It ends."""
    GOES_ON = enum.auto()
    """It goes on."""
    WAIT = enum.auto()
    """More text must be seen."""


# An attribute of an enumeration is slow to get.
END, GOES_ON, WAIT = Verdict.END, Verdict.GOES_ON, Verdict.WAIT


class Ahead:
    """The text after a mark. It is read only as far as a rule asks."""

    __slots__ = ("_complete", "_start", "_text")

    def __init__(self, text: str, tail: int, *, complete: bool) -> None:
        self._text = text
        self._start = tail
        self._complete = complete

    def visible(self) -> str | None:
        """The first character that is neither white space nor an opening mark; "" at the end of the text, None if unknown."""
        found = _NEXT.match(self._text, self._start)
        at = found.end() if found else self._start
        if at < len(self._text):
            return self._text[at]
        return "" if self._complete else None

    def word(self) -> str | None:
        """The next word, whole; "" if there is none, None while it may go on."""
        found = _NEXT.match(self._text, self._start)
        at = found.end() if found else self._start
        word = _WORD.match(self._text, at)
        end = word.end() if word else at
        if end >= len(self._text) and not self._complete:
            return None
        return word[0] if word else ""

    def dash(self) -> Verdict:
        """The verdict before a dash: an end before ` - `, none before `-3`."""
        found = _NEXT.match(self._text, self._start)
        at = (found.end() if found else self._start) + 1
        if at >= len(self._text) and not self._complete:
            return WAIT
        return END if self._text[at : at + 1].isspace() else GOES_ON

    def is_initial(self) -> bool:
        """Whether the next word is a single letter with a dot. It must be known."""
        found = _NEXT.match(self._text, self._start)
        at = found.end() if found else self._start
        return self._text[at + 1 : at + 2] == "."

    def labels(self) -> bool:
        """Whether a colon follows the next word. It must be known."""
        found = _NEXT.match(self._text, self._start)
        word = _WORD.match(self._text, found.end() if found else self._start)
        return word is not None and self._text[word.end() : word.end() + 1] == ":"

    def begins_item(self) -> bool | None:
        """Whether the number of a list item comes; None if unknown."""
        found = _ITEM_AHEAD.match(self._text, self._start)
        if found is None:
            return False
        return None if found.end() == len(self._text) and not self._complete else found[1] is not None

    def attributes(self) -> bool | None:
        """Whether the name of an author comes, in brackets; None if unknown."""
        rest = self._text[self._start : self._start + _ATTRIBUTION_REACH]
        if _ATTRIBUTION.match(rest):
            return True
        return None if not self._complete and _ATTRIBUTION_BEGUN.fullmatch(rest) else False

    def second(self) -> str | None:
        """The word after the next word; see `word`."""
        found = _NEXT.match(self._text, self._start)
        word = _WORD.match(self._text, found.end() if found else self._start)
        if word is None:
            return ""
        return Ahead(self._text, word.end(), complete=self._complete).word()
