"""What a telephony service tells of a call, the same for all of them."""

from __future__ import annotations

from typing import TypeAlias

import attrs


@attrs.frozen
class CallStarted:
    """The call is there: from now on it can be spoken to."""

    call: str
    """The service's name of the call; "" if it does not tell."""
    parameters: dict[str, str]
    """What the application had the service pass on, such as the number of the caller."""


@attrs.frozen
class CallerAudio:
    """What the caller says: the next samples."""

    pcm: bytes = attrs.field(repr=lambda pcm: f"<{len(pcm)} bytes>")
    """16-bit little-endian mono."""
    sample_rate: int
    """Samples a second."""


@attrs.frozen
class KeyPressed:
    """The caller has pressed a key."""

    key: str
    """One of 0 to 9, *, #, A to D."""


@attrs.frozen
class CallEnded:
    """The caller has hung up, or the service has ended the stream."""


CallEvent: TypeAlias = CallStarted | CallerAudio | KeyPressed | CallEnded
"""What `Telephone.receive` gives."""
