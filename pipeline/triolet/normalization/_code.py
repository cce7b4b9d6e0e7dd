"""Code blocks: said as they stand, or discarded as they stream."""

from __future__ import annotations

import re

from triolet._model._text import Clause, Piece
from triolet.normalization._characters import SPEAKABLE, clean

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_LINE = re.compile(r"[^\n]*\n?")
_WORD = re.compile(r"(\S+)(\s*)")


class CodeReader:
    """Reads one code block after another, each in any cuts; knows which lines are its fences."""

    def __init__(self) -> None:
        self.begin_block()

    def begin_block(self) -> None:
        """Another block begins with the next clause."""
        self._fence = ""
        self._begun = False
        self._fence_line = False  # the rest of this line belongs to a fence
        self._line_begins = True

    def read(self, clause: Clause, *, say: bool) -> list[Piece]:
        """The pieces of one clause of code, fences left out."""
        pieces: list[Piece] = []
        at = 0
        text = clause.text
        while at < len(text):
            line = _LINE.match(text, at)
            assert line is not None
            a_mark = line.end() <= clause.marker and not _FENCE.match(line[0])
            if not a_mark and (line[0].strip() or not self._line_begins):
                self._read_line(line, clause.start, pieces if say else None)
            self._line_begins = line[0].endswith("\n")
            if self._line_begins:
                self._fence_line = False
            at = line.end()
        return pieces

    def _read_line(self, line: re.Match[str], base: int, pieces: list[Piece] | None) -> None:
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
        if self._fence_line or pieces is None:
            return
        for word in _WORD.finditer(line[0]):
            start = base + line.start() + word.start()
            _add(pieces, word[1], word[2], start, start + len(word[0]))


def _add(pieces: list[Piece], word: str, space: str, start: int, end: int) -> None:
    text = (word if word.isascii() and word.isprintable() else clean(word)) + (" " if space else "")
    if pieces and not SPEAKABLE.search(text):
        last = pieces[-1]
        pieces[-1] = Piece(last.text + text, last.start, end)
    elif SPEAKABLE.search(text):
        pieces.append(Piece(text, start, end))
