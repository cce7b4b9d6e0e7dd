"""The fields of a request, checked by the schema that the service publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from triolet_adapters.service.guard import Refused

Schema = Mapping[str, Any]
"""JSON Schema, of which `type`, `enum`, `minLength`, `maxLength`, `minimum`, `maximum`, `oneOf`, `properties`, `required` and
`additionalProperties: false` are used."""

_KINDS: Mapping[str, tuple[type[Any], ...]] = {
    "string": (str,), "number": (int, float), "integer": (int,), "boolean": (bool,), "object": (dict,), "null": (type(None),),
}  # fmt: skip
_WORDS = {
    "string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false", "object": "an object",
    "null": "null",
}  # fmt: skip


def check(fields: Mapping[str, Any], schema: Schema) -> None:
    """See that an object is as its schema has it.

    Raises:
        Refused: 400, with the first field that is not.
    """
    properties = schema["properties"]
    for name in fields:
        if name not in properties:
            known = ", ".join(properties)
            raise Refused(
                400, "unknown_parameter", f"there is no field {name[:100]!r}; there are {known}", param=name[:100]
            )
    for name in schema.get("required", ()):
        if name not in fields:
            raise Refused(400, "missing_required_parameter", f"{name} is missing", param=name)
    for name, value in fields.items():
        _value(name, value, properties[name])


def _value(name: str, value: Any, schema: Schema) -> None:
    if "oneOf" in schema:
        for one in schema["oneOf"]:
            if _is(value, one["type"]):
                return _value(name, value, one)
        wanted = " or ".join(_WORDS[one["type"]] for one in schema["oneOf"])
        raise _wrong(name, f"must be {wanted}")
    kinds = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    if not any(_is(value, kind) for kind in kinds):
        raise _wrong(name, f"must be {' or '.join(_WORDS[kind] for kind in kinds)}")
    if value is None:
        return None
    if isinstance(value, dict):
        for inner in schema.get("required", ()):
            if inner not in value:
                raise _wrong(name, f"must have {inner}")
        known = schema.get("properties", {})
        for inner, one in cast("dict[str, Any]", value).items():
            if inner not in known:
                raise _wrong(name, f"has {inner[:100]!r}, which is not known")
            _value(f"{name}.{inner}", one, known[inner])
        return None
    if "enum" in schema and value not in schema["enum"]:
        raise _wrong(name, f"must be one of {', '.join(str(one) for one in schema['enum'] if one is not None)}")
    if isinstance(value, str):
        _length(name, value, schema)
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        raise _wrong(name, f"must be from {schema['minimum']:g} to {schema['maximum']:g}")
    return None


def _length(name: str, value: str, schema: Schema) -> None:
    if len(value) > schema.get("maxLength", len(value)):
        raise Refused(
            400,
            "string_too_long",
            f"{name} has {len(value)} characters; {schema['maxLength']} are allowed: send it in parts",
            param=name,
        )
    if len(value) < schema.get("minLength", 0):
        raise _wrong(name, "must not be empty")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _KINDS[kind])


def _wrong(name: str, said: str) -> Refused:
    return Refused(400, "invalid_value", f"{name} {said}", param=name)
