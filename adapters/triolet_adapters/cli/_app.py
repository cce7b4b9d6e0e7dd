"""The command and its sub-commands; each is in a module of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from triolet_adapters.cli import (
    _cache,
    _chat,
    _demo,
    _doctor,
    _narrate,
    _replay,
    _say,
    _segments,
    _serve,
    _service,
    _spoken,
    _trace,
)
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
serve = typer.Typer(invoke_without_command=True)

app.command()(_demo.demo)
app.command()(_say.say)
app.command()(_chat.chat)
app.command()(_segments.segments)
app.command()(_spoken.spoken)
app.add_typer(serve, name="serve")
serve.callback()(_service.serve)
serve.command("tts")(_serve.tts)
serve.command("key")(_service.key)
app.add_typer(_cache.app, name="cache")
app.command()(_doctor.doctor)
app.command()(_replay.replay)
app.command()(_trace.trace)
app.command("narrate")(_narrate.narrate_)


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
