"""The options of a Synthesizer, and the reasons for their defaults."""

from __future__ import annotations

import attrs
from attrs.validators import ge, gt

from triolet.synthesis._recovery import RecoveryPolicy

LEAD = 10.0
"""Seconds of speech that may be committed and not yet heard, the next phrase included. 10 s are a few sentences; with more,
fewer commits a minute are needed, but an interruption wastes more. The bound is an estimate: a voice much slower than expected
exceeds it, and so does a sentence that is longer by itself, since it must be committed before the listener runs out."""

LONGEST_COMMIT = 120.0
"""The most seconds of audio that one commit may give: six times what the longest phrase takes to say."""

IN_FLIGHT = 2
"""The most commits that may run at the same time: the one that is due, and the one after it. More would use up the connections
and commits that services limit."""


@attrs.frozen(kw_only=True)
class SynthesisOptions:
    """How far a Synthesizer runs ahead, and what it does when a commit fails."""

    lead: float = attrs.field(default=LEAD, validator=gt(0))
    """See `LEAD`."""
    longest_commit: float = attrs.field(default=LONGEST_COMMIT, validator=gt(0))
    """See `LONGEST_COMMIT`."""
    in_flight: int = attrs.field(default=IN_FLIGHT, validator=ge(1))
    """See `IN_FLIGHT`."""
    recovery: RecoveryPolicy = attrs.Factory(RecoveryPolicy)
    """What to do when a commit fails."""
