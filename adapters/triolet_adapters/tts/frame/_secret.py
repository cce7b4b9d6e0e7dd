"""Keys that show nowhere."""

from __future__ import annotations

import attrs

SHORTEST = 8
"""Characters from which on a key is taken out of what services say. A shorter one is a placeholder for a local server, and may be a part of any
word: `a` taken out of `session.created` would leave an event that nobody knows."""


@attrs.frozen(repr=False)
class Secret:
    """A key that no repr shows; `reveal` gives it."""

    _value: str

    def __repr__(self) -> str:
        return "<secret>"

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def removed_from(self, text: str) -> str:
        """The text without the key, unless that is shorter than `SHORTEST`."""
        return text.replace(self._value, "***") if len(self._value) >= SHORTEST else text


def checked_key(key: str) -> Secret:
    """A key as it must look to go into a header; the error does not show it."""
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError("api_key must be printable ASCII without spaces: was a line end or a quote copied with it?")
    return Secret(key)
