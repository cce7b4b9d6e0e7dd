"""A few words while the listener waits."""

from __future__ import annotations

import attrs


@attrs.frozen
class Filler:
    """A few words to say, once a turn, when nothing has sounded for `after` seconds and no audio is ready.

    The answer waits until the filler has been said. The filler is not part of the turn's text; what it costs is
    `TurnResult.filler`.
    """

    text: str = attrs.field(validator=attrs.validators.min_len(1))
    """The words, at least one character."""
    after: float = attrs.field(default=1.5, validator=attrs.validators.gt(0))
    """Seconds of silence before it, 1.5 by default. In conversation a silence of less than 1 s is usual; after 2 s people ask
    whether you are still there."""
