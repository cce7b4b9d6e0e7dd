"""What text costs, as documented: a Han character counts 2, any other 1 (qwen3 models)."""

from __future__ import annotations

_HAN = (
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3038, 0x303B),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Unicode's script Han: radicals, numerals and marks, unified ideographs, compatibility ideographs, supplementary planes."""


def billed_characters(text: str) -> int:
    """How many characters are billed: 12 Han and a full-width stop are 25, as in the recording."""
    return len(text) + sum(_is_han(character) for character in text if character > "\u2e7f")


def parted(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` billed characters, cut behind a space where the last fifth of a part has one.

    Joined, they are the text. `limit` is at least 2.
    """
    if 2 * len(text) <= limit:
        return [text]
    parts: list[str] = []
    begin = cost = 0
    space = -1
    for position, character in enumerate(text):
        cost += 2 if character > "\u2e7f" and _is_han(character) else 1
        if cost > limit:
            end = space if space > begin + (position - begin) * 4 // 5 else position
            parts.append(text[begin:end])
            begin = end
            cost = billed_characters(text[begin : position + 1])
        if character.isspace():
            space = position + 1
    return [*parts, text[begin:]]


def _is_han(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _HAN)
