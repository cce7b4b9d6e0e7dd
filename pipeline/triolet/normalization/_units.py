"""Words and marks in, units out: which characters are heard together."""

from __future__ import annotations

from collections.abc import Sequence

from triolet._model._text import SpeechUnit
from triolet._tools._characters import EAST_ASIAN
from triolet.normalization._characters import (
    BLANK,
    CJK_MIXED,
    CJK_MIXED_UNIT,
    CJK_PLAIN,
    CJK_PLAIN_CHARACTER,
    CJK_RUN_CHARACTER,
    CLOSING,
    DECORATION,
    PLAIN_WORD,
    QUICK,
    SPEAKABLE,
    clean,
)

_BELONGS_BEFORE = frozenset(".,;:!?…)]}。，、；：！？）")

_LONE_MARKS = 2
"""Characters of punctuation between two spaces that are surely said with the word before them. More of them may be a decoration."""

_MAX_MARKS = 64
"""Characters of punctuation without a word that a voice is given at most. Nobody hears more of it."""


def quick_units(text: str, start: int) -> list[SpeechUnit] | None:
    """The units of a text of plain words, or of Chinese or Japanese characters; None if it may have anything else.

    They are what a `UnitBuilder` makes of the text, in a fraction of the time. Most clauses of an answer are such. `start` is the
    offset of the text.
    """
    body = text.lstrip(" \n")
    at = start + len(text) - len(body)
    units: list[SpeechUnit] = []
    east_asian = body >= EAST_ASIAN
    if "www." in body:
        return None
    if east_asian or not QUICK.fullmatch(body):
        if at == start and east_asian and CJK_PLAIN.fullmatch(body):
            single = CJK_PLAIN_CHARACTER
        elif CJK_MIXED.fullmatch(body):
            single = CJK_MIXED_UNIT
        else:
            return None
        for one in single.findall(body):
            end = at + len(one)
            units.append(SpeechUnit(one, at, end))
            at = end
        return units
    if "  " in body or not body.isprintable():
        return None
    words = body.split(" ")
    last = words.pop()
    for word in words:
        end = at + len(word) + 1
        if word.isalnum() or SPEAKABLE.search(word):
            units.append(SpeechUnit(word + " ", at, end))
        elif not units or len(word) > _LONE_MARKS or len(units[-1].text) > _MAX_MARKS:
            return None
        else:  # a dash
            before = units[-1]
            units[-1] = SpeechUnit(f"{before.text}{word} ", before.start, end)
        at = end
    if last:
        if not SPEAKABLE.search(last):
            return None
        units.append(SpeechUnit(last, at, at + len(last)))
    return units or None


