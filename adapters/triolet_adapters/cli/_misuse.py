"""What the parser of the command line refuses, in one sentence of ours, as every other mistake is told."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Generator
from typing import Any, cast

import typer
from typer.core import TyperGroup

from triolet_adapters.cli._commands import LazyCommands
from triolet_adapters.cli._run import MISUSED

_CHOICE = re.compile(r"'(?P<given>[^']*)' is not one of (?P<choices>.*?)\.?$")
_EXTRA = re.compile(r"unexpected extra argument(?:s|\(s\))? \((.*)\)")
_UNKNOWN = re.compile(r"No such (?P<what>option|command):? '?(?P<given>[^\s']+)'?")
_UsageError = cast("type[Exception]", typer.BadParameter.__bases__[0])
"""All that the parser refuses. Typer does not export it, and the class it is of is another in its newer versions."""
_TEXTS = {"say": "TEXT", "chat": "PROMPT"}
"""The sub-commands that take a text, which a shell cuts at spaces unless it stands in quotes."""


class Commands(TyperGroup):
    """The sub-commands. A mistake in their arguments is one line on standard error, and exit code 2."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.commands = LazyCommands()

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the arguments of the command itself (a hook of typer)."""
        with _told():
            return super().make_context(*args, **kwargs)

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        """Read the arguments of a sub-command, and run it (a hook of typer)."""
        with _told():
            return super().invoke(*args, **kwargs)


@contextlib.contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # it shows the help
            raise
        sys.stderr.write(f"triolet: {in_our_words(error)}\n")
        sys.exit(MISUSED)


def in_our_words(error: Any) -> str:
    """One sentence for an error of the parser, which says what to do."""
    said = " ".join(str(error.format_message()).split())
    path = "triolet" if error.ctx is None else str(error.ctx.command_path)
    name = path.removeprefix("triolet ")
    if (extra := _EXTRA.search(said)) is not None:
        if name in _TEXTS:
            return (
                f"{name} takes one {_TEXTS[name]}, and {extra[1]!r} comes behind it: put the whole text in quotes, "
                f'such as {path} "Hello there."'
            )
        return f"{name} does not know what to do with {extra[1]!r}; see {path} --help"
    if (choice := _CHOICE.search(said)) is not None:
        options = [option for option in getattr(error.param, "opts", ()) if option.startswith("--")]
        choices = " or ".join(choice["choices"].replace("'", "").split(", "))
        return f"{' '.join([*options[:1], choice['given']])}: it must be {choices}"
    if (unknown := _UNKNOWN.search(said)) is not None:
        what = f"no {unknown['what']} {unknown['given']}"
        return f"there is {what}" + (f" of {name}" if name != "triolet" else "") + f"; see {path} --help"
    return f"{said.removesuffix('.')}; see {path} --help"
