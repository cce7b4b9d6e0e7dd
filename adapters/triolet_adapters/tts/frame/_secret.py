"""Keys that show nowhere."""

from __future__ import annotations

import attrs


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
        """The text without the key."""
        return text.replace(self._value, "***") if self._value else text


def checked_key(key: str) -> Secret:
    """A key as it must look to go into a header; the error does not show it."""
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError("api_key must be printable ASCII without spaces: was a line end or a quote copied with it?")
    return Secret(key)
