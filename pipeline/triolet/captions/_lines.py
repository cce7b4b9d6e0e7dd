"""Text in lines: how wide it is, where it may be broken, and where best."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from triolet._tools._characters import EAST_ASIAN, ends_with_mark, is_hangul, is_wide
from triolet._tools._graphemes import inside_grapheme

WIDE = 42 / 16
"""How many letters take the room of a wide character: Netflix allows 42 letters in a line, and 16 Han characters or Hangul syllables."""

_AFTER_MARK = 12
"""Characters by which two lines may be less alike, if the first then ends with a mark: "the ideal line-break is at a piece of
punctuation" (BBC, 3.4)."""
_BOTTOM_HEAVY = 4
"""The same for a shorter line above a longer one, which hides less of a picture."""

_WORDS = re.compile(r"\s*\S+\s*")


def width(text: str) -> float:
    """The room that a text takes, in letters."""
    return len(text) + (WIDE - 1) * sum(map(is_wide, text)) if text and max(text) >= "\u1100" else float(len(text))


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two texts that follow each other."""
    if before[-1:].isspace() or after[:1].isspace():
        return True
    last, first = before[-1:], after[:1]
    return (
        last >= EAST_ASIAN and first >= EAST_ASIAN and not is_hangul(last) and not is_hangul(first) and first.isalnum()
    )


def pieces(text: str, most: float) -> Iterator[str]:
    """A text in pieces that need not stand in one line: its words, and words that are wider than a line cut to fit."""
    if text.isspace() or not text:
        yield text
        return
    for match in _WORDS.finditer(text):
        word = match[0]
        while width(word.strip()) > most:
            at = _longest(word, most)
            yield word[:at]
            word = word[at:]
        yield word


def _longest(word: str, most: float) -> int:
    """How many of its first characters fit, with no grapheme cut unless it alone is too wide."""
    fits = next(at for at in range(1, len(word) + 1) if width(word[: at + 1].strip()) > most)
    whole = next((at for at in range(fits, 0, -1) if not inside_grapheme(word, at)), fits)
    return max(1, whole)


def in_lines(parts: Sequence[str], most: float, lines: int) -> list[str] | None:
    """The parts, which may be broken between any two, in at most so many lines; None: they do not fit."""
    made = _filled(parts, most)
    if len(made) > lines:
        return None
    if len(made) == 2:
        made = _halves(parts, most) or made
    return made


def _filled(parts: Sequence[str], most: float) -> list[str]:
    lines = [""]
    for part in parts:
        longer = lines[-1] + part
        if lines[-1].strip() and width(longer.strip()) > most:
            lines.append(part)
        else:
            lines[-1] = longer
    return [line.strip() for line in lines]


def _halves(parts: Sequence[str], most: float) -> list[str] | None:
    """The best two lines."""
    best: tuple[float, list[str]] | None = None
    for at in range(1, len(parts)):
        lines = ["".join(parts[:at]).strip(), "".join(parts[at:]).strip()]
        above, below = map(width, lines)
        if max(above, below) > most or not min(above, below):
            continue
        cost = abs(above - below) - _AFTER_MARK * ends_with_mark(lines[0]) + _BOTTOM_HEAVY * (above > below)
        if best is None or cost < best[0]:
            best = cost, lines
    return None if best is None else best[1]
