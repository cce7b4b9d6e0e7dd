"""System voices by name, as documented in early 2026. The lists grow: a name that is not here is no error."""

from __future__ import annotations

import difflib

FLASH = (
    "Cherry", "Serena", "Ethan", "Chelsie", "Momo", "Vivian", "Moon", "Maia", "Kai", "Nofish", "Bella", "Jennifer", "Ryan",
    "Katerina", "Aiden", "Eldric Sage", "Mia", "Mochi", "Bellona", "Vincent", "Bunny", "Neil", "Elias", "Arthur", "Nini",
    "Ebona", "Seren", "Pip", "Stella", "Bodega", "Sonrisa", "Alek", "Dolce", "Sohee", "Ono Anna", "Lenn", "Emilien",
    "Andre", "Radio Gol", "Jada", "Dylan", "Li", "Marcus", "Roy", "Peter", "Sunny", "Eric", "Rocky", "Kiki",
)  # fmt: skip
"""qwen3-tts-flash-realtime since 2025-11-27, and the instruct series as far as is known."""

FLASH_2025_09_18 = (
    "Cherry", "Ethan", "Nofish", "Jennifer", "Ryan", "Katerina", "Elias", "Jada", "Dylan", "Li", "Marcus", "Roy", "Peter",
    "Sunny", "Eric", "Rocky", "Kiki",
)  # fmt: skip

LEGACY = ("Cherry", "Serena", "Ethan", "Chelsie", "Dylan", "Jada", "Sunny")
"""qwen-tts-realtime."""


def near(name: str, voices: tuple[str, ...]) -> list[str]:
    """Up to three known names that look like this one."""
    by_folded = {voice.casefold(): voice for voice in voices}
    matches = difflib.get_close_matches(name.casefold().strip(), list(by_folded), n=3, cutoff=0.6)
    return [by_folded[match] for match in matches]
