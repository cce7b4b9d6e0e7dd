"""A small, honest cutter of documents into clauses. It cuts at lines, and inside a line at marks or wherever it is told."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable

from triolet._model._text import BlockKind, Boundary, Clause, NormalizedClause, SpeechUnit
from triolet.normalization import NormalizationOptions, NormalizerCore

_FENCE = re.compile(r"[ >]*(`{3,}|~{3,})")
_MARKS = re.compile(r"(?:[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+|\d{1,9}[.)][ \t]+|>[ \t]?))*[ \t]*")
_RULE = re.compile(r"[ >]*(?:([-*_])(?:[ \t]*\1){2,}|=+)[ \t]*\Z")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_CUT = re.compile(r"[.!?。！？][)\"'”’」*_]*(?=\s|\Z)|[。！？，、][”」*]*|[,;:](?=\s)")
_KINDS = {"#": BlockKind.HEADING, ">": BlockKind.QUOTE}


def at_marks(line: str) -> list[int]:
    """Where sentences and clauses end."""
    return [mark.end() for mark in _CUT.finditer(line)]


def kinds(lines: list[str]) -> list[tuple[BlockKind, int]]:
    """The kind of each line, and how many characters of it are marks."""
    result: list[tuple[BlockKind, int]] = []
    fence = ""
    table = False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        fenced = _FENCE.match(line)
        marks = _MARKS.match(line)
        assert marks is not None
        sign = marks[0].strip()[-1:]
        heads_table = "|" in line and "|" in following and _DELIMITER.match(following) is not None
        if fence or fenced:
            closes = fence and fenced and fenced[1].startswith(fence) and not line[fenced.end() :].strip()
            fence = "" if closes else fence or (fenced[1] if fenced else "")
            result.append((BlockKind.CODE, 0))
        elif table and line.strip():
            result.append((BlockKind.MARKUP if _DELIMITER.match(line) else BlockKind.TABLE_ROW, 0))
        elif heads_table:
            result.append((BlockKind.TABLE_HEAD, 0))
        elif line.startswith("    ") and (
            not result or result[-1][0] is BlockKind.CODE or not lines[len(result) - 1].strip()
        ):
            result.append((BlockKind.CODE, 0))
        elif _RULE.match(line):
            result.append((BlockKind.MARKUP, 0))
        else:
            kind = BlockKind.PROSE if not sign else _KINDS.get(sign, BlockKind.LIST_ITEM)
            result.append((kind, marks.end()))
        table = heads_table or (table and bool(line.strip()))
    return result


def clauses(text: str, language: str = "en", cut: Callable[[str], Iterable[int]] = at_marks) -> list[Clause]:
    """The clauses of a document. `cut` says where to cut inside a line."""
    result: list[Clause] = []
    at = line_start = 0
    opening = Boundary.PARAGRAPH
    lines = text.split("\n")
    for line, (kind, marks) in zip(lines, kinds(lines), strict=True):
        last = line_start + len(line)
        if not line.strip():
            opening = max(opening, Boundary.PARAGRAPH)
        else:
            whole = kind in {BlockKind.CODE, BlockKind.MARKUP, BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW}
            inner = [] if whole else [line_start + end for end in cut(line) if marks < end < len(line)]
            for end in sorted({*inner, last}):
                marker = max(0, line_start + marks - at) if at <= line_start else 0
                mark = text[at:end].rstrip("*_)\"'”」")[-1:]
                boundary = Boundary.SENTENCE if mark in ".!?。！？" else Boundary.COMMA
                boundary = Boundary.LINE if end == last else boundary
                result.append(
                    Clause(
                        text=text[at:end],
                        start=at,
                        end=end,
                        boundary=boundary,
                        opening=opening,
                        kind=kind,
                        marker=marker,
                        language=language,
                    )
                )
                opening, at = boundary, end
        line_start = last + 1
    if at < len(text):
        tail = text[at:]
        result.append(
            Clause(text=tail, start=at, end=len(text), boundary=Boundary.END, opening=opening, marker=len(tail))
        )
    return result


def speak(items: Iterable[Clause], options: NormalizationOptions | None = None) -> list[NormalizedClause]:
    """What the core makes of clauses."""
    core = NormalizerCore(options)
    return [*itertools.chain.from_iterable(core.feed(clause) for clause in items), *core.flush()]


def words(
    text: str,
    options: NormalizationOptions | None = None,
    language: str = "en",
    cut: Callable[[str], Iterable[int]] = at_marks,
) -> str:
    """What is said of a document."""
    return "".join(clause.words for clause in speak(clauses(text, language, cut), options)).strip()


def units(text: str, options: NormalizationOptions | None = None, language: str = "en") -> list[SpeechUnit]:
    """The units of a document."""
    return [unit for clause in speak(clauses(text, language), options) for unit in clause.units]
