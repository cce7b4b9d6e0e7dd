"""The head of a line: which kind of block the line belongs to, and how many of its characters are marks."""

from __future__ import annotations

import enum

import attrs

from triolet._model._text import BlockKind
from triolet._tools._lazy_regex import lazy_regex

LONGEST_HEAD = 200
"""Characters after which a line that may still be a mark (`------`) counts as text."""

# A line that consists of this alone may still become a line of another kind.
_UNDECIDED = lazy_regex(
    r"(?:[-*+•◦▪‣⁃·_=|:#`~> \t\r\d]|(?:[a-z]|[ivx]{2,5})(?=[.)]|$)|、|[.)](?=[ \t)]|$)|\[(?:[ xX](?:\]|$)|\]|$))*"
)
_QUOTE = lazy_regex(r"[ \t]*(?:>[ \t]?)+")
_RULE = lazy_regex(r"([-*_])(?:[ \t]*\1){2,}[ \t\r]*$")
_UNDERLINE = lazy_regex(r"(?:=+|-{2,})[ \t\r]*$")
_DELIMITER = lazy_regex(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t\r]*$")
_FENCE = lazy_regex(r"(`{3,})[^`\n]*$|(~{3,})")
_HEADING = lazy_regex(r"#{1,6}(?=[ \t\r]|$)[ \t]*")
_ITEM = lazy_regex(
    r"(?:(?:[-*+•◦▪‣⁃·]|\d{1,9}(?:\.\)|[.)])|(?:[a-z]|[ivx]{2,5})[.)])(?=[ \t\r]|$)[ \t]*(?:\[[ xX]\](?=[ \t\r]|$)[ \t]*)?|\d{1,3}、)+"
)


class LineKind(enum.Enum):
    """How a line is read."""

    BLANK = enum.auto()
    TEXT = enum.auto()
    """Words, in which marks are read."""
    ROW = enum.auto()
    """Words that are one clause, whatever marks they have: a table row, indented code."""
    MARKUP = enum.auto()
    """Marks without words: a rule, an underline."""
    FENCE = enum.auto()
    """A line that begins or ends a code block."""


# An attribute of an enumeration is slow to get: five of them take longer than reading a line of words.
_TEXT, _FENCE_LINE, _BLANK, _ROW, _MARKUP = LineKind.TEXT, LineKind.FENCE, LineKind.BLANK, LineKind.ROW, LineKind.MARKUP
_PROSE, _QUOTED, _HEADED, _LISTED, _CODE = (
    BlockKind.PROSE,
    BlockKind.QUOTE,
    BlockKind.HEADING,
    BlockKind.LIST_ITEM,
    BlockKind.CODE,
)


@attrs.define  # not frozen: that takes three times as long to make, and many lines have one
class Head:
    """The head of one line."""

    line: LineKind
    """How the line is read."""
    kind: BlockKind
    """The kind of block that the line belongs to."""
    length: int
    """Characters of the line that are marks."""
    fence: str = ""
    """The marks of a fence; empty for any other line."""
    indent: int = 0
    """Columns of white space before the first mark or word; a tab goes to the next multiple of four."""


_PLAIN = Head(_TEXT, _PROSE, 0)


def read_head(text: str, at: int, *, complete: bool) -> Head | None:
    """The head of the line that starts at `at`; None while more of it must be seen.

    `complete`: whether nothing comes after the end of `text`.
    """
    if at < len(text):
        first = text[at]
        if first.isalpha() and (first > "\x7f" or first.isupper()):
            return _PLAIN
    stop = text.find("\n", at, at + LONGEST_HEAD)
    if stop < 0:
        undecided = _UNDECIDED.match(text, at, at + LONGEST_HEAD)
        if undecided is not None and undecided.end() == len(text) < at + LONGEST_HEAD and not complete:
            return None
        stop = min(len(text), at + LONGEST_HEAD)
        head = _read(text[at:stop])
        if head.line is _FENCE_LINE and stop == len(text) and not complete:
            return None  # a mark of the fence further on in the line would make it code inside a line
        return head
    return _read(text[at:stop])


def closes(line: str, fence: str) -> bool:
    """Whether a line ends the code block that `fence` opened."""
    body = line.strip(" \t\r>")
    return len(body) >= len(fence) and not body.strip(fence[0])


def _read(line: str) -> Head:
    quote = _QUOTE.match(line) if ">" in line else None
    length = quote.end() if quote else 0
    kind = _QUOTED if quote else _PROSE
    rest = line[length:]
    body = rest.lstrip(" \t")
    white = rest[: len(rest) - len(body)]
    indent = len(white.expandtabs(4)) if white else 0
    length += len(white)
    if not body.strip("\r"):
        return Head(_BLANK, kind, len(line.rstrip("\r")), indent=indent)
    first = body[0]
    if not body.strip("-*_=|: \t\r") and (_RULE.match(body) or _UNDERLINE.match(body) or _DELIMITER.match(body)):
        return Head(_MARKUP, BlockKind.MARKUP, len(line.rstrip("\r")), indent=indent)
    if first in "`~" and (fence := _FENCE.match(body)):
        return Head(_FENCE_LINE, _CODE, len(line.rstrip("\r")), fence[1] or fence[2], indent)
    if first == "|":
        return Head(_ROW, BlockKind.TABLE_ROW, length, indent=indent)
    if first == "#" and (heading := _HEADING.match(body)):
        return Head(_TEXT, _HEADED, length + heading.end(), indent=indent)
    if item := _ITEM.match(body):
        length += item.end()
        inner = _HEADING.match(body, item.end())
        if inner:
            return Head(_TEXT, _HEADED, length + inner.end() - inner.start(), indent=indent)
        return Head(_TEXT, _LISTED, length, indent=indent)
    return Head(_TEXT, kind, length, indent=indent)
