"""From the service's words, each with its times, to the times of words in the text that was sent. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

from triolet import TimedWord

_LOOK = 64
"""Characters ahead in which a word is looked for: words between that are told otherwise than they were sent are left out."""


class WordPlaces:
    """Takes the words of one context, in order. Their times count from the beginning of the context."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = 0

    def feed(self, raw: object) -> Iterator[TimedWord]:
        """Take a `word_timestamps`; give the words that are in the text."""
        if not isinstance(raw, Mapping):
            return
        fields = cast("Mapping[str, Any]", raw)
        columns = [
            cast("list[object]", fields[name]) if isinstance(fields.get(name), list) else [] for name in _COLUMNS
        ]
        for word, begins, ends in zip(*columns, strict=False):
            if isinstance(word, str) and _is_time(begins) and _is_time(ends):
                place = self._place(word.strip())
                if place is not None:
                    yield TimedWord(*place, begins, ends)

    def _place(self, word: str) -> tuple[int, int] | None:
        """Where the letters of a word are: marks around it are silent, so its time is theirs."""
        letters = [at for at, character in enumerate(word) if character.isalnum()]
        if not letters:
            return None
        start = self._text.find(word, self._next, self._next + _LOOK + len(word))
        if start < 0:
            return None
        self._next = start + len(word)
        return start + letters[0], start + letters[-1] + 1


_COLUMNS = ("words", "start", "end")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
