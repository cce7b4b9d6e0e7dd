"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re
from typing import Any, cast

_ATTRIBUTES = (
    "pattern", "flags", "groups", "groupindex", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn",
)  # fmt: skip


def lazy_regex(source: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, but nothing is compiled before the first use.

    The engine has four hundred. Compiling them all would take a third of the time of `import triolet`, and a program in one
    language uses a part of them. Call the pattern's own methods: `re.sub` and its like take compiled
    patterns alone. The `re` of a match is the compiled pattern, and not this one.
    """
    return cast("re.Pattern[str]", LazyRegex(source, flags))


class LazyRegex:
    """Has the attributes of the compiled pattern from the first use on, in slots: they are as fast as its own."""

    __slots__ = ("_flags", "_source", *_ATTRIBUTES)

    pattern: str
    flags: int

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Only asked for what is not there yet."""
        if name not in _ATTRIBUTES:
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        for each in _ATTRIBUTES:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)
