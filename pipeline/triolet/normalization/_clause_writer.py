"""How units become a clause that a voice can say: spaces, stops, long numbers, breaks."""

from __future__ import annotations

from collections.abc import Sequence

from triolet._model._text import BlockKind, Boundary, Clause, NormalizedClause, SpeechUnit
from triolet._tools._characters import ends_with_mark
from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._break import MAX_BREAK
from triolet.normalization._characters import BLANK, CJK_AT_END, CJK_AT_START
from triolet.normalization._digits import LEAST, SEEN, spelled
from triolet.normalization._wording import wording

_HAS_DIGITS = lazy_regex(rf"[0-9]{{{LEAST}}}")

ONE_LINE = frozenset({BlockKind.HEADING, BlockKind.LIST_ITEM})
"""Kinds of blocks that are one line of the document each."""


class ClauseWriter:
    """Makes a normalized clause of the units of each clause, in the order of the text.

    It sets the space before the first word and the stop after the last one, and spells numbers of at least `spell_digits`
    digits. It gathers the breaks that the text asks for, and puts them before the words that follow.
    """

    __slots__ = ("_blank", "_break", "_context", "_line", "_said", "_spell_digits")

    def __init__(self, spell_digits: int) -> None:
        self._spell_digits = spell_digits
        self._context = ""  # the end of the clause before, which may say what a number is
        self._said = ""  # the end of the last words, unless it is white space
        self._blank = False  # white space came since the last words
        self._line = False  # a line break came since the last words
        self._break = 0.0  # seconds, before the next words

    def add_break(self, seconds: float) -> None:
        """The text asks for silence before the next words."""
        self._break = min(self._break + seconds, MAX_BREAK)

    def write(
        self, clause: Clause, units: list[SpeechUnit], breaks: Sequence[tuple[int, float]] = ()
    ) -> list[NormalizedClause]:
        """One normalized clause; several where the text asks for a break between words.

        `breaks` are offsets in the stream, each with its seconds of silence.
        """
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
                ready.append(self._clause(clause, units[first:last], start, at, boundary, opening))
                first, start, opening = last, at, boundary
            self.add_break(seconds)
        if start < clause.end:
            ready.append(
                self._clause(clause, units[first:] if first else units, start, clause.end, clause.boundary, opening)
            )
        return ready

    def end(self, at: int) -> list[NormalizedClause]:
        """The text ends at `at`. A break after the last words becomes a clause without words."""
        if not self._break:
            return []
        seconds, self._break = self._break, 0.0
        return [
            NormalizedClause(
                units=(), start=at, end=at, boundary=Boundary.END, opening=Boundary.NONE, break_before=seconds
            )
        ]

    def _clause(
        self, clause: Clause, units: list[SpeechUnit], start: int, end: int, boundary: Boundary, opening: Boundary
    ) -> NormalizedClause:
        seconds = 0.0
        if units:
            seconds, self._break = self._break, 0.0
        return NormalizedClause(
            units=tuple(units),
            start=start,
            end=end,
            boundary=boundary,
            opening=opening,
            kind=clause.kind,
            language=clause.language,
            break_before=seconds,
        )

    def _with_spelled_numbers(self, clause: Clause, units: list[SpeechUnit]) -> list[SpeechUnit]:
        """The units with numbers spelled that name something: telephone numbers, codes."""
        before = self._context if clause.opening < Boundary.PARAGRAPH else ""
        least = min(LEAST, self._spell_digits)
        for index, unit in enumerate(units):
            if unit.end - unit.start < least or not _HAS_DIGITS.search(unit.text):
                continue
            said = before + "".join(one.text for one in units[max(0, index - SEEN) : index])
            after = "".join(one.text for one in units[index + 1 : index + 8])
            units[index] = spelled(unit, self._spell_digits, said[-SEEN:], after, clause.language)
        return units

    def _finished(self, clause: Clause, units: list[SpeechUnit]) -> list[SpeechUnit]:
        """The units with the space before the first word, the stop after the last one, and long numbers spelled."""
        first = units[0] if units else None
        before = clause.text[: first.start - clause.start] if first else clause.text
        if before:
            self._blank = self._blank or BLANK.search(before) is not None
            self._line = self._line or "\n" in before
        if first is None:
            return units
        after_cjk = CJK_AT_END.search(self._said) is not None
        before_cjk = CJK_AT_START.match(first.text) is not None
        if self._blank:
            # No space stands between lines of CJK, nor where something was left out between two sentences of it.
            spaced = not (after_cjk and before_cjk and (self._line or before.strip()))
        else:  # a sentence that follows without a space, which is right for CJK only
            spaced = clause.opening >= Boundary.LINE and not (after_cjk or before_cjk)
        if self._spell_digits:
            if _HAS_DIGITS.search(clause.text):
                units = self._with_spelled_numbers(clause, units)
            self._context = clause.text[-SEEN:]
        if _wants_stop(clause):
            units[-1] = _stopped(units[-1], clause.language)
        if spaced and self._said:
            units[0] = SpeechUnit(" " + units[0].text, first.start, first.end)
        last = units[-1].text
        self._said = "" if last.endswith(" ") else last[-8:]
        self._blank = clause.text[-1].isspace()
        self._line = self._blank and "\n" in clause.text[units[-1].start - clause.start :]
        return units


def begins_line(clause: Clause) -> bool:
    """Whether a line of the document begins in the clause's marker."""
    return clause.start == 0 or "\n" in clause.text[: clause.marker]


def _wants_stop(clause: Clause) -> bool:
    """Whether the clause stands for itself, so that a voice should come to rest after it."""
    if clause.boundary < Boundary.LINE:
        return False
    if clause.kind in ONE_LINE:
        return True
    if clause.text.rstrip()[-1:] not in "*_":
        return False
    # A line in bold is a heading in all but name.
    text = clause.text.strip()
    return begins_line(clause) and len(text) > 4 and text[:2] in {"**", "__"} and text.endswith(text[:2])


def _stopped(unit: SpeechUnit, language: str) -> SpeechUnit:
    """The unit with a full stop, unless a mark ends it."""
    text = unit.text.rstrip()
    if ends_with_mark(text):
        return unit
    stop = "。" if CJK_AT_END.search(text) else wording(language).stop
    return SpeechUnit(text + stop, unit.start, unit.end)
