"""Words and marks in, pieces out: which characters are heard together."""

from __future__ import annotations

from collections.abc import Sequence

from triolet._model._text import SpeechUnit
from triolet._tools._characters import EAST_ASIAN
from triolet.normalization._characters import CLOSING, DECORATION, SPEAKABLE, clean

_JOINS_BACK = frozenset(".,;:!?…)]}。，、；：！？）")

_MAX_MARKS = 64
"""Characters of punctuation without a word that a voice is given at most; nobody hears more of it."""


class UnitBuilder:
    """Gathers the pieces of one text, in order; offsets are those of the text.

    One piece is open at a time: a word until white space, a CJK character until the next one. What is not spoken only
    lengthens the span of the piece before it; punctuation that stands alone joins the piece before it, or the first.
    """

    def __init__(self) -> None:
        self._done: list[tuple[str, int, int, int]] = []  # text, start, and the two ends as below
        self._text = ""
        self._start = 0
        self._word_end = 0  # of what is said of it
        self._end = 0  # with what is not
        self._cjk = False
        self._dropped = False  # something visible was left out since the last word
        self._barrier = 0  # pieces before this one are out of reach

    def word(self, text: str, start: int, end: int) -> None:
        """Letters, digits and punctuation that belong to one word together with what touches them."""
        if self._cjk:
            closing = CLOSING.match(text)
            if closing:
                self._text += closing[0]
                self._end = self._word_end = start + closing.end() if len(text) == end - start else end
                text = text[closing.end() :]
                start = self._end
            if not text:
                return
            self.close()
        if self._dropped:
            self._after_dropped(text[0])
        self._add(text, start, end)

    def character(self, text: str, start: int, end: int) -> None:
        """A CJK character: a piece of its own, with the opening marks before it and the marks after it."""
        if self._text and SPEAKABLE.search(self._text):
            self.close()
        self._dropped = False
        self._add(text, start, end)
        self._cjk = True

    def mark_before(self, text: str, start: int, end: int) -> None:
        """Punctuation, or a combining mark, that belongs to what stands before it."""
        if self._dropped:
            self._after_dropped(text[0])
        if not self._text and self._joinable and not self._done[-1][0].endswith(" "):
            self._reopen()
        self._add(text, start, end)

    def mark_after(self, text: str, start: int, end: int) -> None:
        """An opening quote or bracket: begins a new piece, but a narrow one inside a word that is written with spaces."""
        if self._cjk or text >= EAST_ASIAN:
            self.close()
        self.word(text, start, end)

    def whole(self, text: str, start: int, end: int) -> None:
        """Rewritten words, heard whole or not at all."""
        if self._text and SPEAKABLE.search(self._text):
            self.close()
        self._dropped = False
        self._add(text, start, end)

    def space(self, end: int) -> None:
        """White space up to `end` ends the open piece."""
        if self._text:
            if self._text[-1] != " ":
                self._text += " "
            self._end = end
            self.close()
        elif self._joinable:
            text, start, word_end, _ = self._done[-1]
            self._done[-1] = (text if text.endswith(" ") else text + " ", start, word_end, end)

    def mark(self, end: int) -> None:
        """Something unspoken up to `end`: it counts with the piece before it."""
        if self._text:
            self._end = end
        elif self._joinable:
            text, start, word_end, _ = self._done[-1]
            self._done[-1] = (text, start, word_end, end)

    def drop(self, end: int) -> None:
        """Something visible that is left out: the words around it stay apart, and a mark after it joins what is before."""
        self.mark(end)
        self._dropped = True

    def comma(self, end: int) -> None:
        """A sign that a reader makes a short stop for."""
        if not self._text and self._joinable:
            self._reopen()
        if self._text and SPEAKABLE.match(self._text.rstrip()[-1:]):
            self._text = self._text.rstrip() + ","
        self.space(end)

    def part(self, end: int) -> None:
        """A pause at `end`: no piece goes across it, nor does what comes after join what came before."""
        self.space(end)
        self.close()
        self._text = ""  # marks with no word
        self._barrier = len(self._done)

    @property
    def last(self) -> str:
        """The last character to say so far, or nothing."""
        return self._text[-1:] or (self._done[-1][0][-1:] if self._done else "")

    def close(self) -> None:
        """End the open piece."""
        text = self._text
        if not text:
            return
        if not SPEAKABLE.search(text):
            if len(text) > _MAX_MARKS or DECORATION.fullmatch(text):
                self._text = ""
                self.mark(self._end)
            elif self._joinable:
                before, start, word_end, _ = self._done[-1]
                if len(before) <= _MAX_MARKS:
                    before, word_end = before + text, self._word_end
                self._done[-1] = (before, start, word_end, self._end)
                self._text = ""
            self._cjk = False
            return
        self._done.append((text, self._start, self._word_end, self._end))
        self._text = ""
        self._cjk = False

    def finish(self, base: int, edges: Sequence[int] = ()) -> list[SpeechUnit]:
        """All pieces, with offsets from `base`; the builder is empty afterwards.

        White space and marks after one of `edges` (where clauses end) are left to the clause after it.
        """
        self.close()
        self._text = ""  # marks with no word
        self._dropped = False
        done, self._done = self._done, []
        self._barrier = 0
        units: list[SpeechUnit] = []
        edge = 0
        for text, start, word_end, end in done:
            while edge < len(edges) and edges[edge] < word_end:
                edge += 1
            if edge < len(edges) and edges[edge] < end:
                text, end = text.rstrip(), edges[edge]  # noqa: PLW2901
            units.append(SpeechUnit(text if text.isprintable() else clean(text), base + start, base + end))
        return units

    def _add(self, text: str, start: int, end: int) -> None:
        if not self._text:
            self._start = start
        self._text += text
        self._end = self._word_end = end

    @property
    def _joinable(self) -> bool:
        return len(self._done) > self._barrier

    def _after_dropped(self, following: str) -> None:
        self._dropped = False
        if following in _JOINS_BACK and not self._text and self._joinable:
            self._reopen()
            self._text = self._text.rstrip()
        elif self._text[-1:].isalnum() and following.isalnum():
            self._text += " "
            self.close()

    def _reopen(self) -> None:
        self._text, self._start, self._word_end, self._end = self._done.pop()
