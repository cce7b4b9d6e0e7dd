"""The reference of the command: what its functions say, as Markdown."""

from __future__ import annotations

import enum
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from types import NoneType
from typing import Any, cast

import typer

from triolet_adapters.cli._app import EPILOG
from triolet_adapters.cli._commands import PLACES, part


def sections() -> str:
    """A section for each sub-command."""
    functions = (found for name in PLACES for found in _commands(name, part(name)))
    return "\n\n".join([*(_section(f"triolet {name}", function) for name, function in functions), EPILOG])


def _commands(name: str, app: typer.Typer) -> Iterator[tuple[str, Callable[..., Any]]]:
    """A sub-command, or one that has others, and those."""
    if (group := app.registered_callback) is not None and group.callback is not None:
        yield name, group.callback
    for command in app.registered_commands:
        assert command.callback is not None
        below = command.name or command.callback.__name__
        yield name if below == name else f"{name} {below}", command.callback


def _section(path: str, function: Callable[..., Any]) -> str:
    hints = typing.get_type_hints(function, include_extras=True)
    arguments: list[str] = []
    rows: list[str] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if hints[name] is typer.Context:
            continue
        kind, info = _read(hints[name])
        if isinstance(info, typer.models.ArgumentInfo):
            shown = info.metavar or name.upper()
            arguments.append(shown if parameter.default is parameter.empty else f"[{shown}]")
            head = f"`{shown}`"
        else:
            names = [str(given) for given in (info.default, *(info.param_decls or ())) if str(given).startswith("-")]
            head = ", ".join(f"`{given}`" for given in names or [f"--{name.replace('_', '-')}"])
            if kind is not bool:
                head += f" {info.metavar or _metavar(kind)}"
        rows.append(f"| {head} | {_meaning(info, parameter.default)} |")
    usage = " ".join([path, *arguments, "[OPTIONS]"])
    table = ["| option | |", "| --- | --- |", *rows] if rows else []
    return "\n".join([f"## {path}", "", f"```console\n{usage}\n```", "", _text(function.__doc__ or ""), "", *table])


def _read(annotation: Any) -> tuple[Any, Any]:
    """The type and what is said of it, out of `Annotated[... | None, typer.Option(...)]`."""
    kind, info, *_ = typing.get_args(annotation)
    types = [each for each in typing.get_args(kind) or (kind,) if each is not NoneType]
    return types[0], info


def _metavar(kind: Any) -> str:
    if isinstance(kind, enum.EnumMeta):
        return " or ".join(f"`{each.value}`" for each in cast("type[enum.Enum]", kind))
    return "`PATH`" if kind is Path else "`NUMBER`" if kind in (int, float) else "`TEXT`"


def _text(text: str) -> str:
    """Help as it is written for rich: examples become a block."""
    text = inspect.cleandoc(text.replace("\b", ""))
    words, _, examples = text.partition("[bold]Examples[/]")
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    return _plain(words) + ("\n\n```console\n" + "\n".join(lines) + "\n```" if lines else "")


def _plain(text: str) -> str:
    return re.sub(r"\[/?(?:bold|dim|italic)?\]", "", text).strip()


def _meaning(info: Any, default: Any) -> str:
    text = _plain(re.sub(r"\s+", " ", info.help or "")).replace("|", "\\|")
    if isinstance(info.show_default, str):
        return f"{text} Default: {info.show_default}."
    if default is None or default is False or default is inspect.Parameter.empty:
        return text
    return f"{text} Default: `{getattr(default, 'value', default)}`."
