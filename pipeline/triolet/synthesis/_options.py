"""What a Synthesizer can be told, with the reasons of its defaults."""

from __future__ import annotations

import attrs
from attrs.validators import ge, gt

from triolet.synthesis._recovery import RecoveryPolicy

LEAD = 10.0
"""Seconds of speech that may be committed and not yet heard, the next phrase included. Some sentences: the more, the fewer
commits a minute. It bounds what an interruption throws away, by an estimate: a voice much slower than expected exceeds it, and
so does a sentence that is too long by itself, since it is committed before the listener runs out."""

LONGEST_COMMIT = 120.0
"""Seconds of audio that one commit may give: six times what the longest phrase takes to say."""

IN_FLIGHT = 2
"""Commits that may run at the same time: the one that is due and the one after it. Connections and commits are what
services limit."""


@attrs.frozen(kw_only=True)
class SynthesisOptions:
    """How far a Synthesizer runs ahead, and what it does about failures."""

    lead: float = attrs.field(default=LEAD, validator=gt(0))
    longest_commit: float = attrs.field(default=LONGEST_COMMIT, validator=gt(0))
    in_flight: int = attrs.field(default=IN_FLIGHT, validator=ge(1))
    recovery: RecoveryPolicy = attrs.Factory(RecoveryPolicy)
