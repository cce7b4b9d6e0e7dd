"""Events between the pump that receives them and the task that reads them: bounded by the audio they hold."""

from __future__ import annotations

from collections import deque

import trio

from triolet.errors import DeadlineExpired, TooMuchAudio
from triolet_adapters.tts.qwen.protocol import AudioDelta, ErrorEvent, ServerEvent


class Inbox:
    """Filled by plain calls, read by one task."""

    def __init__(self, max_bytes: int) -> None:
        self._events: deque[ServerEvent] = deque()
        self._bytes = 0
        self._max_bytes = max_bytes
        self._arrived = trio.Event()
        self.failure: Exception | None = None
        """What ended the connection. What came before can still be read."""
        self.failed = trio.Event()

    def put(self, event: ServerEvent) -> None:
        """Take an event.

        Raises:
            TooMuchAudio: more audio is unread than is allowed.
        """
        if isinstance(event, AudioDelta):
            self._bytes += len(event.audio)
            if self._bytes > self._max_bytes:
                raise TooMuchAudio(f"more than {self._max_bytes} bytes of audio wait to be read (max_audio)")
        self._events.append(event)
        self._arrived.set()

    def fail(self, error: Exception) -> None:
        """Nothing more will come. The first failure counts."""
        if self.failure is None:
            self.failure = error
        self.failed.set()
        self._arrived.set()

    def unread_error(self) -> ErrorEvent | None:
        """An error event that nobody has read yet: it tells more than the Close that follows it."""
        return next((event for event in self._events if isinstance(event, ErrorEvent)), None)

    async def next(self, within: float, deadline: str, length: float | None = None) -> ServerEvent:
        """Give the next event: at once if it is there, else within what is left of the deadline with this name and length
        (default: all of it is left).
        """
        if not self._events and self.failure is None:
            self._arrived = trio.Event()
            with trio.move_on_after(within):
                await self._arrived.wait()
        if not self._events:
            raise self.failure or DeadlineExpired(
                f"the service sent nothing for {within if length is None else length:g} s ({deadline})"
            )
        event = self._events.popleft()
        if isinstance(event, AudioDelta):
            self._bytes -= len(event.audio)
        return event
