"""`triolet trace`: one turn, drawn."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import trio
import typer

from triolet_adapters.cli._run import run
from triolet_adapters.watching.trace import heard_wav, load_turn, page, svg, terminal


def trace(
    turn: Annotated[
        str, typer.Argument(help="A folder that --record wrote, or the name of a turn that a service has kept.")
    ],
    kept: Annotated[
        Path | None,
        typer.Option(
            "--in", envvar="TRIOLET_SERVE_RECORD_DIR", help="Where the service keeps its turns (its record_dir)."
        ),
    ] = None,
    svg_file: Annotated[Path | None, typer.Option("--svg", help="Draw it into this SVG file.")] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write a page: the picture, and the sound if it was recorded.")
    ] = None,
) -> None:
    """Draw when the words of a turn were written, committed, received and heard, and what was late.

    Without --svg and --html it is drawn in the terminal. A page is one file, with all that it needs.

    [bold]Examples[/]

      triolet say "Hello." --record turn

      triolet trace turn

      triolet trace turn --html turn.html

      triolet trace turn_1f00c2 --in /var/lib/triolet/turns
    """

    async def command() -> None:
        await trio.lowlevel.checkpoint()
        folder = folder_of(turn, kept)
        picture = load_turn(folder)
        if svg_file is not None:
            svg_file.write_text(svg(picture), "utf-8")
        if html_file is not None:
            html = page(picture, title=f"Turn {folder.name}", wav=heard_wav(folder, picture))
            html_file.write_text(html, "utf-8")
        if svg_file is None and html_file is None:
            width = shutil.get_terminal_size((100, 24)).columns
            sys.stdout.writelines(f"{line}\n" for line in terminal(picture, width))

    run(command)


def folder_of(turn: str, kept: Path | None) -> Path:
    """The folder of a turn.

    Raises:
        ValueError: there is none.
    """
    if Path(turn).is_dir():
        return Path(turn)
    if kept is None:
        raise ValueError(f"there is no folder {turn}: name one that --record wrote, or give --in for a service's turns")
    if not (kept / turn).is_dir() or turn in {".", ".."}:
        raise ValueError(f"there is no turn {turn} in {kept}")
    return kept / turn
