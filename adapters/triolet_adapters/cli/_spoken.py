"""`triolet spoken`: what a listener would hear of a text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import trio
import typer

from triolet import Lexicon, NormalizedClause
from triolet.model_talk import ModelTalkCore
from triolet.normalization import NormalizerCore
from triolet.segmentation import SegmenterCore
from triolet.verbalization import VerbalizerCore
from triolet_adapters.cli._options import LanguageOption
from triolet_adapters.cli._progress import printable
from triolet_adapters.cli._run import run
from triolet_adapters.cli._text_input import blocks, standard_input


def spoken(
    file: Annotated[Path, typer.Argument(help="A text file, or - for standard input.")],
    language: LanguageOption = "auto",
    verbalize: Annotated[
        bool,
        typer.Option(
            "--verbalize", help="Numbers, dates and units in words, as for a voice that says none of them itself."
        ),
    ] = False,
    pieces: Annotated[
        bool,
        typer.Option("--pieces", help="Each piece that is heard together, beside the raw text that it stands for."),
    ] = False,
    lexicon: Annotated[
        Path | None, typer.Option(help="How certain words are said: a .toml file, or a W3C lexicon (.pls, .xml).")
    ] = None,
) -> None:
    """Show what a listener would hear of a text, before anybody listens.

    [bold]Examples[/]

      triolet spoken answer.md

      echo 'It costs 5 %.' | triolet spoken - --verbalize

      triolet spoken answer.md --pieces --language de
    """

    async def command() -> None:
        words = [] if lexicon is None else [lexicon_of(lexicon)]
        if file == Path("-"):
            text = "".join([block async for block in standard_input()])
        else:
            text = "".join(blocks(file))
            await trio.lowlevel.checkpoint()
        text = answer_of(text)
        clauses = said(text, language, verbalize=verbalize, lexicon=words)
        lines = (
            piece_lines(text, clauses) if pieces else [printable("".join(clause.words for clause in clauses).strip())]
        )
        sys.stdout.writelines(f"{line}\n" for line in lines)

    run(command)


def lexicon_of(path: Path) -> Lexicon:
    """The lexicon of a file.

    Raises:
        ValueError: it is none.
    """
    return Lexicon.from_toml(path) if path.suffix.lower() == ".toml" else Lexicon.from_pls(path)


def answer_of(text: str) -> str:
    """The text without the model's reasoning and calls. Offsets count in what is left."""
    talk = ModelTalkCore()
    return talk.feed(text) + talk.flush()


def said(text: str, language: str, *, verbalize: bool, lexicon: list[Lexicon]) -> list[NormalizedClause]:
    """The clauses of a text as they are said.

    Raises:
        ValueError: an unknown language.
    """
    segmenter, normalizer = SegmenterCore(language), NormalizerCore()
    words = VerbalizerCore(None if verbalize else (), region=segmenter.region, lexicon=lexicon)
    clauses = segmenter.feed(text) + segmenter.flush()
    ready = [one for clause in clauses for one in normalizer.feed(clause)] + normalizer.flush()
    return [words.feed(clause) for clause in ready]


def piece_lines(text: str, clauses: Iterable[NormalizedClause]) -> Iterator[str]:
    """A line for each piece: its offsets, what is said, and the raw text where that differs."""
    width = len(str(len(text)))
    for clause in clauses:
        for unit in clause.units:
            raw = printable(text[unit.start : unit.end].strip().replace("\n", "⏎"))
            words = printable(unit.text.strip())
            line = f"{unit.start:>{width}}-{unit.end:<{width}}  {words}"
            yield line if raw == words else f"{line}  <- {raw}"
