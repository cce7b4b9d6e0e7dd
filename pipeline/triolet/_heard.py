"""Which pieces of a phrase were heard when only its first samples were: an estimate from what takes time to say."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from triolet._text import Piece

CHARACTERS_A_SECOND = 15.0
"""How many weighted characters a voice says in a second, for phrases whose length in samples is not known yet. English at
150 to 180 words a minute, six characters a word with its space, is 15 to 18."""

_CJK_WEIGHT = 3.0
"""A Han character, kana pair or Hangul syllable is a syllable; English needs about three letters for one."""
_DIGIT_WEIGHT = 4.0
"""A digit is said as a word."""
_PAUSE_WEIGHT = 4.0
"""A voice pauses at a mark for about a quarter of a second."""


def weight(text: str) -> float:
    """How long a piece takes to say, in the time of one Latin letter."""
    total = 0.0
    for char in text:
        if char.isdigit():
            total += _DIGIT_WEIGHT
        elif char.isalpha():
            total += _CJK_WEIGHT if unicodedata.east_asian_width(char) in "WF" else 1.0
        elif char in ",;:.!?—、，；：。！？…":
            total += _PAUSE_WEIGHT
        elif char.isspace():
            total += 0.5
    return total


def heard_piece_count(pieces: Sequence[Piece], *, heard: int, total: int | None, sample_rate: int) -> int:
    """How many pieces, from the first, were heard whole.

    `heard` and `total` count samples of the phrase; a `total` of None means that the rest had not arrived yet.
    A piece counts once its last weighted character has been heard.
    """
    if not heard or not sample_rate:
        return 0
    weights = [weight(piece.text) for piece in pieces]
    said = heard / sample_rate * CHARACTERS_A_SECOND
    if total:
        said = sum(weights) * min(1.0, heard / total)
    at = 0.0
    for count, piece_weight in enumerate(weights):
        at += piece_weight
        if at > said + 1e-9:
            return count
    return len(pieces)
