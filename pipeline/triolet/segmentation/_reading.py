"""What is held of a stream, and what is known of it: the state that all rules share."""

from __future__ import annotations

import re

from triolet._model._text import BlockKind, Boundary, Clause
from triolet._tools._graphemes import inside_grapheme
from triolet.segmentation._language import Rules
from triolet.segmentation._lines import LineKind

HOLD = 600
"""Characters of one clause that are held at most: five times a long sentence, about 40 s of speech."""

OPEN_FOR = 200
"""Characters after which a quote, bracket or code mark that is still open is none."""

SLACK = 64
"""More than any conjunction is long: what marks decide is decided before the bound on length is looked at."""

_DEEPEST = 16  # marks open at a time
_KEEP = 640  # characters before the clause that rules may look back at: what is open, what pysbd is shown
_TRIM = 512  # characters before the clause that may pile up before they are dropped

_LINE, _SENTENCE = Boundary.LINE, Boundary.SENTENCE  # an attribute of an enumeration is slow to get
_ALNUM = re.compile(r"[^\W_]")
_NUMBER = re.compile(r"\s(?:[•*-] )?(\d{1,3})\Z")

PAIRS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "（": "）",
    "【": "】",
    "《": "》",
    "〈": "〉",
    "「": "」",
    "『": "』",
    "“": "”",
    "„": "“",
    "«": "»",
    "‘": "’",
}
"""What opens, and what closes it."""

BLOCKING = frozenset(")]}）】》〉")
"""Closing marks inside which no sentence ends."""


