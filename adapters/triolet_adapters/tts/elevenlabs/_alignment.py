"""From the service's alignment, a time for each character, to the times of words in the text that was sent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from triolet import TimedWord

_LOOK = 16
"""Characters ahead in which a character is looked for that does not come next: some that were sent are left out, such as a tab."""

_NO_SPACES = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"))
"""Kana and Han: each character is said as a word of its own."""


class Alignment:
    """Takes the alignments of one context's pieces of audio, in order.

    Their times count from the beginning of the piece with which they come (SDK 2.78.0, `types/alignment.py`).
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = 0
        self._word: tuple[int, int, float, float] | None = None
        """The word that is being put together."""

    def feed(self, raw: Any, offset: float) -> list[TimedWord]:
        """Take the alignment of a piece that begins `offset` seconds after the first sample; give the words that are complete."""
        return [
            word
            for start, end, begins, ends in self._characters(raw, offset)
            for word in self._join(start, end, begins, ends)
        ]

    def finish(self) -> list[TimedWord]:
        """Give the last word."""
        return self._ended()

    def _characters(self, raw: Any, offset: float) -> Iterator[tuple[int, int, float, float]]:
        if not isinstance(raw, Mapping):
            return
        fields = cast("Mapping[str, Any]", raw)
        starts = fields.get("charStartTimesMs", fields.get("char_start_times_ms"))
        lengths = fields.get("charDurationsMs", fields.get("charsDurationsMs", fields.get("char_durations_ms")))
        for character, start, length in zip(
            _listed(fields.get("chars")), _listed(starts), _listed(lengths), strict=False
        ):
            if isinstance(character, str) and isinstance(start, int | float) and isinstance(length, int | float):
                place = self._place(character)
                if place >= 0:
                    self._next = place + len(character)
                    yield place, self._next, offset + start / 1000, offset + (start + length) / 1000

    def _place(self, character: str) -> int:
        """Where in the text a character is; -1 if it is not there. Space may be added or changed, so it is not looked for ahead."""
        if not character or character.isspace():
            return self._next if self._text[self._next : self._next + 1].isspace() else -1
        return self._text.find(character, self._next, self._next + _LOOK + len(character))

    def _join(self, start: int, end: int, begins: float, ends: float) -> list[TimedWord]:
        character = self._text[start:end]
        if character.isspace():
            return self._ended()
        alone = any(first <= character <= last for first, last in _NO_SPACES)
        before = self._ended() if alone or (self._word is not None and self._word[1] != start) else []
        if self._word is None:
            self._word = start, end, begins, ends
        else:
            self._word = self._word[0], end, self._word[2], max(ends, self._word[3])
        return before + (self._ended() if alone else [])

    def _ended(self) -> list[TimedWord]:
        word, self._word = self._word, None
        return [] if word is None else [TimedWord(*word)]


def _listed(value: object) -> Sequence[object]:
    return cast("list[object]", value) if isinstance(value, list) else ()
