"""What pysbd gives: its lists of abbreviations, and whole languages that have no rules here.

pysbd is imported when it is first needed. It compiles a few hundred patterns, and not every process that imports triolet
needs them.
"""

from __future__ import annotations

import functools
import warnings
from typing import Any, Protocol


class Splitter(Protocol):
    """Cuts a whole text into sentences."""

    def segment(self, text: str) -> list[str]:
        """The sentences; white space around them may be lost."""
        ...


@functools.cache
def _modules() -> tuple[Any, dict[str, Any]]:
    with warnings.catch_warnings():
        # pysbd 0.3.4 has bad escapes in three files, which Python reports when it compiles them.
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        import pysbd  # noqa: PLC0415
        from pysbd.languages import LANGUAGE_CODES  # noqa: PLC0415
    return pysbd, LANGUAGE_CODES


def languages() -> frozenset[str]:
    """The codes that pysbd knows."""
    return frozenset(_modules()[1])


def abbreviations(code: str) -> frozenset[str]:
    """The abbreviations of a language, in small letters, without the last dot; none for a language that pysbd does not know."""
    language = _modules()[1].get(code)
    if language is None:
        return frozenset()
    return frozenset(word.strip().lower() for word in language.Abbreviation.ABBREVIATIONS)


def splitter(code: str) -> Splitter:
    """A new segmenter for one language."""
    made: Splitter = _modules()[0].Segmenter(language=code, clean=False)
    return made