class Reading:
    """The text held, how far it is understood, and the clauses cut from it.

    Places in `text` are plain indices; what must outlive a trim is kept as an offset in the stream.
    """

    __slots__ = (
        "asked",
        "at",
        "at_once",
        "base",
        "begin",
        "breath_at",
        "complete",
        "dialogue",
        "fence",
        "fresh",
        "given",
        "head",
        "item",
        "kind",
        "line",
        "opened",
        "opening",
        "out",
        "rules",
        "segment",
        "stars",
        "text",
        "weakest",
    )

    def __init__(self, rules: Rules, weakest: Boundary = Boundary.NONE) -> None:
        self.rules = rules
        self.weakest = weakest
        """Boundaries below it are taken note of, as rules look back to them, but end no clause that is given out."""
        self.text = ""
        self.base = 0
        """Offset of `text` in the stream."""
        self.at = 0
        """How far the text is understood."""
        self.begin = 0
        """Where the clause begins."""
        self.given = 0
        """Up to where the text is in clauses: before `begin` where weak boundaries were only taken note of."""
        self.head = 0
        """Where the marks at the head of the line end."""
        self.breath_at = 0
        """How far conjunctions have been looked for."""
        self.complete = False
        """Nothing comes after `text`."""
        self.fresh = True
        """At the start of a line whose head has not been read."""
        self.line = LineKind.TEXT
        self.kind = BlockKind.PROSE
        self.fence = ""
        """The mark of the code block that is open."""
        self.item = -1
        """The number of the list item that the line is."""
        self.dialogue = False
        """The line opens with a dash: who speaks may follow any mark."""
        self.opening = Boundary.PARAGRAPH
        self.segment = 0
        """Offset in the stream where the sentence or line began."""
        self.at_once = -1
        """Offset in the stream of the last cut without a look at what follows."""
        self.asked = -1
        """Offset in the stream of a mark that does not end a sentence whatever follows."""
        self.opened: list[tuple[str, int]] = []
        """The mark that would close what is open, and the offset in the stream where it was opened."""
        self.stars = -1
        """Offset in the stream where emphasis was opened."""
        self.out: list[Clause] = []

    def add(self, text: str) -> None:
        """Takes more text; drops what no rule needs any more."""
        held = self.text
        drop = self.given - _KEEP
        if drop > _TRIM:
            held = held[drop:]
            self.base += drop
            self.at -= drop
            self.begin -= drop
            self.given -= drop
            self.head -= drop
            self.breath_at -= drop
        self.text = held + text

    def cut(self, end: int, boundary: Boundary) -> None:
        """Ends the clause, unless the boundary is too weak to be given out."""
        if self.complete and end == len(self.text):
            boundary = Boundary.END
        if boundary >= self.weakest or end - self.given > HOLD:
            self._give(end, boundary)
        self.begin = self.at = self.breath_at = end
        if boundary >= _LINE:
            self.segment = self.base + end

    def begin_line(self, opening: Boundary) -> None:
        """What follows does not belong to the text before, whether or not that ended with a mark."""
        if self.begin > self.given:
            self._give(self.begin, _LINE)
        if opening > self.opening:  # noqa: PLR1730 - called for every line
            self.opening = opening

    def _give(self, end: int, boundary: Boundary) -> None:
        start = self.given
        text = self.text[start:end]
        marker = self.head - start
        if marker <= 0:
            marker = len(text) - len(text.lstrip())
        elif marker > end - start:
            marker = end - start
        self.out.append(
            Clause.unchecked(
                text,
                self.base + start,
                self.base + end,
                boundary,
                self.opening,
                self.kind,
                marker,
                self.rules.language.code,
            )
        )
        self.opening = boundary
        self.given = end

    def cut_at_once(self, end: int) -> None:
        """Ends a sentence without a look at what follows: marks that do follow are a clause of their own."""
        self.cut(end, _SENTENCE)
        self.at_once = self.base + end

    def cut_long(self, end: int) -> None:
        """Cuts a clause that is longer than is held; `end` is how far its marks are known."""
        at = self.at
        while end - self.begin > HOLD:
            start = self.begin
            cut = self.text.rfind(" ", start + HOLD // 2, start + HOLD)
            if cut < 0:
                cut = start + HOLD
                while cut > start + HOLD // 2 and inside_grapheme(self.text, cut):
                    cut -= 1
            self.cut(cut, Boundary.NONE)
        self.at = max(at, self.begin)

    def has_words(self, end: int) -> bool:
        """Whether the clause, up to `end`, has a letter or digit that is no mark."""
        start = self.begin if self.begin > self.head else self.head  # noqa: FURB136 - called for every mark
        return end > start and (self.text[end - 1].isalnum() or _ALNUM.search(self.text, start, end) is not None)

    def is_leftover(self, at: int) -> bool:
        """Whether the mark at `at` directly follows a cut that did not wait for it."""
        return at == self.begin and self.base + at == self.at_once

    def sentence(self) -> int:
        """Where the sentence begins, as far as it is still held."""
        start = self.segment - self.base
        start = max(start, self.head)
        return start if start > 0 else 0  # noqa: FURB136 - called for every mark

    def leads(self, offset: int) -> bool:
        """Whether nothing is said between the start of the sentence and `offset`, a place in the stream."""
        end = offset - self.base
        return _ALNUM.search(self.text, max(self.sentence(), end - OPEN_FOR), end) is None

    def inside(self) -> bool:
        """Whether a bracket is open; forgets what has been open for too long."""
        opened = self.opened
        here = self.base + self.at
        while opened and here - opened[0][1] > OPEN_FOR:
            del opened[0]
        return any(close in BLOCKING for close, _ in opened)

    def emphasized(self) -> bool:
        """Whether emphasis is open."""
        return self.stars >= 0 and self.base + self.at - self.stars <= OPEN_FOR

    def nothing_open(self) -> bool:
        """Whether no closing mark is to be expected."""
        if self.opened:
            self.inside()
        return not (self.opened or self.dialogue or (self.stars >= 0 and self.emphasized()))

    def open(self, close: str, at: int) -> None:
        """Takes note of a mark that `close` would close."""
        self.opened.append((close, self.base + at))
        if len(self.opened) > _DEEPEST:
            del self.opened[0]

    def close(self, begin: int, end: int) -> None:
        """Takes note of what the marks between two places close."""
        opened = self.opened
        for mark in self.text[begin:end]:
            if mark == "*":
                self.stars = -1
            for index in range(len(opened) - 1, -1, -1):
                if opened[index][0] == mark:
                    del opened[index:]
                    break

    def next_item(self, at: int, tail: int) -> bool:
        """Whether the number before `at` is the next one of a numbered list inside a line; if so, cuts before it."""
        number = _NUMBER.search(self.text, max(self.begin, at - 8), at)
        if number is None or int(number[1]) != self.item + 1 or not self.has_words(number.start()):
            return False
        self.cut(number.start(), Boundary.LINE)
        self.item += 1
        self.head = self.at = tail
        return True
