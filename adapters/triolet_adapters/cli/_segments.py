"""`triolet segments`: where a text would be cut, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import trio
import typer

from triolet import BlockKind, Boundary, Clause
from triolet_adapters.cli._cutting import Cutting, cut
from triolet_adapters.cli._options import LanguageOption
from triolet_adapters.cli._progress import printable
from triolet_adapters.cli._run import run
from triolet_adapters.cli._text_input import blocks, standard_input

WHY = {
    Boundary.NONE: "too long to wait for a mark",
    Boundary.CONJUNCTION: "a conjunction follows",
    Boundary.COMMA: "comma",
    Boundary.CLAUSE: "colon, semicolon or dash",
    Boundary.LINE: "end of a line that stands for itself",
    Boundary.SENTENCE: "end of a sentence",
    Boundary.PARAGRAPH: "blank line",
    Boundary.END: "end of the text",
}


def segments(
    file: Annotated[Path, typer.Argument(help="A text file, or - for standard input.")],
    language: LanguageOption = "auto",
    as_object: Annotated[bool, typer.Option("--json", help="Print one JSON object: clauses and phrases.")] = False,
) -> None:
    """Show where a text would be cut, and why.

    For each clause: its offsets in the text, how strong the break at its end is and why, what part of a document it belongs to,
    and the phrase in which it is committed. Below it, what would be said of it where that differs.

    [bold]Examples[/]

      triolet segments answer.md

      echo "Dr. Smith paid 3.50, and left." | triolet segments -

      triolet segments answer.md --json | jq '.phrases[].words'
    """

    async def command() -> None:
        text: Iterable[str]
        if file == Path("-"):
            text = [block async for block in standard_input()]
        else:
            text = blocks(file)
            await trio.lowlevel.checkpoint()
        cutting = cut(text, language)
        if as_object:
            json.dump(as_json(cutting), sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        else:
            sys.stdout.writelines(f"{line}\n" for line in lines(cutting))

    run(command)


def lines(cutting: Cutting) -> Iterator[str]:
    """The table, line by line."""
    if not cutting.clauses:
        yield "nothing to cut: the text is empty"
        return
    width = len(str(cutting.clauses[-1].end))
    yield f"{'offsets':<{2 * width + 2}}  {'strength':<11}  {'phrase':>6}  text"
    for clause in cutting.clauses:
        phrase = cutting.phrase_at(clause.end - 1)
        number = "-" if phrase is None else str(phrase.index)
        offsets = f"{clause.start:>{width}}-{clause.end:<{width}}"
        yield f"{offsets}   {clause.boundary.name.lower():<11}  {number:>6}  {shown(clause.text)}"
        indent = " " * (2 * width + 2 + 2 + 11 + 2 + 6 + 2)
        yield f"{indent}  {why(clause)}"
        words = cutting.words_in(clause.start, clause.end)
        if words != printable(clause.text):
            yield f"{indent}  says: {printable(words)}" if words else f"{indent}  says nothing"
    spoken = sum(len(phrase.words) for phrase in cutting.phrases)
    yield f"{len(cutting.clauses)} clauses, {len(cutting.phrases)} phrases, {spoken} characters to say"


def why(clause: Clause) -> str:
    """Why the clause ends where it does, and what it is."""
    reason = WHY[clause.boundary]
    return reason if clause.kind is BlockKind.PROSE else f"{reason}; {clause.kind.value}"


def shown(text: str) -> str:
    """A clause with its line ends visible."""
    return printable(text.strip(" ").replace("\n", "⏎")) if text.strip() else "(blank)"


def as_json(cutting: Cutting) -> dict[str, Any]:
    """`clauses`: text, start, end, boundary, opening, kind, language, says, phrase (its index, or null). `phrases`: index,
    words, start, end, boundary, kind.
    """
    clauses: list[dict[str, Any]] = []
    for clause in cutting.clauses:
        phrase = cutting.phrase_at(clause.end - 1)
        clauses.append(
            {
                "text": clause.text,
                "start": clause.start,
                "end": clause.end,
                "boundary": clause.boundary.name.lower(),
                "opening": clause.opening.name.lower(),
                "kind": clause.kind.value,
                "language": clause.language,
                "says": cutting.words_in(clause.start, clause.end),
                "phrase": None if phrase is None else phrase.index,
            }
        )
    phrases = [
        {
            "index": phrase.index,
            "words": phrase.words,
            "start": phrase.start,
            "end": phrase.end,
            "boundary": phrase.boundary.name.lower(),
            "kind": phrase.kind.value,
        }
        for phrase in cutting.phrases
    ]
    return {"clauses": clauses, "phrases": phrases}
