"""From clauses as they were written to clauses as a person would say them; pure, no Trio."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from triolet._model._text import BlockKind, Boundary, Clause, NormalizedClause, SpeechUnit
from triolet._tools._characters import ends_with_mark
from triolet.normalization._break import MAX_PAUSE
from triolet.normalization._characters import CJK_AT_END, CJK_AT_START
from triolet.normalization._code import CodeReader
from triolet.normalization._digits import spell
from triolet.normalization._inline import InlineReader
from triolet.normalization._options import MAX_GROUP, MAX_ROW, NormalizationOptions
from triolet.normalization._table import TableReader
from triolet.normalization._wording import wording

_LABEL = re.compile(r"([0-9]{1,9}[.)、]|[a-z][.)])\s*(?:\[[ xX]\]\s*)?\Z")
_MARKDOWN = " \t\r\n>*+-0123456789.)"
_BLANK = re.compile(r"\s")
_ONE_LINE = frozenset({BlockKind.HEADING, BlockKind.LIST_ITEM})
_TABLE = frozenset({BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW})


class NormalizerCore:
    """Reads the inline marks of clauses, once, and gives what a person would say of them.

    `feed` takes the clauses of one turn in order and gives what is ready: mostly one spoken clause each. None while a
    mark's meaning is open (a code span or tag that goes on in the next clause, a table's head), within the bounds of
    `_options`; then several. A `<break>` inside a clause parts it, one at the very end makes `flush` give a clause
    without words. What comes out tiles the raw stream as what went in did.
    """

    def __init__(self, options: NormalizationOptions | None = None) -> None:
        self._options = options or NormalizationOptions()
        self._inline = InlineReader(self._options)
        self._code = CodeReader()
        self._held: list[Clause] = []  # taken by `_inline`, which has not read them to the end
        self._held_length = 0
        self._row: list[Clause] = []  # parts of a table row, or head, that is not complete
        self._row_length = 0
        self._head: list[
            tuple[Clause, list[SpeechUnit]]
        ] = []  # a table's head that waits for a row, and the line below it
        self._table: TableReader | None = None
        self._kind: BlockKind | None = None
        self._end = 0
        self._said = ""  # the end of the last words, unless white space
        self._blank = False  # white space came since
        self._line = False  # a line break came since
        self._pause = 0.0

    def feed(self, clause: Clause) -> list[NormalizedClause]:
        """One more clause; what is ready to be said."""
        before, self._kind = self._kind, clause.kind
        self._end = clause.end
        if clause.kind in _TABLE or (clause.kind is BlockKind.MARKUP and (self._head or self._row)):
            return self._end_block() + self._feed_table(clause)
        ready = self._end_table()
        if clause.kind is BlockKind.CODE or clause.kind is BlockKind.MARKUP:
            ready += self._end_block()
            units: list[SpeechUnit] = []
            if clause.kind is BlockKind.CODE:
                if before is not BlockKind.CODE:
                    self._code.begin_block()
                units = self._code.read(clause, say=self._options.code_blocks == "say")
            return ready + self._say(clause, units)
        if _begins_block(clause, before):
            ready += self._end_block()
            self._inline.begin_block(list_item=clause.kind is BlockKind.LIST_ITEM)
        return ready + self._feed_text(clause)

    def flush(self) -> list[NormalizedClause]:
        """The stream has ended: what is still held, whatever is open."""
        ready = self._end_table() + self._end_block()
        if self._pause:
            at, pause = self._end, self._take_pause()
            silence = NormalizedClause(
                units=(), start=at, end=at, boundary=Boundary.END, opening=Boundary.NONE, break_before=pause
            )
            ready.append(silence)
        return ready

    # Prose, headings, list items, quotes.

    def _feed_text(self, clause: Clause) -> list[NormalizedClause]:
        text = clause.text
        marker = text[: clause.marker]
        if marker and not marker.isspace():  # block marks are no words; the offsets stay
            text = "".join(c if c.isspace() else " " for c in marker) + text[clause.marker :]
        self._inline.extend(
            text,
            clause.language,
            begins_line=_begins_line(clause),
            ends_line=_ends_line(clause),
            ends_sentence=clause.boundary >= Boundary.SENTENCE,
        )
        self._held.append(clause)
        self._held_length += len(text)
        too_long = len(self._held) > 1 and self._held_length > MAX_GROUP
        return self._read(final=too_long or clause.boundary >= Boundary.PARAGRAPH)

    def _end_block(self) -> list[NormalizedClause]:
        return self._read(final=True) if self._held else []

    def _read(self, *, final: bool) -> list[NormalizedClause]:
        inline = self._inline
        if not inline.run(final=final):
            return []
        held, self._held, self._held_length = self._held, [], 0
        base = held[0].start
        units = inline.builder.finish(base, [clause.end - base for clause in held[:-1]])
        breaks = [(base + at, seconds) for at, seconds in inline.breaks]
        inline.cut()
        if len(held) == 1:
            return self._say(held[0], self._numbered(held[0], units), breaks)
        ready: list[NormalizedClause] = []
        for clause, own in _shared_out(held, units):
            inside = [cut for cut in breaks if clause.start < cut[0] <= clause.end]
            ready += self._say(clause, self._numbered(clause, own), inside)
        return ready

    def _numbered(self, clause: Clause, units: list[SpeechUnit]) -> list[SpeechUnit]:
        """With the number of a list's item, if it is to be said."""
        if clause.kind is not BlockKind.LIST_ITEM:
            return units
        marker = clause.text[: clause.marker]
        label = _LABEL.search(marker)
        if label is None:
            return units
        # To Markdown `a.`, `1、`, `• 1.`, and numbers inside a line are no lists but words.
        is_markdown = (
            _begins_line(clause)
            and label[1][0].isdigit()
            and label[1][-1] != "、"
            and not marker[: label.start()].strip(_MARKDOWN)
        )
        if is_markdown and (not units or self._options.list_numbers == "skip"):
            return units
        text = label[1] if label[1].endswith("、") else f"{label[1][:-1]}. "
        return [SpeechUnit(text, clause.start + label.start(), clause.start + clause.marker), *units]

    # Tables.

    def _feed_table(self, clause: Clause) -> list[NormalizedClause]:
        if clause.kind is BlockKind.MARKUP:
            ready = self._read_row()
            if len(self._head) == 1:
                self._head.append((clause, []))
                return ready
            return ready + self._end_table() + self._say(clause, [])
        another = self._row and (self._row[-1].kind is not clause.kind or _begins_line(clause))
        ready = self._read_row() if another else []
        if clause.kind is BlockKind.TABLE_HEAD and not self._row:
            ready += self._end_table()
        self._row.append(clause)
        self._row_length += len(clause.text)
        if _ends_line(clause) or self._row_length >= MAX_ROW:
            ready += self._read_row()
        return ready

    def _end_table(self) -> list[NormalizedClause]:
        """No more rows: a head that still waits for one is said by itself."""
        if not (self._row or self._head or self._table):
            return []
        ready = self._read_row() + self._release_head(say=True)
        self._table = None
        return ready

    def _release_head(self, *, say: bool) -> list[NormalizedClause]:
        head, self._head = self._head, []
        return [spoken for clause, units in head for spoken in self._say(clause, units if say else [])]

    def _read_row(self) -> list[NormalizedClause]:
        if not self._row:
            return []
        row, self._row, self._row_length = self._row, [], 0
        clause = row[0] if len(row) == 1 else _joined(row)
        if self._options.tables == "skip":
            return self._say(clause, [])
        with_headers = self._options.tables == "rows"
        if self._table is None:
            words = wording(clause.language)
            self._table = TableReader(self._cells(clause.language), words, with_headers=with_headers)
        text = " " * clause.marker + clause.text[clause.marker :]
        if clause.kind is BlockKind.TABLE_HEAD:
            units = self._table.head(text, clause.start)
            if not with_headers:
                return self._say(clause, units)
            self._head.append((clause, units))
            return []
        ready = self._release_head(say=False)
        return ready + self._say(clause, self._table.row(text, clause.start))

    def _cells(self, language: str) -> Callable[[str, int, int], list[SpeechUnit]]:
        """What reads the inline marks of one table cell, each for itself."""
        reader = InlineReader(self._options)

        def read(row: str, left: int, right: int) -> list[SpeechUnit]:
            reader.begin_block()
            reader.extend(row[left:right], language, begins_line=False)
            reader.run(final=True)
            self._pause += sum(seconds for _, seconds in reader.breaks)
            units = reader.builder.finish(left)
            reader.cut()
            return units

        return read

    # What goes out.

    def _say(
        self, clause: Clause, units: list[SpeechUnit], breaks: Sequence[tuple[int, float]] = ()
    ) -> list[NormalizedClause]:
        """One spoken clause, or several where the text asked for a pause between words."""
        units = self._finished(clause, units)
        start, opening = clause.start, clause.opening
        ready: list[NormalizedClause] = []
        first = 0
        for at, seconds in breaks:
            last = first
            while last < len(units) and units[last].start < at:
                last += 1
            if last > first:
                boundary = Boundary.CLAUSE if last < len(units) else clause.boundary
                part = units[first:last]
                pause = self._take_pause()
                ready.append(
                    _spoken(clause, part, start=start, end=at, boundary=boundary, opening=opening, break_before=pause)
                )
                first, start, opening = last, at, boundary
            self._pause = min(self._pause + seconds, MAX_PAUSE)
        if start < clause.end:
            rest = units[first:] if first else units
            pause = self._take_pause() if rest else 0.0
            end, boundary = clause.end, clause.boundary
            ready.append(
                _spoken(clause, rest, start=start, end=end, boundary=boundary, opening=opening, break_before=pause)
            )
        return ready

    def _take_pause(self) -> float:
        pause, self._pause = self._pause, 0.0
        return pause

    def _finished(self, clause: Clause, units: list[SpeechUnit]) -> list[SpeechUnit]:
        """With the space before the first word, the stop after the last, and long numbers spelled."""
        first = units[0] if units else None
        before = clause.text[: first.start - clause.start] if first else clause.text
        self._blank = self._blank or _BLANK.search(before) is not None
        self._line = self._line or "\n" in before
        if first is None:
            return units
        after_cjk = CJK_AT_END.search(self._said) is not None
        before_cjk = CJK_AT_START.match(first.text) is not None
        if self._blank:
            spaced = not (self._line and after_cjk and before_cjk)  # lines of CJK join without a space
        else:  # a sentence that follows unspaced, as is right for CJK only
            spaced = clause.opening >= Boundary.LINE and not (after_cjk or before_cjk)
        least = self._options.spell_digits
        if least:
            units = [spell(unit, least) if unit.end - unit.start >= least else unit for unit in units]
        if _wants_stop(clause):
            units[-1] = _stopped(units[-1], clause.language)
        if spaced and self._said:
            units[0] = SpeechUnit(" " + units[0].text, first.start, first.end)
        last = units[-1].text
        self._said = "" if last.endswith(" ") else last[-8:]
        self._blank = clause.text[-1].isspace()
        self._line = self._blank and "\n" in clause.text[units[-1].start - clause.start :]
        return units


