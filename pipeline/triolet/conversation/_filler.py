"""A few words while the listener waits."""

from __future__ import annotations

import attrs


@attrs.frozen
class Filler:
    """Said once in a turn if nothing has sounded for `after` seconds and nothing is ready to; the answer waits until it has
    been said. It is no part of the turn's text, but of what the turn costs (`TurnResult.filler`).
    """

    text: str = attrs.field(validator=attrs.validators.min_len(1))
    after: float = attrs.field(default=1.5, validator=attrs.validators.gt(0))
    """Seconds. Pauses in conversation are shorter than one; after two people ask whether you are still there."""
