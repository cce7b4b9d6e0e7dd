"""Events between the task that receives them and the one that waits for them: bounded by what they hold."""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs
import trio

from triolet.errors import DeadlineExpired, ProtocolViolation, TooMuchAudio
from triolet_adapters.tts.qwen.protocol import AudioDelta, ErrorEvent, ServerEvent

EVENT_COST = 600
"""Characters that each event counts besides those of its message, for the memory of its objects."""


@attrs.frozen(kw_only=True)
class Deadline:
    """A wait with a name."""

    name: str
    """The option that sets it."""
    seconds: float
    awaited: str
    """What does not come: "nothing", "no audio"."""
    where: str = ""
    """The commit that waits, and how far it got."""
    since: float = attrs.field(factory=trio.current_time)

    @property
    def at(self) -> float:
        """When it expires, on Trio's clock."""
        return self.since + self.seconds

    def expired(self) -> DeadlineExpired:
        """The error."""
        where = f": {self.where}" if self.where else ""
        return DeadlineExpired(f"the service sent {self.awaited} for {self.seconds:g} s ({self.name}){where}")


@attrs.define(eq=False)
class _Hearing:
    """Somebody hears each event as it comes."""

    take: Callable[[ServerEvent], bool]
    done: bool = False
    """Whether the last event has come."""
    error: Exception | None = None
    """What `take` raised: the task that waits raises it."""
    refused: ErrorEvent | None = None
    """The error event for which it did."""
    over: trio.Event = attrs.Factory(trio.Event)

    def hear(self, event: ServerEvent) -> None:
        try:
            self.done = self.take(event)
        except Exception as error:  # noqa: BLE001 -- see `error`
            self.error = error
            self.refused = event if isinstance(event, ErrorEvent) else None
        if self.done or self.error is not None:
            self.over.set()


class Inbox:
    """Filled by plain calls, read by one task: event by event (`next`), or by a plain function as they come (`hear`)."""

    def __init__(self, max_bytes: int, max_characters: float = math.inf) -> None:
        """`max_bytes` of audio may be unread; and `max_characters` of messages, each counted `EVENT_COST` more."""
        self._events: list[tuple[ServerEvent, int]] = []
        self._bytes = 0
        self._max_bytes = max_bytes
        self._characters = 0
        self._max_characters = max_characters
        self._arrived: trio.Event | None = None
        """Set when there is something to read, for the task that waits for it."""
        self._hearing: _Hearing | None = None
        self.failure: Exception | None = None
        """What ended the connection. What came before can still be read."""
        self.failed = trio.Event()

    def put(self, event: ServerEvent, length: int = 0) -> None:
        """Take an event, whose message had so many characters.

        Raises:
            TooMuchAudio: more audio is unread than is allowed.
            ProtocolViolation: more of other events is unread: nobody asked for so many.
        """
        if self._hearing is not None and not self._hearing.over.is_set():
            self._hearing.hear(event)
            return
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
        self._tell()

    def fail(self, error: Exception) -> None:
        """Nothing more will come. The first failure counts."""
        if self.failure is None:
            self.failure = error
        self.failed.set()
        self._tell()

    def _tell(self) -> None:
        if self._arrived is not None:
            self._arrived.set()

    def unread_error(self) -> ErrorEvent | None:
        """An error event of which nobody knows yet: it tells more than the Close that follows it."""
        if self._hearing is not None and self._hearing.refused is not None:
            return self._hearing.refused
        return next((event for event, _ in self._events if isinstance(event, ErrorEvent)), None)

    def take_unread(self) -> list[ServerEvent]:
        """All that has come and was not read."""
        return [self._take() for _ in range(len(self._events))]

    async def next(self, deadline: Deadline) -> ServerEvent:
        """Give the next event: at once if it is there, however late it is read; else before the deadline."""
        if not self._events and self.failure is None:
            self._arrived = arrived = trio.Event()
            with trio.move_on_at(deadline.at):
                await arrived.wait()
            self._arrived = None
        if not self._events:
            raise self.failure or deadline.expired()
        return self._take()

    async def hear(self, take: Callable[[ServerEvent], bool], deadline: Callable[[], Deadline]) -> None:
        """Call `take` with each event until it tells that this was the last: with those that wait, and then with each as it
        comes, in the task that receives, so that no task has to run in between.

        `deadline` says what is being waited for now; it is asked when it would expire. What comes after the last event is
        kept for whoever reads next. Cancelling ends the hearing.

        Raises:
            What `take` raises; what ended the connection; DeadlineExpired.
        """
        while self._events:
            if take(self._take()):
                return
        self._hearing = hearing = _Hearing(take)
        self._arrived = hearing.over  # a failure sets it as well
        try:
            while not hearing.over.is_set() and self.failure is None:
                with trio.move_on_at(deadline().at):
                    await hearing.over.wait()
                if not hearing.over.is_set() and trio.current_time() >= (until := deadline()).at:
                    raise until.expired()
        finally:
            self._hearing = self._arrived = None
        if hearing.error is not None:
            raise hearing.error
        if not hearing.done:
            assert self.failure is not None
            raise self.failure

    def _take(self) -> ServerEvent:
        event, length = self._events.pop(0)
        self._characters -= length + EVENT_COST
        if isinstance(event, AudioDelta):
            self._bytes -= len(event.audio)
        return event
