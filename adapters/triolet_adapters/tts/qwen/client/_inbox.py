"""Events between the pump that receives them and the task that reads them: bounded by what they hold."""

from __future__ import annotations

import math
from collections import deque

import attrs
import trio

from triolet.errors import DeadlineExpired, ProtocolViolation, TooMuchAudio
from triolet_adapters.tts.qwen.protocol import AudioDelta, ErrorEvent, ServerEvent

EVENT_COST = 600
"""Characters that an event counts besides its own: what its objects take."""


@attrs.frozen(kw_only=True)
class Deadline:
    """A wait with a name."""

    name: str
    """The option that sets it."""
    seconds: float
    awaited: str
    """What does not come: "nothing", "no audio"."""
    where: str = ""
    """For whom: a commit, and how far it got."""
    since: float = attrs.field(factory=trio.current_time)

    def expired(self) -> DeadlineExpired:
        """The error."""
        where = f": {self.where}" if self.where else ""
        return DeadlineExpired(f"the service sent {self.awaited} for {self.seconds:g} s ({self.name}){where}")


class Inbox:
    """Filled by plain calls, read by one task."""

    def __init__(self, max_bytes: int, max_characters: float = math.inf) -> None:
        """`max_bytes` of audio may be unread; and `max_characters` of messages, each counted `EVENT_COST` more."""
        self._events: deque[tuple[ServerEvent, int]] = deque()
        self._bytes = 0
        self._max_bytes = max_bytes
        self._characters = 0
        self._max_characters = max_characters
        self._arrived = trio.Event()
        self.failure: Exception | None = None
        """What ended the connection. What came before can still be read."""
        self.failed = trio.Event()

    def put(self, event: ServerEvent, length: int = 0) -> None:
        """Take an event, whose message had so many characters.

        Raises:
            TooMuchAudio: more audio is unread than is allowed.
            ProtocolViolation: more of other events is unread: nobody asked for so many.
        """
        if isinstance(event, AudioDelta):
            self._bytes += len(event.audio)
            if self._bytes > self._max_bytes:
                raise TooMuchAudio(f"more than {self._max_bytes} bytes of audio wait to be read (max_audio)")
        self._characters += length + EVENT_COST
        if self._characters > self._max_characters:
            raise ProtocolViolation(
                f"events of more than {self._max_characters} characters wait to be read, the last a {event.type or '?'}"
            )
        self._events.append((event, length))
        self._arrived.set()

    def fail(self, error: Exception) -> None:
        """Nothing more will come. The first failure counts."""
        if self.failure is None:
            self.failure = error
        self.failed.set()
        self._arrived.set()

    def unread_error(self) -> ErrorEvent | None:
        """An error event that nobody has read yet: it tells more than the Close that follows it."""
        return next((event for event, _ in self._events if isinstance(event, ErrorEvent)), None)

    def take_unread(self) -> list[ServerEvent]:
        """All that has come and was not read."""
        return [self._take() for _ in range(len(self._events))]

    async def next(self, deadline: Deadline) -> ServerEvent:
        """Give the next event: at once if it is there, however late it is read; else before the deadline."""
        if not self._events and self.failure is None:
            self._arrived = trio.Event()
            with trio.move_on_at(deadline.since + deadline.seconds):
                await self._arrived.wait()
        if not self._events:
            raise self.failure or deadline.expired()
        return self._take()

    def _take(self) -> ServerEvent:
        event, length = self._events.popleft()
        self._characters -= length + EVENT_COST
        if isinstance(event, AudioDelta):
            self._bytes -= len(event.audio)
        return event
