"""Text on its way to speech: clauses as they are cut, pieces to say, phrases to commit.

All offsets count characters (Python `str` indices) of the raw token stream of one turn, from its first character.
"""

from __future__ import annotations

import enum

import attrs


class Boundary(enum.IntEnum):
    """How strong the break is at the end of a clause; a larger value is a stronger break.

    From LINE on, a boundary ends a segment that stands for itself (a sentence, a heading, a list item).
    """

    NONE = 0
    """No mark at all: a cut that only a bound on length explains."""
    CONJUNCTION = 1
    """Before a conjunction: the weakest place where a speaker may breathe."""
    COMMA = 2
    """`,` `、` `，`"""
    CLAUSE = 3
    """`;` `:` `—` and their full-width forms."""
    LINE = 4
    """The end of a line without a sentence mark: heading, list item, table row, verse."""
    SENTENCE = 5
    """The end of a sentence."""
    PARAGRAPH = 6
    """A blank line."""
    END = 7
    """The end of the stream."""


class BlockKind(enum.Enum):
    """What part of a document a clause belongs to."""

    PROSE = "prose"
    HEADING = "heading"
    LIST_ITEM = "list item"
    QUOTE = "quote"
    TABLE_HEAD = "table head"
    TABLE_ROW = "table row"
    CODE = "code"
    """A fenced or indented code block, its fences included."""
    MARKUP = "markup"
    """Marks with no words: a rule, the line below a table's head, the underline of a heading."""


@attrs.frozen(kw_only=True, slots=False)  # without slots for `unchecked`
class Clause:
    """The text between two neighbouring boundaries of any strength.

    The clauses of a turn tile its raw stream: each starts where the one before ended, and all `text` joined is what the
    source sent. A mark and what closes with it (quote, bracket, bold) stay with the clause they end; white space after
    it opens the next clause.
    """

    text: str
    """Exactly `raw[start:end]`; never empty."""
    start: int
    end: int
    boundary: Boundary
    """The break at the end, as far as it is known when the clause is cut (a blank line shows only later: see `opening`)."""
    opening: Boundary
    """The break before: at least the boundary of the clause before; PARAGRAPH where a blank line lies between, or for the
    first clause of the stream."""
    kind: BlockKind = BlockKind.PROSE
    marker: int = 0
    """How many characters at the start are white space and block marks (`## `, `- `, `1. `, `> `): never words. Zero or
    white space only where the clause does not begin a block."""
    language: str = "en"
    """ISO 639-1 code of the rules that cut it."""

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
        """For a segmenter, which knows that its offsets are right: takes half the time of the constructor."""
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
    """The smallest unit of speech that is heard whole or not: a word, a CJK character, or words rewritten as one."""

    text: str
    """What to say, with the spaces that join it to its neighbours: the pieces of a phrase, joined, are its words."""
    start: int
    """Offset in the raw stream of what it stands for, unspoken marks after it included."""
    end: int


@attrs.frozen(kw_only=True)
class NormalizedClause:
    """What a person would say of one clause."""

    units: tuple[SpeechUnit, ...]
    """In order; their spans lie in [start, end), do not overlap and do not go back. Empty: nothing to say."""
    start: int
    end: int
    boundary: Boundary
    opening: Boundary
    kind: BlockKind = BlockKind.PROSE
    language: str = "en"
    break_before: float = 0.0
    """Seconds of silence that the text itself asked for before it (`<break time="1s"/>`), on top of the usual pause."""

    @property
    def words(self) -> str:
        """The pieces joined."""
        return "".join(unit.text for unit in self.units)


@attrs.frozen(kw_only=True)
class Phrase:
    """What one commit carries."""

    index: int
    """Counts the phrases of a turn, from 0."""
    units: tuple[SpeechUnit, ...]
    start: int
    """Where its part of the raw stream begins: the phrases of a turn do not overlap and do not go back."""
    end: int
    boundary: Boundary
    """The break at its end."""
    opening: Boundary = Boundary.PARAGRAPH
    """The break before its first clause."""
    kind: BlockKind = BlockKind.PROSE
    """The kind of its first clause."""
    language: str = "en"
    break_before: float = 0.0
    """Seconds of silence that the text itself asked for before it, on top of the usual pause."""

    @property
    def words(self) -> str:
        """What is said: the pieces joined, without white space around them."""
        return "".join(unit.text for unit in self.units).strip()
