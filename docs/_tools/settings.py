"""The tables of the service's settings: names, defaults and meanings are read from the code."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any

import attrs

from triolet_adapters.service import KeyConfig, Limits, LLMConfig, ServiceConfig, VoiceConfig
from triolet_adapters.service.config import kinds

TABLES: dict[str, type[Any]] = {
    "Settings": ServiceConfig,
    "[limits]": Limits,
    "[voices.NAME]": VoiceConfig,
    "[keys.NAME]": KeyConfig,
    "[llm]": LLMConfig,
}


def tables() -> str:
    """A table for each class of settings."""
    return "\n\n".join(f"### {title}\n\n{_table(settings)}" for title, settings in TABLES.items())


def _table(settings: type[Any]) -> str:
    rows = ["| setting | default | |", "| --- | --- | --- |"]
    types = kinds(settings)
    for field in attrs.fields(settings):
        if field.name in types:
            kind = _kind(types[field.name])
            rows.append(f"| `{field.name}` ({kind}) | {_shown(field.default)} | {field.metadata['meaning']} |")
    return "\n".join(rows)


def _kind(kind: Any) -> str:
    if typing.get_origin(kind) is typing.Literal:
        return ", ".join(f"`{each}`" for each in typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        return "list of texts"
    if typing.get_origin(kind) is Mapping:
        return "table of texts"
    named = {int: "whole number", float: "number", bool: "true or false", str: "text"}
    return named.get(kind) or " or ".join(named[each] for each in typing.get_args(kind) if each in named)


def _shown(default: Any) -> str:
    if default is attrs.NOTHING:
        return "must be given"
    if default in (None, ()) or type(default).__name__ == "Factory":
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
