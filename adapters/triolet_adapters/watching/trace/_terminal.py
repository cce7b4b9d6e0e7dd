"""The waterfall of a turn in a terminal: lines of text, as wide as it is."""

from __future__ import annotations

from collections.abc import Iterator

from triolet_adapters.watching.trace._picture import PhrasePicture, TurnPicture
from triolet_adapters.watching.trace._svg import summary

LEAST = 20
"""Columns that the time axis has at least; a narrower terminal wraps."""

READY, ASKED, COMES, HEARD, LOST, SILENT = "·", "─", "═", "█", "x", "!"
LEGEND = f"{READY} ready  {ASKED} committed  {COMES} audio comes  {HEARD} heard  {LOST} lost  {SILENT} late: silence"


def terminal(picture: TurnPicture, width: int = 80) -> Iterator[str]:
    """The lines, without their ends. Each phrase has two: how its audio came, and when it was heard."""
    words = min(28, max(8, width // 3))
    columns = max(LEAST, width - words - 1)
    yield summary(picture)
    yield ""
    yield " " * (words + 1) + _axis(picture, columns)
    yield f"{'tokens':<{words}} " + _marks(picture, columns, picture.tokens, "|")
    yield f"{'clauses':<{words}} " + _marks(picture, columns, picture.clauses, "|")
    for phrase in picture.phrases:
        name = phrase.words or f"phrase {phrase.index}"
        shown = name if len(name) <= words else f"{name[: words - 1]}…"
        yield f"{shown:<{words}} {_came(picture, phrase, columns)}".rstrip()
        yield f"{_state(phrase):<{words}} {_heard(picture, phrase, columns)}".rstrip()
    if picture.gaps:
        late = [" "] * columns
        for start, end in picture.gaps:
            _fill(picture, late, start, end, SILENT)
        yield f"{'late':<{words}} {''.join(late)}".rstrip()
    yield ""
    yield LEGEND
    if not picture.realtime:
        yield "It was written to a file: what is heard is in the seconds of the file."


def _state(phrase: PhrasePicture) -> str:
    tries = f", {len(phrase.commits)} commits" if len(phrase.commits) > 1 else ""
    return f"  {phrase.state}{tries}"


def _column(picture: TurnPicture, columns: int, at: float) -> int:
    return min(columns - 1, max(0, int(at / picture.seconds * columns)))


def _fill(picture: TurnPicture, row: list[str], start: float, end: float, sign: str) -> None:
    first, last = _column(picture, len(row), start), _column(picture, len(row), max(start, end - 1e-9))
    row[first : last + 1] = sign * (last + 1 - first)


def _marks(picture: TurnPicture, columns: int, times: tuple[float, ...], sign: str) -> str:
    row = [" "] * columns
    for time in times:
        row[_column(picture, columns, time)] = sign
    return "".join(row).rstrip()


def _came(picture: TurnPicture, phrase: PhrasePicture, columns: int) -> str:
    row = [" "] * columns
    if phrase.ready is not None:
        _fill(picture, row, phrase.ready, phrase.committed or phrase.ready, READY)
    for commit in phrase.commits:
        end = picture.seconds if commit.end is None else commit.end
        first = end if commit.first_audio is None else commit.first_audio
        _fill(picture, row, commit.at, first, ASKED)
        if commit.first_audio is not None:
            _fill(picture, row, first, end, COMES)
        if commit.outcome in {"lost", "failed"}:
            row[_column(picture, columns, end)] = LOST
    return "".join(row)


def _heard(picture: TurnPicture, phrase: PhrasePicture, columns: int) -> str:
    row = [" "] * columns
    for start, end in phrase.sounds:
        _fill(picture, row, start, end, HEARD)
    return "".join(row)


def _axis(picture: TurnPicture, columns: int) -> str:
    row = [" "] * (columns + 8)
    step = next((step for step in (0.25, 0.5, 1, 2, 5, 10, 30, 60, 120) if picture.seconds / step * 7 <= columns), 300)
    for number in range(int(picture.seconds / step) + 1):
        label = f"{number * step:g}s"
        at = _column(picture, columns, number * step)
        row[at : at + len(label)] = label
    return "".join(row).rstrip()