def _begins_line(clause: Clause) -> bool:
    return clause.start == 0 or "\n" in clause.text[: clause.marker]


def _ends_line(clause: Clause) -> bool:
    """Whether a line surely ends here; one that ends with a sentence shows it only with the next clause."""
    return clause.boundary is Boundary.LINE or clause.boundary >= Boundary.PARAGRAPH


def _begins_block(clause: Clause, before: BlockKind | None) -> bool:
    if clause.opening >= Boundary.PARAGRAPH or clause.kind is not before:
        return True
    begins_line = clause.opening >= Boundary.LINE and clause.text[: clause.marker].strip() != ""
    return begins_line and clause.kind in _ONE_LINE


def _wants_stop(clause: Clause) -> bool:
    """Whether the clause stands for itself, so that a voice should come to rest after it."""
    if clause.boundary < Boundary.LINE:
        return False
    if clause.kind in _ONE_LINE:
        return True
    text = clause.text.strip()
    return (
        _begins_line(clause) and len(text) > 4 and text[:2] in {"**", "__"} and text.endswith(text[:2])
    )  # a heading in all but name


def _stopped(unit: SpeechUnit, language: str) -> SpeechUnit:
    text = unit.text.rstrip()
    if ends_with_mark(text):
        return unit
    stop = "。" if CJK_AT_END.search(text) else wording(language).stop
    return SpeechUnit(text + stop, unit.start, unit.end)


