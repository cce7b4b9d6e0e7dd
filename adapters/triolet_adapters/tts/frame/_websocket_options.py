"""Deadlines and bounds of a voice over a WebSocket, each with its reason."""

from __future__ import annotations

import attrs

from triolet.websocket import WebSocketOptions
from triolet_adapters.tts.frame._check import above_zero


@attrs.frozen(kw_only=True)
class VoiceOptions(WebSocketOptions):
    """Deadlines in seconds and bounds. Those of the connection itself are in `WebSocketOptions`."""

    ready_timeout: float = 10.0
    """From the open connection to what the service says before the first commit: some work of the service, and one round trip."""
    first_audio_timeout: float = 10.0
    """From a commit to its first audio: more than ten times what services report, 0.1 to 0.7 s."""
    chunk_timeout: float = 10.0
    """Between two pieces of audio, and from the last to the end of the commit: five times the longest gap that is reported of
    services, 2 s."""
    max_audio: float = 120.0
    """Seconds of audio for one commit: a model that will not stop is cut there. A phrase is rarely above 30 s."""

    share: bool = True
    """Whether sessions share a connection, where the protocol has several contexts on one."""
    share_idle: float = 15.0
    """Seconds without a commit after which no further session is put on a connection. Below the 18 to 20 s after which a pool renews an
    idle session: so renewing it renews the connection, before a service closes it as idle."""
    share_age: float = 2900.0
    """Seconds from its opening after which no further session is put on a connection. Below the 2970 s after which a pool renews an old
    session, for the same reason."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        above_zero(
            self, "ready_timeout", "first_audio_timeout", "chunk_timeout", "max_audio", "share_idle", "share_age"
        )
