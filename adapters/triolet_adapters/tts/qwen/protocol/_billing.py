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
    return len(text) + sum(
        any(first <= ord(character) <= last for first, last in _HAN) for character in text if character > "\u2e7f"
    )
