"""One response of a commit, sans-I/O: events in, bytes of audio out, until it is done."""

from __future__ import annotations

import attrs

from triolet.errors import ProtocolViolation, ServiceError
from triolet_adapters.tts.qwen.protocol import (
    AudioDelta,
    ErrorEvent,
    PartOfResponse,
    ResponseCreated,
    ResponseDone,
    ResponseUsage,
    ServerEvent,
    SessionFinished,
)

_PERMANENT = (
    "invalid",
    "datainspection",
    "data_inspection",
    "arrearage",
    "accessdenied",
    "notfound",
    "not_found",
    "freetieronly",
)
"""Words in error codes of this platform that say: the same request will be refused again."""


def service_error(event: ErrorEvent) -> ServiceError:
    """The typed error for an error event; anything but a refusal of the request itself is worth another try."""
    code = event.code.lower()
    text = ": ".join(part for part in (event.code, event.message) if part) or "an error without a word"
    return ServiceError(
        f"the service answered with an error: {text}",
        code=event.code,
        message=event.message,
        event=event.raw,
        retryable=not any(word in code for word in _PERMANENT),
    )


@attrs.define
class ResponseReader:
    """Takes the events of a session in order, from a commit on."""

    response_id: str = ""
    done: bool = False
    usage: ResponseUsage = attrs.field(factory=ResponseUsage)

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
                if self.response_id:
                    raise ProtocolViolation(
                        f"response {event.response_id} began within {self.response_id}", event=event.raw
                    )
                self.response_id = event.response_id
            case AudioDelta():
                self._check(event, event.response_id)
                return event.audio
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
                f"the service sent {event.type} of the unknown response {response_id!r}; {self.response_id!r} is under way",
                event=event.raw,
            )

    def _finish(self, event: ResponseDone) -> None:
        if event.status != "completed":
            raise ServiceError(
                f"the response ended as {event.status!r}", code=event.status, event=event.raw, retryable=True
            )
        self.usage = event.usage
        self.done = True
