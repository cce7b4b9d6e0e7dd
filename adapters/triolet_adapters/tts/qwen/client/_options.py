"""Deadlines and bounds of a session, each with its reason."""

from __future__ import annotations

import attrs

from triolet.websocket import WebSocketOptions
from triolet_adapters.tts.frame import above_zero
from triolet_adapters.tts.qwen.client._wire_log import LogText

LEAST_APPEND = 2
"""A single Han character has to fit."""


@attrs.frozen(kw_only=True)
class QwenOptions(WebSocketOptions):
    """Deadlines in seconds and bounds. Those of the connection itself are in `WebSocketOptions`."""

    session_timeout: float = 10.0
    """From the open connection to session.created, and again from session.update to session.updated. Each is some work of the
    service, and one round trip."""
    first_audio_timeout: float = 10.0
    """From a commit to its first audio: fourteen times the 0.7 s that is reported."""
    chunk_timeout: float = 10.0
    """Between two pieces of audio, and from the last to response.done: five times the longest gap reported, 2 s. A message
    counts when all of it has come: a connection that needs longer for one is ten times too slow to be listened to."""
    finish_timeout: float = 5.0
    """From session.finish to session.finished when a session is left that has nothing to say: a round trip and a stall."""
    append_limit: int = 2_000
    """Billed characters (a Han character counts 2) in one append; a longer text is sent as several, which the service joins. The author of
    one client reports that the service refuses more; the documents name no limit."""
    rest_after_response: float | None = None
    """Seconds from response.done to the next append: one client reports that text appended within 0.1 s is lost, and that the
    next response is silent. None: 0.1, and 0 for a server on this machine. It delays a phrase only if it was due at that moment."""
    max_audio: float = 120.0
    """Seconds of audio for one commit, and unread in a low-level session: a model that will not stop is cut there. A
    phrase is rarely above 30 s."""

    max_turn_audio: float = 1800.0
    """Seconds of audio of one turn in server_commit: half an hour, longer than any answer that is listened to."""
    log_text: LogText = "full"
    """How text appears in the log: `full`, `hash` or `none`. Events are logged at debug level only."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        above_zero(
            self,
            "session_timeout",
            "first_audio_timeout",
            "chunk_timeout",
            "finish_timeout",
            "max_audio",
            "max_turn_audio",
        )
        if self.append_limit < LEAST_APPEND:
            raise ValueError(f"append_limit is {self.append_limit!r}; it must be at least {LEAST_APPEND}")
        if self.rest_after_response is not None and not 0 <= self.rest_after_response <= 5:
            raise ValueError(f"rest_after_response is {self.rest_after_response!r}; it must be from 0 to 5, or None")
        if self.log_text not in ("full", "hash", "none"):
            raise ValueError(f"log_text is {self.log_text!r}; it must be full, hash or none")
