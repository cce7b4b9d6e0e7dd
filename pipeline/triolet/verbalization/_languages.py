"""The languages, each loaded when a text in it comes."""

from __future__ import annotations

import importlib

from triolet.verbalization._language import Language

_CLASSES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
            "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "ru": "Russian"}  # fmt: skip

LANGUAGES = frozenset(_CLASSES)
"""The languages whose numbers and signs can be said in words."""


def language_of(code: str, region: str) -> Language | None:
    """The words of a language; None if it is none of the ten."""
    name = _CLASSES.get(code)
    if name is None:
        return None
    kind: type[Language] = getattr(importlib.import_module(f"triolet.verbalization._{code}"), name)
    return kind(region)
