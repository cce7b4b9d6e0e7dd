"""The `triolet` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; say what to install if its packages are missing."""
    try:
        import rich  # noqa: F401, PLC0415  # pyright: ignore[reportUnusedImport]
        import typer  # noqa: F401, PLC0415  # pyright: ignore[reportUnusedImport]
    except ModuleNotFoundError as error:
        sys.exit(f'the triolet command needs {error.name}: pip install "triolet[cli]"')
    from triolet_adapters.cli._app import app  # noqa: PLC0415 -- it needs what was looked for above

    app()
