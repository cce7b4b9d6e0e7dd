"""`triolet serve`: the service, and what is below it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import trio
import typer

from triolet import Alone, keep_gc_quiet, quiet_gc
from triolet_adapters.cli._run import ending_gently, run
from triolet_adapters.cli._serve import tts

CONFIG = "TRIOLET_SERVE_CONFIG"
"""The variable that has the path of the configuration."""


def serve(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(envvar=CONFIG, help="A TOML file with settings, voices and keys.", show_default="none"),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1, for this machine only")
    ] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one.", show_default="8765")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that share the port.", show_default="1")] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A name by which clients may call it, besides localhost and any address; * for any name."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="A web page that may use it, such as https://app.example; * for any page."),
    ] = None,
    log: Annotated[str | None, typer.Option(help="Logs on standard error: text, or json.", show_default="text")] = None,
    insecure_no_key: Annotated[
        bool, typer.Option("--insecure-no-key", help="Let other machines in without a key.")
    ] = False,
) -> None:
    """Serve speech to other programs over HTTP and WebSocket, until Ctrl-C or SIGTERM.

    Prints its URL. POST /v1/audio/speech is as OpenAI's. On this machine it needs no key; on another --host it needs keys in its
    configuration. When it is told to end, it takes no more turns, ends those that run, and leaves with exit code 0. Told again,
    it cuts them off, says how many, and leaves with 143 (SIGTERM) or 130 (Ctrl-C).

    [bold]Examples[/]

      triolet serve

      triolet serve --config service.toml --workers 2

      curl http://127.0.0.1:8765/v1/audio/speech -H "Content-Type: application/json" -d '{"input": "Hello."}' -o hello.mp3
    """
    if context.invoked_subcommand is not None:
        return

    async def command() -> None:
        from triolet_adapters.service import ServiceConfig, WrongEntry  # noqa: PLC0415 -- an extra
        from triolet_adapters.service import serve as serve_all  # noqa: PLC0415
        from triolet_adapters.service.logs import set_up_logs  # noqa: PLC0415

        text = ""
        if config is not None:
            try:
                text = config.read_text("utf-8")  # noqa: ASYNC240 -- before anything else runs
            except (OSError, UnicodeDecodeError) as error:
                raise WrongEntry(f"--config {config}: {getattr(error, 'strerror', None) or error}") from error
        flags = {
            "host": host, "port": port, "workers": workers, "allowed_hosts": allow_host, "allowed_origins": allow_origin,
            "log": log, "insecure_no_key": insecure_no_key or None,
        }  # fmt: skip
        variables = {name: value for name, value in os.environ.items() if name != CONFIG}
        settings = ServiceConfig.read(text, variables, flags, name=str(config))
        set_up_logs(settings.log)
        stop, at_once = trio.Event(), trio.Event()
        with Alone(), ending_gently(at_once.set), ending_gently(stop.set):  # the last one first
            async with trio.open_nursery() as nursery:

                async def run_all(task_status: trio.TaskStatus[str]) -> None:
                    await serve_all(settings, stop=stop, at_once=at_once, task_status=task_status)
                    nursery.cancel_scope.cancel(reason="the service has ended")

                url = await nursery.start(run_all)
                quiet_gc()
                nursery.start_soon(keep_gc_quiet)
                sys.stdout.write(f"{url}\n")
                sys.stdout.flush()
                if sys.stderr.isatty():
                    sys.stderr.write("Ctrl-C ends it.\n")

    run(command, stopped=0)


def key(
    name: Annotated[str, typer.Argument(help="Who will use it, such as mobile-app: logs and limits have this name.")],
) -> None:
    """Make an API key for a client of the service.

    The key is shown once, on standard error. Standard output gets the table for the configuration, which holds its hash only. To
    replace a key, put the new table in the place of the old one, and start the service anew.

    [bold]Example[/]

      triolet serve key mobile-app >> service.toml
    """
    from triolet_adapters.service import ServiceConfig, WrongEntry  # noqa: PLC0415 -- an extra
    from triolet_adapters.service.config import hash_of  # noqa: PLC0415
    from triolet_adapters.service.guard import new_key  # noqa: PLC0415

    made = new_key()
    table = f'[keys."{name}"]\nsha256 = "{hash_of(made)}"\n'
    try:
        ServiceConfig.read(table, name="NAME")
    except WrongEntry as error:
        raise typer.BadParameter(str(error).removeprefix("NAME: ")) from None
    sys.stderr.write(f"The key of {name}, shown once: {made}\n")
    sys.stdout.write(f"\n{table}")


app = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode="rich")
app.callback()(serve)
app.command("tts")(tts)
app.command("key")(key)
