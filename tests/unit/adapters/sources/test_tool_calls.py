"""Calls that a model asks for, in the ways in which servers stream them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from triolet_adapters.sources import ToolCall
from triolet_adapters.sources._completion import Completion


def part(index: int | None, arguments: str, **fields: Any) -> dict[str, Any]:
    named = {name: fields[name] for name in ("id",) if name in fields}
    function = {"arguments": arguments, **({"name": fields["name"]} if "name" in fields else {})}
    return {**({} if index is None else {"index": index}), **named, "function": function}


@pytest.mark.parametrize("indexed", [True, False])
def test_the_parts_of_calls_are_put_together(indexed: bool) -> None:
    """Servers that leave the index out send the parts of one call after another."""
    calls = [
        part(0 if indexed else None, '{"city": ', id="a", name="weather"),
        part(0 if indexed else None, '"Oslo"}'),
        part(1 if indexed else None, "{", id="b", name="time"),
        part(1 if indexed else None, "}"),
    ]
    completion = Completion()
    for call in calls:
        assert completion.receive(json.dumps({"choices": [{"delta": {"tool_calls": [call]}}]})) == ""
    assert completion.calls == (ToolCall("a", "weather", '{"city": "Oslo"}'), ToolCall("b", "time", "{}"))
    assert completion.progress == 4
