"""Reading JSON objects with errors that name what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import attrs

from triolet.errors import ProtocolViolation
from triolet_adapters.shared.clipped import clipped

Raw = Mapping[str, Any]

_INT64 = 2**63


@attrs.frozen
class Fields:
    """An object of an event, read with errors that name what is wrong."""

    raw: Raw
    event: Raw
    """The whole event, for the error."""

    def common(self) -> dict[str, Any]:
        """What every event has."""
        return {"event_id": self.text("event_id", ""), "raw": self.event}

    def place(self) -> dict[str, Any]:
        """Where in a response an event belongs."""
        return {"response_id": self.text("response_id", ""), "item_id": self.text("item_id", "")}

    def text(self, name: str, default: str | None = None) -> str:
        """A string."""
        value = self.raw.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.violation(f"its {name} is {type(value).__name__}, not a string")
        return value

    def number(self, name: str) -> int:
        """A whole number; 0 where there is none."""
        return self.optional_number(name) or 0

    def optional_number(self, name: str) -> int | None:
        """A whole number from 0 to 2**63 - 1; None if it is anything else."""
        value = self.raw.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _INT64 else None

    def inner(self, name: str, default: Raw | None = None) -> Fields:
        """An object."""
        value = self.raw.get(name, default)
        if not isinstance(value, Mapping):
            if default is not None:
                return Fields(default, self.event)
            raise self.violation(f"its {name} is {type(value).__name__}, not an object")
        return Fields(cast("Raw", value), self.event)

    def anything(self, value: object) -> str:
        """Any value as text; its type where it has none."""
        try:
            return "" if value is None else str(value)
        except (RecursionError, ValueError):  # nested too deep; a number of thousands of digits
            return f"<{type(value).__name__}>"

    def violation(self, what: str) -> ProtocolViolation:
        """The error that says what is wrong."""
        return ProtocolViolation(
            f"the service sent a {clipped(self.anything(self.event.get('type')))} event that cannot be used: {what}",
            event=self.event,
        )
