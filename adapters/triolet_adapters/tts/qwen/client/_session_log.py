"""What is known of a session from what went over the wire; the clock is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import attrs

from triolet_adapters.tts.qwen.client._wire_log import LogText, log_event
from triolet_adapters.tts.qwen.protocol import (
    AudioDelta,
    ResponseCreated,
    ResponseDone,
    ServerEvent,
    SessionCreated,
    SessionFinished,
    SessionInfo,
    SessionUpdated,
)

Tap = Callable[[float, Literal["sent", "received"], str], None]
"""Gets every raw event with its time on Trio's clock. Never waits. The key is in no event."""


@attrs.frozen(kw_only=True)
class SessionUsage:
    """Billed characters of a session so far."""

    reported: int = 0
    """Characters that the service billed for the responses that are done."""
    computed: int = 0
    """Characters of the committed text by the documented rule: a Han character counts 2, any other 1."""
    responses: int = 0
    """How many responses are done."""


@attrs.define
class SessionLog:
    """A fold of the events, sent and received."""

    clock: Callable[[], float]
    tap: Tap | None = None
    log_text: LogText = "full"
    info: SessionInfo = attrs.field(factory=SessionInfo)
    last_event: ServerEvent | None = None
    response_id: str | None = None
    first_audio_delay: float | None = None
    usage: SessionUsage = attrs.field(factory=SessionUsage)
    finished: bool = False
    _asked_at: float | None = None

    def sent(self, message: str) -> None:
        """Take note of a raw event."""
        log_event(self.info.id, "sent", message, self.log_text)
        if self.tap is not None:
            self.tap(self.clock(), "sent", message)

    def came(self, message: str) -> None:
        """Take note of a raw event."""
        log_event(self.info.id, "received", message, self.log_text)
        if self.tap is not None:
            self.tap(self.clock(), "received", message)

    def asked(self) -> None:
        """Start the clock of `first_audio_delay`, unless it runs already."""
        if self._asked_at is None:
            self._asked_at = self.clock()
            self.first_audio_delay = None

    def committed(self, characters: int) -> None:
        """Take note of text that will be billed."""
        self.usage = attrs.evolve(self.usage, computed=self.usage.computed + characters)

    def received(self, event: ServerEvent) -> None:
        """Take note of an event."""
        self.last_event = event
        match event:
            case SessionCreated() | SessionUpdated():
                self.info = event.session
            case ResponseCreated():
                self.response_id = event.response_id
            case AudioDelta() if self._asked_at is not None:
                self.first_audio_delay = self.clock() - self._asked_at
                self._asked_at = None
            case ResponseDone():
                self.usage = attrs.evolve(
                    self.usage,
                    reported=self.usage.reported + (event.usage.characters or 0),
                    responses=self.usage.responses + 1,
                )
            case SessionFinished():
                self.finished = True
            case _:
                pass
