"""The sub-commands. The module of each is read when it is asked for: reading them all takes longer than saying a sentence."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, MutableMapping
from typing import Any

import typer

PLACES = {
    "demo": "_demo:demo",
    "say": "_say:say",
    "chat": "_chat:chat",
    "segments": "_segments:segments",
    "spoken": "_spoken:spoken",
    "doctor": "_doctor:doctor",
    "replay": "_replay:replay",
    "trace": "_trace:trace",
    "narrate": "_narrate:narrate_",
    "serve": "_service:app",
    "cache": "_cache:app",
}
"""Module and name: a function, or an app with sub-commands of its own. In the order of `triolet --help`."""


def part(name: str) -> typer.Typer:
    """A sub-command as an app."""
    module, _, attribute = PLACES[name].partition(":")
    found = getattr(importlib.import_module(f"{__package__}.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return found
    app = typer.Typer(add_completion=False, rich_markup_mode="rich")
    app.command(name)(found)
    return app


class LazyCommands(MutableMapping[str, Any]):
    """Every sub-command by its name; looking one up makes it."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made and name in PLACES:
            self._made[name] = typer.main.get_command(part(name))
            self._made[name].name = name
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(PLACES)

    def __len__(self) -> int:
        return len(PLACES)

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]
