"""For griffe: signatures as a reader wants them. A class of attrs has a constructor, a default is a value."""

from __future__ import annotations

import ast
from typing import Any

import griffe

_CLASSES = ("attrs.frozen", "attrs.define")
_FACTORIES = {"attrs.Factory", "attrs.field"}


class Signatures(griffe.Extension):
    """Reads `attrs.frozen`, `attrs.define` and constants as far as the pages show them."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Give the class its constructor, from its fields."""
        if "__init__" in cls.members or not (made_by := _made_by(cls)):
            return
        fields: list[griffe.Parameter] = [
            griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword),
        ]
        keyword_only = "kw_only=True" in made_by
        for base in reversed([cls, *_bases(cls)]):
            fields += [_parameter(field, keyword_only) for field in base.members.values() if _is_field(field)]
        positional = [field for field in fields if field.kind is not griffe.ParameterKind.keyword_only]
        named = [field for field in fields if field.kind is griffe.ParameterKind.keyword_only]
        constructor = griffe.Function("__init__", parameters=griffe.Parameters(*positional, *named), parent=cls)
        cls.set_member("__init__", constructor)
        for field in cls.members.values():
            if _is_field(field) and isinstance(field, griffe.Attribute):
                field.value = _default(field)

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Put the values of constants into signatures."""
        _fill_in(pkg)


def _fill_in(parent: griffe.Object | griffe.Alias) -> None:
    for member in parent.members.values():
        if member.is_alias:
            continue
        if isinstance(member, griffe.Function):
            for parameter in member.parameters:
                parameter.default = _value(parameter.default)
        elif member.is_module or member.is_class:
            _fill_in(member)


def _value(default: str | griffe.Expr | None) -> str | griffe.Expr | None:
    """What a name of a constant stands for, where that is a number or a text."""
    if not isinstance(default, griffe.ExprName) or not default.name.isupper():
        return default
    try:
        constant = default.resolved
    except (
        griffe.NameResolutionError,
        griffe.AliasResolutionError,
        AttributeError,
    ):  # the last: a name of another package
        return default
    if not isinstance(constant, griffe.Attribute):
        constant = constant.final_target if isinstance(constant, griffe.Alias) else constant
    value = constant.value if isinstance(constant, griffe.Attribute) else None
    return default if value is None or isinstance(value, griffe.Expr) else str(value)


def _made_by(cls: griffe.Class) -> str:
    return next((str(d.value) for d in cls.decorators if str(d.value).startswith(_CLASSES)), "")


def _bases(cls: griffe.Class) -> list[griffe.Class]:
    found: list[griffe.Class] = []
    for base in cls.resolved_bases:
        if isinstance(base, griffe.Class) and _made_by(base):
            found += [base, *_bases(base)]
    return found


def _is_field(member: griffe.Object | griffe.Alias) -> bool:
    return (
        isinstance(member, griffe.Attribute)
        and member.annotation is not None
        and "ClassVar" not in str(member.annotation)
        and "init=False" not in str(member.value)
        and "property" not in member.labels
    )


def _parameter(field: griffe.Object | griffe.Alias, keyword_only: bool) -> griffe.Parameter:
    assert isinstance(field, griffe.Attribute)
    kind = griffe.ParameterKind.positional_or_keyword
    if keyword_only or "kw_only=True" in str(field.value):
        kind = griffe.ParameterKind.keyword_only
    return griffe.Parameter(field.name.lstrip("_"), annotation=field.annotation, kind=kind, default=_default(field))


def _default(field: griffe.Attribute) -> str | griffe.Expr | None:
    """The default as it is written, without `attrs.field` around it; `...` for one that is made anew each time."""
    if not isinstance(field.value, griffe.ExprCall) or str(field.value.function) not in _FACTORIES:
        return field.value
    call = ast.parse(str(field.value), mode="eval").body
    assert isinstance(call, ast.Call)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if str(field.value.function) == "attrs.Factory" or "factory" in given:
        return "..."
    return given.get("default")
