"""A small, honest clause cutter: lines, sentence marks, commas, and the commonest blocks. Or cuts anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from triolet._text import Boundary, Clause, Kind, Piece, SpokenClause
from triolet.spoken import SpokenOptions, SpokenTextCore

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_MARK = re.compile(r"[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+|\d{1,9}[.)][ \t]+|>[ \t]?)")
_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*\Z")
_CUT = re.compile(r"(?:[.!?。！？][)\"'”’*_\]]*(?=\s|\Z)|[。！？，、][”」*]*|[,;:](?=\s))")


def kinds(lines: Sequence[str]) -> list[tuple[Kind, int]]:
    """The kind of each line and how many characters its block mark has."""
    result: list[tuple[Kind, int]] = []
    fence = ""
    for index, line in enumerate(lines):
        before = result[-1][0] if result else None
        fenced = _FENCE.match(line)
        if fence:
            if fenced and fenced[1].startswith(fence):
                fence = ""
            result.append((Kind.CODE, 0))
        elif fenced:
            fence = fenced[1]
            result.append((Kind.CODE, 0))
        elif "|" in line and index + 1 < len(lines) and "|" in lines[index + 1] and _DELIMITER.match(lines[index + 1]):
            result.append((Kind.TABLE_HEAD, 0))
        elif "|" in line and before is Kind.TABLE_HEAD:
            result.append((Kind.MARKUP, 0))
        elif line.strip() and index > 1 and (before is Kind.TABLE_ROW or result[-2][0] is Kind.TABLE_HEAD):
            result.append((Kind.TABLE_ROW, 0))
        else:
            mark = _MARK.match(line)
            sign = mark[0].strip()[:1] if mark else ""
            kind = {"#": Kind.HEADING, ">": Kind.QUOTE, "": Kind.PROSE}.get(sign, Kind.LIST_ITEM)
            if re.fullmatch(r"\s*([-*_])(\s*\1){2,}\s*", line):
                kind, mark = Kind.MARKUP, None
            result.append((kind, mark.end() if mark else 0))
    return result


def clauses(text: str, language: str = "en", cuts: Iterable[int] | None = None) -> list[Clause]:
    """The clauses of a document; within lines cut at marks, or at `cuts` (offsets) if given."""
    chosen = None if cuts is None else set(cuts)
    result: list[Clause] = []
    at = 0
    opening = Boundary.PARAGRAPH
    lines = text.split("\n")
    gap = 0
    for index, (line, (kind, mark)) in enumerate(zip(lines, kinds(lines), strict=True)):
        if not line.strip() and kind is not Kind.CODE:
            opening = Boundary.PARAGRAPH
            gap += len(line) + 1
            continue
        begin = at + gap
        inside = (
            [m.end() for m in _CUT.finditer(line, mark)]
            if chosen is None
            else [c - begin for c in chosen if mark < c - begin < len(line)]
        )
        edges = sorted({c for c in inside if 0 < c < len(line)} | {len(line)})
        if kind is Kind.CODE:
            edges = [len(line)]
        start = at
        for edge in edges:
            end = begin + edge
            last = edge == len(line)
            boundary = (
                Boundary.LINE
                if last
                else Boundary.SENTENCE
                if line[:edge].rstrip("*_)\"'")[-1:] in ".!?。！？"
                else Boundary.COMMA
            )
            first = start == at
            marker = gap + mark if first else 0
            result.append(
                Clause(
                    text=text[start:end],
                    start=start,
                    end=end,
                    boundary=boundary,
                    opening=opening,
                    kind=kind,
                    marker=marker,
                    language=language,
                )
            ) if end > start else None
            opening = boundary
            start = end
        at = start
        gap = 1
    if at < len(text):
        result.append(Clause(text=text[at:], start=at, end=len(text), boundary=Boundary.END, opening=opening))
    return result


def spoken(items: Iterable[Clause], options: SpokenOptions | None = None) -> list[SpokenClause]:
    core = SpokenTextCore(options)
    result = [spoken for clause in items for spoken in core.feed(clause)]
    return result + core.flush()


def pieces(text: str, options: SpokenOptions | None = None, language: str = "en") -> list[Piece]:
    return [piece for clause in spoken(clauses(text, language), options) for piece in clause.pieces]


def words(
    text: str, options: SpokenOptions | None = None, language: str = "en", cuts: Iterable[int] | None = None
) -> str:
    return "".join(clause.words for clause in spoken(clauses(text, language, cuts), options))
