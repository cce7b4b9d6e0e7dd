"""The command itself; its sub-commands are in `_commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from triolet_adapters.cli._misuse import Commands
from triolet_adapters.cli._record import versions

EPILOG = (
    "Exit codes: 0 done; 1 a service, a model, a voice or a device failed; 2 misused: a wrong option, an empty text, a file or "
    "folder that does not exist; 130 interrupted; 143 terminated. What was heard before is kept and reported."
)

app = typer.Typer(
    name="triolet",
    cls=Commands,
    help="Speak an LLM's token stream while it is still being written.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        [number] = versions(["triolet"]).values()
        typer.echo(f"triolet {number or 'from its source'}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of the command itself."""
