"""Code blocks: said as they stand, or dropped as they stream."""

from __future__ import annotations

import re

from triolet._model._text import Clause, SpeechUnit
from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._characters import SPEAKABLE, clean

_FENCE = lazy_regex(r"[ \t]*(`{3,}|~{3,})")
_LINE = lazy_regex(r"[^\n]*\n?")
_WORD = lazy_regex(r"(\S+)(\s*)")


class CodeReader:
    """Reads one code block after another, however each is cut into clauses. Leaves out the lines that are fences."""

    def __init__(self) -> None:
        self.begin_block()

    def begin_block(self) -> None:
        """The next clause begins another block."""
        self._fence = ""
        self._begun = False
        self._fence_line = False  # the rest of this line belongs to a fence
        self._line_begins = True

    def read(self, clause: Clause, *, say: bool) -> list[SpeechUnit]:
        """The units of one clause of code. There are none if the block is not to be said."""
        units: list[SpeechUnit] = []
        at = 0
        text = clause.text
        while at < len(text):
            line = _LINE.match(text, at)
            assert line is not None
            a_mark = line.end() <= clause.marker and not _FENCE.match(line[0])
            if not a_mark and (line[0].strip() or not self._line_begins):
                self._read_line(line, clause.start, units if say else None)
            self._line_begins = line[0].endswith("\n")
            if self._line_begins:
                self._fence_line = False
            at = line.end()
        return units

    def _read_line(self, line: re.Match[str], base: int, units: list[SpeechUnit] | None) -> None:
        if self._line_begins:
            fence = _FENCE.match(line[0])
            indented = line[0].startswith(("    ", "\t"))
            if not self._begun or (fence and not self._fence and not indented):
                self._begun = True
                self._fence = fence[1] if fence else ""
                self._fence_line = fence is not None
            elif fence and self._fence and fence[1].startswith(self._fence) and not line[0][fence.end() :].strip():
                self._fence_line = True
                self._begun = False
        if self._fence_line or units is None:
            return
        for word in _WORD.finditer(line[0]):
            start = base + line.start() + word.start()
            _add(units, word[1], word[2], start, start + len(word[0]))


def _add(units: list[SpeechUnit], word: str, space: str, start: int, end: int) -> None:
    text = (word if word.isascii() and word.isprintable() else clean(word)) + (" " if space else "")
    if units and not SPEAKABLE.search(text):
        last = units[-1]
        units[-1] = SpeechUnit(last.text + text, last.start, end)
    elif SPEAKABLE.search(text):
        units.append(SpeechUnit(text, start, end))
