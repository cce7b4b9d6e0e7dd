"""The pure core: takes clauses as they were written, and gives clauses as a person would say them."""

from __future__ import annotations

from collections.abc import Mapping

from triolet._model._text import BlockKind, Boundary, Clause, NormalizedClause, SpeechUnit
from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._clause_writer import ONE_LINE, ClauseWriter, begins_line
from triolet.normalization._code import CodeReader
from triolet.normalization._group import shared_out
from triolet.normalization._inline import InlineReader
from triolet.normalization._options import MAX_CLAUSES, MAX_GROUP, NormalizationOptions
from triolet.normalization._tables import TableRows, ends_line

_LABEL = lazy_regex(r"([0-9]{1,9}[.)、]|(?<![a-z])(?:[a-z]|[ivx]{2,5})[.)])\s*(?:\[[ xX]\]\s*)?\Z")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_MARKDOWN = " \t\r\n>*+-0123456789.)"
_TABLE = frozenset({BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW})

# An attribute of an enumeration is slow to get.
_CODE, _MARKUP, _LIST_ITEM = BlockKind.CODE, BlockKind.MARKUP, BlockKind.LIST_ITEM
_LINE, _SENTENCE, _PARAGRAPH = Boundary.LINE, Boundary.SENTENCE, Boundary.PARAGRAPH


class NormalizerCore:
    """Reads the Markdown, HTML and LaTeX of clauses, and makes what a person would say of them.

    `feed` takes the clauses of one turn in order and returns what is ready. That is mostly one normalized clause for each
    clause, and more than one where the text asks for a break between words. It is none while the meaning of a mark is open
    (a code span or a tag that goes on in the next clause, the head of a table), within the bounds that `_options` states.

    The normalized clauses tile the raw stream as the clauses did. A break at the very end of the text becomes a last
    clause without words.
    """

    def __init__(
        self, options: NormalizationOptions | None = None, *, voice_directions: Mapping[str, str] | None = None
    ) -> None:
        self._options = options or NormalizationOptions()
        self._writer = ClauseWriter(self._options.spell_digits)
        self._inline = InlineReader(self._options, voice_directions)
        self._code = CodeReader()
        self._tables = TableRows(self._options, self._writer)
        self._held: list[Clause] = []  # clauses that `_inline` has, and has not read to the end
        self._held_length = 0
        self._kind: BlockKind | None = None
        self._end = 0
        self._place: int = 0  # the Roman number of the last list item; 0 for another label
        self._letter: str = ""  # the letter of the last list item; empty for another label

    def feed(self, clause: Clause) -> list[NormalizedClause]:
        """Take a clause. Return what is ready to be said."""
        before, self._kind = self._kind, clause.kind
        self._end = clause.end
        if clause.kind in _TABLE or (clause.kind is _MARKUP and self._tables.waiting):
            return self._end_block() + self._tables.feed(clause)
        ready = self._tables.end()
        if clause.kind is _CODE or clause.kind is _MARKUP:
            ready += self._end_block()
            units: list[SpeechUnit] = []
            if clause.kind is _CODE:
                if before is not _CODE:
                    self._code.begin_block()
                units = self._code.read(clause, say=self._options.code_blocks == "say")
            return ready + self._writer.write(clause, units)
        if _begins_block(clause, before):
            ready += self._end_block()
            self._inline.begin_block(list_item=clause.kind is _LIST_ITEM)
        return ready + self._feed_text(clause)

    def flush(self) -> list[NormalizedClause]:
        """The stream has ended: return the rest, whatever is open."""
        return self._tables.end() + self._end_block() + self._writer.end(self._end)

    def _feed_text(self, clause: Clause) -> list[NormalizedClause]:
        """Take a clause of prose, of a heading, of a list item or of a quote."""
        text = clause.text
        marker = text[: clause.marker]
        if marker and not marker.isspace():  # block marks are no words; the offsets stay
            text = "".join([c if c.isspace() else " " for c in marker]) + text[clause.marker :]
        if not self._held:
            units = self._inline.read_quickly(text, clause.start)
            if units:
                return self._writer.write(clause, self._numbered(clause, units))
        self._inline.extend(
            text,
            clause.language,
            begins_line=begins_line(clause),
            ends_line=ends_line(clause),
            ends_sentence=clause.boundary >= _SENTENCE,
        )
        self._held.append(clause)
        self._held_length += len(text)
        too_long = len(self._held) > 1 and (self._held_length > MAX_GROUP or len(self._held) > MAX_CLAUSES)
        return self._read(final=too_long or clause.boundary >= _PARAGRAPH)

    def _end_block(self) -> list[NormalizedClause]:
        return self._read(final=True) if self._held else []

    def _read(self, *, final: bool) -> list[NormalizedClause]:
        """Say the clauses that are held, if all of their marks can be read. With `final` they can."""
        inline = self._inline
        if not inline.run(final=final):
            return []
        held, self._held, self._held_length = self._held, [], 0
        base = held[0].start
        units = inline.finish(base, [clause.end - base for clause in held[:-1]])
        breaks = [(base + at, seconds) for at, seconds in inline.breaks]
        inline.cut()
        if len(held) == 1:
            return self._writer.write(held[0], self._numbered(held[0], units), breaks)
        ready: list[NormalizedClause] = []
        for clause, own in shared_out(held, units):
            inside = [one for one in breaks if clause.start < one[0] <= clause.end]
            ready += self._writer.write(clause, self._numbered(clause, own), inside)
        return ready

    def _numbered(self, clause: Clause, units: list[SpeechUnit]) -> list[SpeechUnit]:
        """The units with the number of the list item before them, if it is to be said."""
        if clause.kind is not _LIST_ITEM:
            return units
        marker = clause.text[: clause.marker]
        label = _LABEL.search(marker)
        if label is None:
            return units
        # To Markdown, `a.`, `1、`, `• 1.` and a number inside a line are words.
        is_markdown = (
            begins_line(clause)
            and label[1][0].isdigit()
            and label[1][-1] != "、"
            and not marker[: label.start()].strip(_MARKDOWN)
        )
        if is_markdown and (not units or self._options.list_numbers == "skip"):
            return units
        text = label[1] if label[1].endswith("、") else f"{self._counted(label[1][:-1])}. "
        return [SpeechUnit(text, clause.start + label.start(), clause.start + clause.marker), *units]

    def _counted(self, label: str) -> str:
        """The number or letter of a list item as it is said: a Roman number, which a voice would spell, in digits."""
        place = _ROMAN.index(label) + 1 if label in _ROMAN else 0
        letter_goes_on = len(label) == 1 and self._letter and ord(label) == ord(self._letter) + 1
        if place and not letter_goes_on and (len(label) > 1 or place in (1, self._place + 1)):
            self._place, self._letter = place, ""
            return str(place)
        self._place, self._letter = 0, label if label.isalpha() else ""
        return label


def _begins_block(clause: Clause, before: BlockKind | None) -> bool:
    if clause.opening >= _PARAGRAPH or clause.kind is not before:
        return True
    begins = clause.opening >= _LINE and clause.text[: clause.marker].strip() != ""
    return begins and clause.kind in ONE_LINE
