"""Deadlines and bounds of a voice over HTTP, each with its reason."""

from __future__ import annotations

import attrs

from triolet_adapters.tts.frame._check import above_zero


@attrs.frozen(kw_only=True)
class HTTPOptions:
    """Deadlines in seconds and bounds."""

    connect_timeout: float = 10.0
    """For DNS, TCP and TLS together: four round trips, and time for three lost packets (1 + 2 + 4 s)."""
    first_audio_timeout: float = 15.0
    """From a commit to its first audio. Servers that make the whole before they send it take some seconds for a sentence; a service
    that needs longer is of no use in a conversation."""
    chunk_timeout: float = 10.0
    """Between two pieces of audio, and from the last to the end of the answer: five times the longest gap that is reported of
    services, 2 s."""
    close_timeout: float = 1.0
    """For closing connections: nothing waits there for the service but the end of TLS."""
    max_audio: float = 120.0
    """Seconds of audio for one commit: a model that will not stop is cut there. A phrase is rarely above 30 s."""
    keep_alive: float = 50.0
    """How long an unused connection is kept: longer than a person speaks, shorter than the 60 s of common load balancers."""
    knock: bool = True
    """Whether opening a session connects to the service, by a HEAD to its URL: then the first commit need not wait for TCP and TLS, and
    a service that is down, or a wrong key (401), is known before. Any other answer is ignored."""

    def __attrs_post_init__(self) -> None:
        above_zero(
            self,
            "connect_timeout",
            "first_audio_timeout",
            "chunk_timeout",
            "close_timeout",
            "max_audio",
            "keep_alive",
        )
