"""What a public signature names is public, too: a user can import and read about whatever a call takes or gives."""

from __future__ import annotations

import importlib
import inspect
import types
import typing
from collections.abc import Iterator

from triolet import TurnResult

PUBLIC = (
    "triolet",
    "triolet.errors",
    "triolet.events",
    "triolet.model_talk",
    "triolet.normalization",
    "triolet.phrasing",
    "triolet.segmentation",
    "triolet.testing",
    "triolet.websocket",
)


def names(module: str) -> dict[str, object]:
    """The public names of a module, and what they stand for; modules aside."""
    found = vars(importlib.import_module(module))
    return {name: thing for name, thing in found.items() if not name.startswith("_") and not inspect.ismodule(thing)}


EXPORTED = {id(thing): f"{module}.{name}" for module in PUBLIC for name, thing in names(module).items()}
THINGS = [
    thing
    for module in PUBLIC
    for thing in names(module).values()
    if inspect.isclass(thing) or inspect.isfunction(thing)
]


def signatures(thing: object) -> Iterator[tuple[str, object]]:
    """The functions that a user of a public class or function may call, and the class itself for its fields."""
    if inspect.isclass(thing):
        yield "", thing
        for name, member in inspect.getmembers_static(thing):
            if name.startswith("_") and name not in ("__init__", "__call__", "__or__", "__ror__"):
                continue
            if name == "__init__" and "Made by" in (thing.__doc__ or ""):  # nobody else calls it
                continue
            function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(function) and function.__module__.startswith("triolet"):
                yield name, function
    else:
        yield "", thing


def mentioned(annotation: object) -> Iterator[object]:
    """The classes and functions of ours that an annotation names."""
    if isinstance(annotation, (list, tuple)):
        for part in typing.cast("list[object]", annotation):
            yield from mentioned(part)
    elif typing.get_args(annotation):
        yield from mentioned(typing.get_origin(annotation))
        yield from mentioned(typing.get_args(annotation))
    elif inspect.isclass(annotation) and not isinstance(annotation, types.GenericAlias):
        yield annotation


def private_names(thing: type | types.FunctionType) -> Iterator[str]:
    """What its signatures name that nobody can import."""
    for name, function in signatures(thing):
        hints = typing.get_type_hints(function, localns={"TurnResult": TurnResult})  # errors.py knows it as a type only
        for parameter, hint in hints.items():
            if parameter.startswith("_"):
                continue
            for cls in mentioned(hint):
                if inspect.isclass(cls) and cls.__module__.startswith("triolet") and id(cls) not in EXPORTED:
                    yield f"{thing.__name__}.{name}({parameter}) names {cls.__module__}.{cls.__qualname__}"


def test_all_that_a_signature_names_is_public() -> None:
    assert len(THINGS) > 100
    assert not [name for thing in THINGS for name in private_names(thing)]


def undocumented(thing: type | types.FunctionType) -> Iterator[str]:
    for name, function in signatures(thing):
        if not name.startswith(("__", "test_")) and not inspect.getdoc(function):  # the name of a test says it
            yield f"{thing.__name__}.{name}"


def test_each_public_name_is_documented() -> None:
    assert not [name for thing in THINGS for name in undocumented(thing)]


def test_what_is_no_part_of_the_interface_is_not_exported() -> None:
    assert "take_waiting" not in names("triolet")
