"""From words and their times to captions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import attrs

from triolet._tools._characters import CLOSERS, ends_with_mark
from triolet.captions._lines import in_lines, may_break, pieces, width
from triolet.captions._options import CaptionOptions
from triolet.turn._spoken_word import SpokenWord

_SENTENCE_MARKS = frozenset(".!?…。！？")
_MILLISECOND = 0.001
"""What files count in."""


@attrs.frozen
class Caption:
    """What is shown at once."""

    text: str
    """Its lines, with a newline between two."""
    begins: float
    """Seconds, counted as those of the words."""
    ends: float
    """Seconds; after `begins`, and not after the next caption begins."""


@attrs.frozen
class Piece:
    """A part of a text that stays in one line, and when it is said: all of a word, or a word of several in one."""

    text: str
    begins: float
    ends: float


def captions(words: Iterable[SpokenWord], options: CaptionOptions | None = None) -> tuple[Caption, ...]:
    """Make captions of words that were heard (`TurnResult.words`): lines that people can read, at the times at which they were said.

    A caption has one sentence, or less; short ones may share it. It begins with its first word. It stays until it can be read, as far
    as the next one and `CaptionOptions` allow. Words that nobody heard are in none.
    """
    options = options or CaptionOptions()
    cut = list(cut_in_captions(pieces_of(words, options), options))
    made: list[Caption] = []
    for number, caption in enumerate(cut):
        text = shown(caption, options)
        begins = caption[0].begins
        said = max(piece.ends for piece in caption)
        readable = begins + max(options.shortest, width(text) / options.speed)
        ends = max(said, min(readable, said + options.linger, begins + options.longest))
        if number + 1 < len(cut):
            following = cut[number + 1][0].begins
            latest = max(following - options.gap, (begins + following) / 2)
            ends = latest if following - ends < options.bridge else ends
        made.append(Caption(text, begins, max(ends, begins + _MILLISECOND)))
    return tuple(made)


def shown(caption: Sequence[Piece], options: CaptionOptions) -> str:
    """The lines of one caption."""
    parts = [piece.text for piece in caption]
    return "\n".join(in_lines(parts, options.line, options.lines) or ["".join(parts).strip()])


def pieces_of(words: Iterable[SpokenWord], options: CaptionOptions) -> list[Piece]:
    """The words, cut where a line may be, each part with its share of the time."""
    found: list[Piece] = []
    for word in words:
        at, length = 0, max(1, len(word.text))
        for text in pieces(word.text, options.line):
            times = [word.begins + (word.ends - word.begins) * place / length for place in (at, at + len(text))]
            at += len(text)
            before = found[-1] if found else None
            joined = "" if before is None else before.text + text
            glued = (
                before is not None
                and not may_break(before.text, text)
                and width(joined.strip()) <= options.line
                and times[0] - before.ends < options.linger
            )
            if before is not None and (glued or not text.strip() or not before.text.strip()):
                found[-1] = Piece(joined, before.begins, max(before.ends, times[1]))
            else:
                found.append(Piece(text, times[0], times[1]))
    return [piece for piece in found if piece.text.strip()]


def cut_in_captions(parts: Sequence[Piece], options: CaptionOptions) -> Iterator[list[Piece]]:
    """The pieces of each caption."""
    open_: list[Piece] = []
    for piece in parts:
        if open_ and piece.begins - open_[-1].ends >= max(options.linger, _MILLISECOND):
            yield open_
            open_ = []
        while open_ and not _fits([*open_, piece], options):
            at = _best_end(open_)
            yield open_[:at]
            open_ = open_[at:]
        open_.append(piece)
        if _ends_sentence(piece.text) and piece.ends - open_[0].begins >= options.shortest:
            yield open_
            open_ = []
    if open_:
        yield open_


def _fits(parts: Sequence[Piece], options: CaptionOptions) -> bool:
    if parts[-1].ends - parts[0].begins > options.longest:
        return False
    return in_lines([part.text for part in parts], options.line, options.lines) is not None


def _best_end(parts: Sequence[Piece]) -> int:
    """How many pieces a full caption keeps: up to the last mark in its second half, or all."""
    lengths = list(itertools.accumulate(len(part.text) for part in parts))
    for at in range(len(parts), 0, -1):
        if lengths[at - 1] * 2 < lengths[-1]:
            break
        if ends_with_mark(parts[at - 1].text):
            return at
    return len(parts)


def _ends_sentence(text: str) -> bool:
    return text.rstrip(CLOSERS + " \t\r\n\u3000")[-1:] in _SENTENCE_MARKS
