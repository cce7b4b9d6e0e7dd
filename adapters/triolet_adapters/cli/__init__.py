"""The `triolet` command."""

from __future__ import annotations

import contextlib
import gc
import os
import sys


def main() -> None:
    """Run the command; say what to install if its packages are missing."""
    gc.disable()  # until it runs: what reading modules makes stays, and looking for garbage in it takes a ninth of the time
    try:
        from triolet_adapters.cli._app import app  # noqa: PLC0415 -- what it imports may be missing

        app(prog_name="triolet")
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich", "click", "shellingham"):
            raise
        sys.exit(f'triolet: the command needs the package {error.name}: pip install "triolet[cli]"')
    except KeyboardInterrupt:  # before a sub-command took over
        _leave(130)
    except SystemExit as end:
        if isinstance(end.code, int) and end.code:
            _leave(end.code)
        raise


def _leave(code: int) -> None:
    """End here. A thread that was left alone may be inside a voice written in C++, which aborts when Python ends under it."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
