"""When a voice says a word."""

from __future__ import annotations

import attrs


@attrs.frozen
class TimedWord:
    """When a voice says a part of a committed text: a word, or a single character of a script without spaces."""

    start: int
    """Offset in the text of its first character."""
    end: int
    """Offset after its last one."""
    begins: float
    """Seconds from the first sample of the commit until it begins."""
    ends: float
    """Seconds from the first sample of the commit until it has ended."""
