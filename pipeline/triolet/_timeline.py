"""The events of a turn, and what they add up to."""

from __future__ import annotations

import attrs


@attrs.frozen
class Spoken:
    """What was said, heard and not heard."""