class UnitBuilder:
    """Gathers the units of one text, in order. Offsets are those of the text.

    One unit is open at a time: a word until white space, a CJK character until the next one. What is not said only
    lengthens the span of the unit before it. Punctuation that stands alone is added to the unit before it, or to the first.
    """

    def __init__(self) -> None:
        self._done: list[tuple[str, int, int, int]] = []  # text, start, and the two ends as below
        self._text = ""
        self._start = 0
        self._word_end = 0  # where what is said ends
        self._end = 0  # where what is not said after it ends
        self._cjk = False
        self._dropped = False  # something visible was left out since the last word
        self._barrier = 0  # how many units stand before the last break; nothing is added to them

    def plain(self, text: str) -> None:
        """A whole text of plain words with white space between them (`PLAIN`), when nothing has come before it."""
        done = self._done
        at = len(text) - len(text.lstrip(" \n"))
        for word, space in PLAIN_WORD.findall(text, at):
            word_end = at + len(word)
            end = word_end + len(space)
            if not self._text and (word.isalnum() or SPEAKABLE.search(word)):
                done.append((word + " " if space else word, at, word_end, end))
            else:
                self._add(word, at, word_end)
                if space:
                    self.space(end)
            at = end

    def plain_cjk(self, text: str) -> None:
        """A whole text of Chinese or Japanese characters (`CJK_PLAIN`), when nothing has come before it."""
        self._done += [(one[0], one.start(), one.end(), one.end()) for one in CJK_PLAIN_CHARACTER.finditer(text)]

    def characters(self, text: str, start: int) -> None:
        """Chinese or Japanese characters (`CJK_RUN`), one after another. The last one stays open."""
        if self._text and SPEAKABLE.search(self._text):
            self.close()
        self._dropped = False
        done = self._done
        ready, begin = self._text, self._start if self._text else start
        at = start
        for one in CJK_RUN_CHARACTER.findall(text):
            if at > start:
                done.append((ready, begin, at, at))
                ready, begin = one, at
            else:
                ready += one
            at += len(one)
        self._text, self._start = ready, begin
        self._end = self._word_end = at
        self._cjk = True

    def word(self, text: str, start: int, end: int) -> None:
        """Letters, digits and punctuation that are one word together with what touches them."""
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
        """A CJK character: a unit of its own, with the opening marks before it and the marks after it."""
        if self._text and SPEAKABLE.search(self._text):
            self.close()
        self._dropped = False
        self._add(text, start, end)
        self._cjk = True

    def mark_before(self, text: str, start: int, end: int) -> None:
        """Punctuation, or a combining mark, that belongs to what stands before it."""
        if self._dropped:
            self._after_dropped(text[0])
        self._add(text, start, end)

    def mark_after(self, text: str, start: int, end: int) -> None:
        """An opening quote or bracket. It begins a new unit, but a narrow one stays inside a word written with spaces."""
        if self._cjk or text >= EAST_ASIAN:
            self.close()
        self.word(text, start, end)

    def whole(self, text: str, start: int, end: int) -> None:
        """Rewritten words: one unit."""
        if self._text and SPEAKABLE.search(self._text):
            self.close()
        self._dropped = False
        self._add(text, start, end)

    def space(self, end: int) -> None:
        """White space up to `end`. It ends the open unit."""
        if self._text:
            if self._text[-1] != " ":
                self._text += " "
            self._end = end
            self.close()
        elif self._within_reach:
            text, start, word_end, _ = self._done[-1]
            self._done[-1] = (text if text.endswith(" ") else text + " ", start, word_end, end)

    def mark(self, end: int) -> None:
        """Something up to `end` that is not said. It belongs to the unit before it."""
        if self._text:
            self._end = end
        elif self._within_reach:
            text, start, word_end, _ = self._done[-1]
            self._done[-1] = (text, start, word_end, end)

    def drop(self, end: int) -> None:
        """Something visible up to `end` that is left out. The words around it stay apart; a mark after it belongs before it."""
        self.mark(end)
        self._dropped = True

    def comma(self, end: int) -> None:
        """A sign up to `end` for which a reader makes a short stop."""
        if not self._text and self._within_reach:
            self._reopen()
        if self._text and SPEAKABLE.match(self._text.rstrip()[-1:]):
            self._text = self._text.rstrip() + ","
        self.space(end)

    def part(self, end: int) -> None:
        """A break at `end`. No unit spans it, and nothing after it is added to a unit before it."""
        self.space(end)
        self.close()
        self._text = ""  # marks without a word
        self._barrier = len(self._done)

    @property
    def last(self) -> str:
        """The last character to say so far; empty if there is none."""
        return self._text[-1:] or (self._done[-1][0][-1:] if self._done else "")

    def close(self) -> None:
        """End the open unit."""
        text = self._text
        if not text:
            return
        if not SPEAKABLE.search(text):
            if len(text) > _MAX_MARKS or DECORATION.fullmatch(text):
                self._text = ""
                self.mark(self._end)
            elif self._within_reach:
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

    def finish(self, base: int, edges: Sequence[int] = (), read: str = "") -> list[SpeechUnit]:
        """All units, with offsets from `base`. The builder is empty afterwards.

        `edges` are the offsets where clauses end in the text that was `read`. White space and marks after an edge belong to the
        clause after it.
        """
        self.close()
        self._text = ""  # marks without a word
        self._dropped = False
        done, self._done = self._done, []
        self._barrier = 0
        if not edges:
            return [
                SpeechUnit(text if text.isprintable() else clean(text), base + start, base + end)
                for text, start, _, end in done
            ]
        units: list[SpeechUnit] = []
        edge = 0
        for text, start, word_end, end in done:
            while edge < len(edges) and edges[edge] < word_end:
                edge += 1
            if edge < len(edges) and edges[edge] < end:
                end = edges[edge]  # noqa: PLW2901
                if not BLANK.search(read, word_end, end):
                    text = text.rstrip()  # noqa: PLW2901
            units.append(SpeechUnit(text if text.isprintable() else clean(text), base + start, base + end))
        return units

    def _add(self, text: str, start: int, end: int) -> None:
        if not self._text:
            self._start = start
        self._text += text
        self._end = self._word_end = end

    @property
    def _within_reach(self) -> bool:
        """Whether something may be added to the last unit that was ended."""
        return len(self._done) > self._barrier

    def _after_dropped(self, following: str) -> None:
        self._dropped = False
        if following in _BELONGS_BEFORE and not self._text and self._within_reach:
            self._reopen()
            self._text = self._text.rstrip()
        elif self._text[-1:].isalnum() and following.isalnum():
            if "\uac00" <= following <= "\ud7a3" and "\uac00" <= self._text[-1] <= "\ud7a3":
                return  # a Korean particle belongs to the word before what was left out
            self._text += " "
            self.close()

    def _reopen(self) -> None:
        self._text, self._start, self._word_end, self._end = self._done.pop()
