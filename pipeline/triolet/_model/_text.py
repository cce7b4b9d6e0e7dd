"""Text on its way to speech: clauses, what is said of them, and phrases.

Every offset counts characters (Python `str` indices) of the raw token stream of one turn, from its first character.
"""

from __future__ import annotations

import enum
import operator
from collections.abc import Iterable

import attrs


class Boundary(enum.IntEnum):
    """How strong the boundary at the end of a clause is. A larger value is a stronger boundary.

    A boundary of LINE or more ends a segment that stands for itself: a sentence, a heading, a list item.
    """

    NONE = 0
    """No mark. The clause was cut because it was too long, or because the source stalled."""
    CONJUNCTION = 1
    """Before a conjunction: the weakest place where a speaker may breathe."""
    COMMA = 2
    """`,` `、` `，`"""
    CLAUSE = 3
    """`;` `:` `—` and their full-width forms."""
    LINE = 4
    """The end of a line without a sentence mark: a heading, a list item, a table row, a verse."""
    SENTENCE = 5
    """The end of a sentence."""
    PARAGRAPH = 6
    """A blank line."""
    END = 7
    """The end of the stream."""


class BlockKind(enum.Enum):
    """Which kind of block a clause belongs to."""

    PROSE = "prose"
    HEADING = "heading"
    LIST_ITEM = "list item"
    QUOTE = "quote"
    TABLE_HEAD = "table head"
    TABLE_ROW = "table row"
    CODE = "code"
    """A fenced or indented code block, with its fences."""
    MARKUP = "markup"
    """Marks without words: a rule, the line below a table's head, the underline of a heading."""


@attrs.frozen(kw_only=True, slots=False)  # without slots for `unchecked`
class Clause:
    """The text between two neighbouring boundaries of any strength.

    The clauses of a turn tile its raw stream: each starts where the one before it ended, and the texts of all of them, one
    after another, are what the source gave. A mark belongs to the clause that it ends, and so do the quote, the bracket or
    the bold mark that closes after it. White space after the mark belongs to the next clause.
    """

    text: str
    """`raw[start:end]`, never empty."""
    start: int
    """Offset of its first character."""
    end: int
    """Offset after its last character."""
    boundary: Boundary
    """The boundary at its end, as far as it is known when the clause is cut. A blank line shows only later: see `opening`."""
    opening: Boundary
    """The boundary before it: at least the `boundary` of the clause before. PARAGRAPH after a blank line, and for the first
    clause of the stream."""
    kind: BlockKind = BlockKind.PROSE
    """The kind of its block."""
    marker: int = 0
    """How many characters at its start are white space and block marks (`## `, `- `, `1. `, `> `). They are never words. Only
    a clause that begins a block has block marks; marks that came after their sentence had been given count as such, too."""
    language: str = "en"
    """ISO 639-1 code of the language whose rules cut it."""

    def __attrs_post_init__(self) -> None:
        if self.end - self.start != len(self.text) or not self.text:
            raise ValueError(f"a clause of {len(self.text)} characters cannot span [{self.start}, {self.end})")

    @classmethod
    def unchecked(
        cls,
        text: str,
        start: int,
        end: int,
        boundary: Boundary,
        opening: Boundary,
        kind: BlockKind,
        marker: int,
        language: str,
    ) -> Clause:
        """Make a clause without the check of its offsets, in half the time. For a segmenter, which knows that they are right."""
        clause = cls.__new__(cls)
        fields = clause.__dict__
        fields["text"] = text
        fields["start"] = start
        fields["end"] = end
        fields["boundary"] = boundary
        fields["opening"] = opening
        fields["kind"] = kind
        fields["marker"] = marker
        fields["language"] = language
        return clause


@attrs.frozen
class SpeechUnit:
    """The smallest part of speech that counts as heard or not heard: a word, a CJK character, or words rewritten as one."""

    text: str
    """What to say, with the space before the next unit. The texts of the units of a phrase, one after another, are its
    words."""
    start: int
    """Offset in the raw stream of the first character that it stands for."""
    end: int
    """Offset after the last character that it stands for. Marks after a word that are not said belong to it."""


_TEXT = operator.attrgetter("text")


def join_units(units: Iterable[SpeechUnit]) -> str:
    """The texts of units, one after another."""
    return "".join(map(_TEXT, units))  # no call of Python a unit: a phrase asks several times


@attrs.frozen(kw_only=True)
class NormalizedClause:
    """What a person would say of one clause."""

    units: tuple[SpeechUnit, ...]
    """What to say, in the order of the text. Their spans lie in [start, end) and do not overlap. Empty: nothing to say."""
    start: int
    """Offset of the first character of its part of the raw stream."""
    end: int
    """Offset after the last one."""
    boundary: Boundary
    """The boundary at its end."""
    opening: Boundary
    """The boundary before it."""
    kind: BlockKind = BlockKind.PROSE
    """The kind of its block."""
    language: str = "en"
    """ISO 639-1 code."""
    break_before: float = 0.0
    """Seconds of silence before it that the text asks for (`<break time="1s"/>`), on top of the usual gap."""

    @property
    def words(self) -> str:
        """The texts of its units, one after another."""
        return join_units(self.units)


@attrs.frozen(kw_only=True)
class Phrase:
    """What one commit carries."""

    index: int
    """Its place among the phrases of the turn, from 0."""
    units: tuple[SpeechUnit, ...]
    """What to say, in the order of the text."""
    start: int
    """Offset of the first character of its part of the raw stream. The parts of a turn's phrases do not overlap, and follow
    each other."""
    end: int
    """Offset after the last one."""
    boundary: Boundary
    """The boundary at its end."""
    opening: Boundary = Boundary.PARAGRAPH
    """The boundary before its first clause."""
    kind: BlockKind = BlockKind.PROSE
    """The kind of its first clause's block."""
    language: str = "en"
    """ISO 639-1 code of its first clause's language."""
    break_before: float = 0.0
    """Seconds of silence before it that the text asks for, on top of the usual gap."""

    @property
    def words(self) -> str:
        """What to say: the texts of its units, one after another, without white space around them."""
        return join_units(self.units).strip()
