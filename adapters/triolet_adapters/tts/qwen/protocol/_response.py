"""One response of a commit, sans-I/O: events in, bytes of audio out, until it is done."""

from __future__ import annotations

from array import array

import attrs

from triolet.errors import ProtocolViolation, ServiceError
from triolet_adapters.shared import dashscope
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.tts.qwen.protocol._events import (
    AudioDelta,
    ErrorEvent,
    PartOfResponse,
    ResponseCreated,
    ResponseDone,
    ResponseUsage,
    ServerEvent,
    SessionFinished,
)

LONGEST_ID = 200
"""Characters of a response's id, which is kept as long as the session; 26 are usual."""

LATELY = 32
"""Pieces of audio, some seconds of it, among which a repeated event is looked for: sent twice, it would be heard twice. The audio
is compared as well, since some servers number no events."""


def service_error(event: ErrorEvent) -> ServiceError:
    """The typed error for an error event; anything but a refusal of the request itself is worth another try."""
    return dashscope.service_error(event.code, event.message, event.raw)


@attrs.define
class ResponseReader:
    """Takes the events of a session in order, from a commit on."""

    response_id: str = ""
    done: bool = False
    usage: ResponseUsage = attrs.field(factory=ResponseUsage)
    over: set[str] = attrs.field(factory=set[str])
    """Responses of this session that were done before: what comes twice is not taken for something new."""

    _lately: array[int] = attrs.field(factory=lambda: array("q"))
    """The hash of each of the last `LATELY` pieces of audio. (A list of them would take five times as much.)"""

    def following(self) -> ResponseReader:
        """The reader of the response after this one."""
        return ResponseReader(over=self.over)

    def unasked(self, event: ServerEvent) -> None:
        """Take an event that came before anything was committed.

        Raises:
            ServiceError: an error event.
            ProtocolViolation: a response that nobody asked for; its audio must not be taken for that of the next commit.
        """
        match event:
            case ErrorEvent():
                raise service_error(event)
            case ResponseCreated() | AudioDelta() | SessionFinished():
                raise ProtocolViolation(f"the service sent {event.type} when nothing was committed", event=event.raw)
            case _:
                pass

    def feed(self, event: ServerEvent) -> bytes:
        """Take one event; give the audio in it, in the format that the session was asked for.

        Raises:
            ServiceError: an error event, or a response that did not complete.
            ProtocolViolation: an event that belongs to no response, to another, or comes at the wrong time.
        """
        match event:
            case ErrorEvent():
                raise service_error(event)
            case ResponseCreated():
                if self.response_id or event.response_id in self.over:
                    when = f"within {clipped(self.response_id)}" if self.response_id else "for a second time"
                    raise ProtocolViolation(f"response {clipped(event.response_id)} began {when}", event=event.raw)
                if len(event.response_id) > LONGEST_ID:
                    raise ProtocolViolation(
                        f"a response has a name of {len(event.response_id)} characters", event=event.raw
                    )
                self.response_id = event.response_id
            case AudioDelta():
                self._check(event, event.response_id)
                self._check_new(event)
                return event.audio
            case ResponseDone() | PartOfResponse() if event.response_id in self.over:
                pass  # once more, or late: it holds nothing
            case ResponseDone():
                self._check(event, event.response_id)
                self._finish(event)
            case PartOfResponse():
                self._check(event, event.response_id)
            case SessionFinished():
                raise ProtocolViolation(
                    "the service finished the session before the response was done", event=event.raw
                )
            case _:
                pass
        return b""

    def _check(self, event: ServerEvent, response_id: str) -> None:
        if not self.response_id:
            raise ProtocolViolation(f"the service sent {event.type} before response.created", event=event.raw)
        if response_id not in ("", self.response_id):
            raise ProtocolViolation(
                f"the service sent {event.type} of the unknown response {clipped(response_id)!r}; "
                f"{clipped(self.response_id)!r} is under way",
                event=event.raw,
            )

    def _check_new(self, event: AudioDelta) -> None:
        mark = hash((event.event_id, event.audio))
        if event.event_id and mark in self._lately:
            raise ProtocolViolation(f"the service sent the event {clipped(event.event_id)} twice", event=event.raw)
        self._lately.append(mark)
        if len(self._lately) > LATELY:
            del self._lately[0]

    def _finish(self, event: ResponseDone) -> None:
        if event.status != "completed":
            raise ServiceError(
                f"the response ended as {clipped(event.status)!r}", code=event.status, event=event.raw, retryable=True
            )
        self.usage = event.usage
        self.done = True
        self.over.add(self.response_id)
