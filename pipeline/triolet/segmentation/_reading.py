"""The text that is held of a stream, and what is known of it: the state that all rules share."""

from __future__ import annotations

from triolet._model._text import BlockKind, Boundary, Clause
from triolet._tools._graphemes import inside_grapheme
from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation._language import Rules
from triolet.segmentation._lines import LineKind

HOLD = 600
"""The most characters of one clause that are held: five times a long sentence, about 40 s of speech."""

OPEN_FOR = 200
"""Characters after which a quote, a bracket or a code mark that has not been closed counts as none."""

SLACK = 64
"""Characters by which a clause may exceed `HOLD` before it is cut: longer than any conjunction. So marks and conjunctions
are read before the bound applies."""

_DEEPEST = 16  # quotes and brackets that are open at a time
_KEEP = 640  # characters before the clause that rules may look back at: more than OPEN_FOR, and than pysbd is shown
_TRIM = 512  # characters that nobody needs any more, and that pile up before they are dropped

_LINE, _SENTENCE = Boundary.LINE, Boundary.SENTENCE  # an attribute of an enumeration is slow to get
_ALNUM = lazy_regex(r"[^\W_]")

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
"""Opening marks, each with the mark that closes it."""

OTHER_WIDTH = {")": "）", "）": ")", "]": "】", "】": "]"}
"""For closing brackets: the same of another width. Some writers open with the one and close with the other."""

BLOCKING = frozenset(")]}）】》〉")
"""The closing marks of brackets. No sentence ends inside a bracket."""


class Reading:
    """The text that is held, how far it has been read, what is open in it, and the clauses cut from it.

    A place in `text` is a plain index. A place that must stay true when old text is dropped is an offset in the stream.
    """

    __slots__ = (
        "asked",
        "at",
        "at_once",
        "bare",
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
        "item_segment",
        "item_style",
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
        """The weakest boundary that ends a clause. Weaker ones move only `begin`, which the rules look back to."""
        self.text = ""
        self.base = 0
        """Offset of `text` in the stream."""
        self.at = 0
        """How far the text has been read."""
        self.begin = 0
        """Where the clause begins that is being read."""
        self.given = 0
        """Where the text begins that is in no clause yet. It lies before `begin` after a boundary that is weaker than `weakest`."""
        self.head = 0
        """Where the marks at the head of the line end."""
        self.breath_at = 0
        """How far the text has been searched for conjunctions."""
        self.complete = False
        """Whether nothing comes after `text`."""
        self.fresh = True
        """Whether `at` is the start of a line whose head has not been read."""
        self.line = LineKind.TEXT
        """What kind of line it is."""
        self.kind = BlockKind.PROSE
        """The kind of block that the line belongs to."""
        self.fence = ""
        """The mark that opened the code block; empty outside of one. After the opening line, a `+` stands before it."""
        self.item = -1
        """The number of the list item that was read last in this line; -1 for none."""
        self.item_style = "1"
        """How the items of that list are counted: `1`, `a` or `i`."""
        self.item_segment = -1
        """Offset in the stream of the sentence in which that item began."""
        self.dialogue = False
        """Whether the line begins with a dash. It is a dialogue then, and the name of the speaker may follow any mark."""
        self.opening = Boundary.PARAGRAPH
        """The boundary before the next clause."""
        self.segment = 0
        """Offset in the stream where the sentence or the line began."""
        self.at_once = -1
        """Offset in the stream of the last cut that was made without a look at what follows."""
        self.asked = -1
        """Offset in the stream of the last mark that was found to need a look at what follows."""
        self.bare = -1
        """Offset in the stream of the end of the tags that begin a clause. They are no words."""
        self.opened: list[tuple[str, int]] = []
        """For each quote or bracket that is open: the mark that would close it, and the offset in the stream where it was opened."""
        self.stars = -1
        """Offset in the stream where emphasis was opened; -1 where none is open."""
        self.out: list[Clause] = []
        """The clauses that were cut and not yet taken."""

    def add(self, text: str) -> None:
        """Append text. Drop text that no rule needs any more."""
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
        """End the clause at `end`. A boundary below `weakest` is only taken note of."""
        if self.complete and end == len(self.text):
            boundary = Boundary.END
        if boundary >= self.weakest or end - self.given > HOLD:
            self._give(end, boundary)
        self.begin = self.at = self.breath_at = end
        if boundary >= _LINE:
            self.segment = self.base + end

    def begin_line(self, opening: Boundary) -> None:
        """A line begins. What follows does not belong to the text before it, even if no mark ended that."""
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

    def take(self) -> list[Clause]:
        """Hand over the clauses that were cut since the last call."""
        if not self.out:
            return []
        clauses, self.out = self.out, []
        return clauses

    def cut_at_once(self, end: int) -> None:
        """End a sentence without a look at what follows. If more marks of it follow, `leave` skips them."""
        self.cut(end, _SENTENCE)
        self.at_once = self.base + end

    def leave(self, end: int) -> None:
        """Skip marks that came after their sentence had been given. They count as marks at the head of the next clause: they are no words."""
        self.at = self.head = end
        self.at_once = self.base + end

    def cut_long(self, end: int) -> None:
        """Cut a clause that is longer than `HOLD`. `end` is how far its marks have been read."""
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
        """Whether the clause, up to `end`, has a letter or a digit that is not part of a block mark."""
        start = self.begin if self.begin > self.head else self.head  # noqa: FURB136 - called for every mark
        return end > start and (self.text[end - 1].isalnum() or _ALNUM.search(self.text, start, end) is not None)

    def is_leftover(self, at: int) -> bool:
        """Whether the mark at `at` stands right after a cut that did not wait for it."""
        return self.base + at == self.at_once

    def sentence(self) -> int:
        """Where the sentence begins; where the held text begins, if that is later."""
        start = self.segment - self.base
        start = max(start, self.head)
        return start if start > 0 else 0  # noqa: FURB136 - called for every mark

    def leads(self, offset: int) -> bool:
        """Whether no letter or digit stands between the start of the sentence and `offset`, a place in the stream."""
        end = offset - self.base
        return _ALNUM.search(self.text, max(self.sentence(), end - OPEN_FOR), end) is None

    def inside(self) -> bool:
        """Forget what has been open for too long. Return whether a bracket is open."""
        opened = self.opened
        here = self.base + self.at
        while opened and here - opened[0][1] > OPEN_FOR:
            del opened[0]
        return any(close in BLOCKING for close, _ in opened)

    def emphasized(self) -> bool:
        """Whether emphasis is open."""
        return self.stars >= 0 and self.base + self.at - self.stars <= OPEN_FOR

    def nothing_open(self) -> bool:
        """Forget what has been open for too long. Return whether no closing mark is to be expected."""
        if self.opened:
            self.inside()
        return not (self.opened or self.dialogue or (self.stars >= 0 and self.emphasized()))

    def open(self, close: str, at: int) -> None:
        """Take note of the opening mark at `at`, which `close` would close."""
        self.opened.append((close, self.base + at))
        if len(self.opened) > _DEEPEST:
            del self.opened[0]

    def close(self, begin: int, end: int) -> None:
        """Take note of what the marks between two places close."""
        opened = self.opened
        for mark in self.text[begin:end]:
            if mark == "*":
                self.stars = -1
            for index in range(len(opened) - 1, -1, -1):
                if opened[index][0] in (mark, OTHER_WIDTH.get(mark)):
                    del opened[index:]
                    break
