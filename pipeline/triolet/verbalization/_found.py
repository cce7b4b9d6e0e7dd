"""A part of a text, and the words for it."""

from __future__ import annotations

import attrs

from triolet._model._kinds import Kind


@attrs.frozen
class Found:
    """What stands at [start, end) of a text, and how it is said."""

    start: int
    end: int
    kind: Kind
    words: str
