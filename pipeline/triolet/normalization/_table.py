"""What is said of one table, row by row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from triolet._model._text import SpeechUnit, join_units
from triolet._tools._characters import ends_with_mark
from triolet.normalization._wording import Wording

_TICKS = frozenset("✓✔✅☑👍")
_CROSSES = frozenset("✗✘❌✖❎👎")


def cells(row: str) -> list[tuple[int, int]]:
    r"""Where each cell of a row begins and ends, without the bars. `\|` is no bar."""
    bars = [bar.start() for bar in re.finditer(r"(?<!\\)\|", row)]
    edges = [-1, *bars, len(row)]
    spans = [(left + 1, right) for left, right in itertools.pairwise(edges)]
    if bars and not row[: bars[0]].strip():
        spans = spans[1:]
    if bars and not row[bars[-1] + 1 :].strip():
        spans = spans[:-1]
    return spans


class TableReader:
    """Makes the units of the rows of one table, with or without the headers. `read` makes the units of one cell."""

    def __init__(
        self, read: Callable[[str, int, int], list[SpeechUnit]], words: Wording, *, with_headers: bool
    ) -> None:
        self._read = read
        self._words = words
        self._with_headers = with_headers
        self._headers: list[str] = []

    def head(self, row: str, start: int) -> list[SpeechUnit]:
        """The units of the head. Its words go before the cells of every row."""
        parts = [self._read(row, *span) for span in cells(row)]
        self._headers = [join_units(part).rstrip(":： ") for part in parts]
        return self._in_a_row(parts, start)

    def row(self, row: str, start: int) -> list[SpeechUnit]:
        """The units of one row, which begins at `start` in the stream."""
        parts: list[list[SpeechUnit]] = []
        for column, (left, right) in enumerate(cells(row)):
            units = self._read(row, left, right) or self._tick(row, left, right)
            header = self._headers[column] if self._with_headers and column < len(self._headers) else ""
            if units and header:
                first = units[0]
                units[0] = SpeechUnit(f"{header}{self._words.colon}{first.text}", first.start, first.end)
            parts.append(units)
        return self._in_a_row(parts, start)

    def _tick(self, row: str, left: int, right: int) -> list[SpeechUnit]:
        content = row[left:right].replace("\ufe0f", "").strip()
        if self._with_headers and len(content) == 1 and content in _TICKS | _CROSSES:
            word = self._words.yes if content in _TICKS else self._words.no
            return [SpeechUnit(word, left + len(row[left:right]) - len(row[left:right].lstrip()), right)]
        return []

    def _in_a_row(self, parts: list[list[SpeechUnit]], start: int) -> list[SpeechUnit]:
        said = [part for part in parts if part]
        result: list[SpeechUnit] = []
        for index, part in enumerate(said):
            last = part[-1]
            text = last.text.rstrip()
            if not ends_with_mark(text):
                text += self._words.comma if index + 1 < len(said) else self._words.stop
            elif index + 1 < len(said) and self._words.comma.endswith(" "):
                text += " "
            part[-1] = SpeechUnit(text, last.start, last.end)
            result += [SpeechUnit(unit.text, unit.start + start, unit.end + start) for unit in part]
        return result
