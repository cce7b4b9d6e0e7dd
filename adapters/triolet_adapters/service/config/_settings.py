"""One setting of the service: its default, its meaning, and how a value from a file or the environment is read."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

import attrs


class WrongEntry(ValueError):
    """An entry of the configuration is wrong. The text says where it stands, and what it must be."""


def setting(default: Any, meaning: str, *, at_least: float | None = None, above: float | None = None) -> Any:
    """A field of a class of settings. `meaning` is its line in the reference.

    Args:
        default: the value where none is given; `attrs.NOTHING` if one must be.
        meaning: what it does, its unit, and why the default is what it is.
        at_least: the least number.
        above: a number that it must exceed.
    """

    def check(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is None:
            return
        if at_least is not None and not value >= at_least:
            raise WrongEntry(f"{attribute.name} is {value:g}; it must be at least {at_least:g}")
        if above is not None and not value > above:
            raise WrongEntry(f"{attribute.name} is {value:g}; it must be above {above:g}")

    return attrs.field(default=default, metadata={"meaning": meaning}, validator=check)


def read_value(value: Any, kind: Any, where: str) -> Any:
    """A value of TOML, or the text of an environment variable, as a setting of this type.

    Raises:
        WrongEntry: it is of another type.
    """
    kinds = [each for each in typing.get_args(kind) if each is not types.NoneType]
    if isinstance(kind, types.UnionType):
        if value in ("", "none") and types.NoneType in typing.get_args(kind):
            return None
        [kind] = kinds
    if typing.get_origin(kind) is tuple:
        items = [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):  # pyright: ignore[reportUnknownVariableType]
            raise WrongEntry(f"{where} must be a list of texts, not {value!r}")
        return tuple(typing.cast("list[str]", items))
    if typing.get_origin(kind) is Mapping:
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            raise WrongEntry(f"{where} must be a table of texts, not {value!r}")
        return typing.cast("dict[str, str]", value)
    if typing.get_origin(kind) is Literal:
        allowed = typing.get_args(kind)
        if value not in allowed:
            raise WrongEntry(f"{where} must be {' or '.join(allowed)}, not {value!r}")
        return value
    if kind is bool:
        read = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if isinstance(value, str) and value.lower() in read:
            return read[value.lower()]
        if not isinstance(value, bool):
            raise WrongEntry(f"{where} must be true or false, not {value!r}")
        return value
    if kind in (int, float):
        return _number(value, kind, where)
    if not isinstance(value, str):
        raise WrongEntry(f"{where} must be a text, not {value!r}")
    return value


def _number(value: Any, kind: Any, where: str) -> Any:
    wanted = "a whole number" if kind is int else "a number"
    try:
        if isinstance(value, str):
            value = kind(value)
    except ValueError:
        raise WrongEntry(f"{where} must be {wanted}, not {value!r}") from None
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole or (kind is float and isinstance(value, float) and math.isfinite(value))):
        raise WrongEntry(f"{where} must be {wanted}, not {value!r}")
    return kind(value)