def _joined(clauses: Sequence[Clause]) -> Clause:
    first, last = clauses[0], clauses[-1]
    return Clause(
        text="".join(clause.text for clause in clauses),
        start=first.start,
        end=last.end,
        boundary=last.boundary,
        opening=first.opening,
        kind=first.kind,
        marker=first.marker,
        language=first.language,
    )


def _shared_out(clauses: list[Clause], units: list[SpeechUnit]) -> list[tuple[Clause, list[SpeechUnit]]]:
    """Each clause with the pieces that begin in it; those that a piece spans become one."""
    shares: list[tuple[Clause, list[SpeechUnit]]] = []
    group: list[Clause] = []
    own: list[SpeechUnit] = []
    at = 0
    for clause in clauses:
        group.append(clause)
        while at < len(units) and units[at].start < clause.end:
            own.append(units[at])
            at += 1
        if own and own[-1].end > clause.end:
            continue
        shares.append((_joined(group), own))
        group, own = [], []
    return shares


def _spoken(
    clause: Clause,
    units: Sequence[SpeechUnit],
    *,
    start: int,
    end: int,
    boundary: Boundary,
    opening: Boundary,
    break_before: float,
) -> NormalizedClause:
    return NormalizedClause(
        units=tuple(units),
        start=start,
        end=end,
        boundary=boundary,
        opening=opening,
        kind=clause.kind,
        language=clause.language,
        break_before=break_before,
    )
