"""The rows of tables: held until each can be said."""

from __future__ import annotations

from collections.abc import Callable

from triolet._model._text import BlockKind, Boundary, Clause, NormalizedClause, SpeechUnit
from triolet.normalization._clause_writer import ClauseWriter, begins_line
from triolet.normalization._group import as_one
from triolet.normalization._inline import InlineReader
from triolet.normalization._options import MAX_ROW, NormalizationOptions
from triolet.normalization._table import TableReader
from triolet.normalization._wording import wording


class TableRows:
    """Takes the clauses of tables. A row is ready when its line ends; a head, when the line after it shows that it is one."""

    def __init__(self, options: NormalizationOptions, writer: ClauseWriter) -> None:
        self._options = options
        self._writer = writer
        self._row: list[Clause] = []  # the parts of a row, or of a head, that is not complete
        self._row_length = 0
        self._head: list[tuple[Clause, list[SpeechUnit]]] = []  # a head that waits for a row, and the line below it
        self._table: TableReader | None = None

    @property
    def waiting(self) -> bool:
        """Whether a row or a head is held, so that a line of marks belongs to the table."""
        return bool(self._head or self._row)

    def feed(self, clause: Clause) -> list[NormalizedClause]:
        """Take a clause of a table, or of the line below its head. Return what is ready."""
        if clause.kind is BlockKind.MARKUP:
            ready = self._read_row()
            if len(self._head) == 1:
                self._head.append((clause, []))
                return ready
            return ready + self.end() + self._writer.write(clause, [])
        another = self._row and (self._row[-1].kind is not clause.kind or begins_line(clause))
        ready = self._read_row() if another else []
        if clause.kind is BlockKind.TABLE_HEAD and not self._row:
            ready += self.end()
        self._row.append(clause)
        self._row_length += len(clause.text)
        if ends_line(clause) or self._row_length >= MAX_ROW:
            ready += self._read_row()
        return ready

    def end(self) -> list[NormalizedClause]:
        """The table has no more rows. A head that still waits for one is said by itself."""
        if not (self._row or self._head or self._table):
            return []
        ready = self._read_row() + self._release_head(say=True)
        self._table = None
        return ready

    def _release_head(self, *, say: bool) -> list[NormalizedClause]:
        head, self._head = self._head, []
        return [ready for clause, units in head for ready in self._writer.write(clause, units if say else [])]

    def _read_row(self) -> list[NormalizedClause]:
        if not self._row:
            return []
        row, self._row, self._row_length = self._row, [], 0
        clause = as_one(row)
        if self._options.tables == "skip":
            return self._writer.write(clause, [])
        with_headers = self._options.tables == "rows"
        if self._table is None:
            words = wording(clause.language)
            self._table = TableReader(self._cells(clause.language), words, with_headers=with_headers)
        text = " " * clause.marker + clause.text[clause.marker :]
        if clause.kind is BlockKind.TABLE_HEAD:
            units = self._table.head(text, clause.start)
            if not with_headers:
                return self._writer.write(clause, units)
            self._head.append((clause, units))
            return []
        ready = self._release_head(say=False)
        return ready + self._writer.write(clause, self._table.row(text, clause.start))

    def _cells(self, language: str) -> Callable[[str, int, int], list[SpeechUnit]]:
        """A function that reads the inline marks of one cell, each cell by itself."""
        reader = InlineReader(self._options)

        def read(row: str, left: int, right: int) -> list[SpeechUnit]:
            if not row[left:right].strip():
                return []
            reader.begin_block()
            reader.extend(row[left:right], language, begins_line=False)
            reader.run(final=True)
            for _, seconds in reader.breaks:
                self._writer.add_break(seconds)
            units = reader.builder.finish(left)
            reader.cut()
            return units

        return read


def ends_line(clause: Clause) -> bool:
    """Whether a line surely ends with the clause. Where a sentence ends it, only the next clause shows whether a line does."""
    return clause.boundary is Boundary.LINE or clause.boundary >= Boundary.PARAGRAPH
