"""What an HTTP answer holds, sans-I/O: from its bytes, cut anywhere, to the bytes of audio in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, cast

from triolet import retry_after
from triolet.errors import AuthenticationFailed, ConnectionLost, ProtocolViolation, ServiceError, TTSError
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import from_base64, loads
from triolet_adapters.shared.sse import Event, EventReader, StreamMalformed

Raw = Mapping[str, Any]

_NEVER = frozenset(
    {
        "insufficient_quota",
        "quota_exceeded",
        "billing_not_active",
        "invalid_api_key",
        "account_deactivated",
        "Arrearage",
    }
)
"""Codes that say that no other try will help, whatever the status."""


class Body(Protocol):
    """Reads the body of one answer."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes of the body; give the audio in them.

        Raises:
            TTSError: it holds an error, or is not what it should be.
        """
        ...

    def finish(self) -> None:
        """The body is complete.

        Raises:
            ConnectionLost: the answer is not.
        """
        ...


class AudioBody:
    """The body is the audio."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Body`."""
        yield data

    def finish(self) -> None:
        """See `Body`."""


class EventBody:
    """The body is an event stream, as OpenAI has it: `speech.audio.delta` with audio in base64, then `speech.audio.done`."""

    def __init__(self) -> None:
        self._reader = EventReader()
        self._done = False
        self.usage: Raw = {}
        """What `speech.audio.done` says of the cost; empty if nothing."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Body`."""
        try:
            events = self._reader.feed(data)
        except StreamMalformed as error:
            raise ProtocolViolation(f"the service sent no event stream: {error}") from None
        for event in events:
            yield from self._take(event)

    def finish(self) -> None:
        """See `Body`."""
        if not self._done:
            raise ConnectionLost("the answer ended before speech.audio.done")

    def _take(self, event: Event) -> Iterator[bytes]:
        if event.data.strip() == "[DONE]":
            self._done = True
            return
        try:
            raw: Any = loads(event.data)
        except ValueError as error:
            raise ProtocolViolation(f"the service sent an event that is no JSON: {error}") from None
        if not isinstance(raw, dict):
            raise ProtocolViolation("the service sent an event that is no object")
        fields = cast("Raw", raw)
        kind = fields.get("type") or event.type
        if fields.get("error") or kind == "error":
            raise service_error(fields, None)
        if kind == "speech.audio.done":
            self._done = True
            usage = fields.get("usage")
            self.usage = cast("Raw", usage) if isinstance(usage, dict) else {}
        elif kind == "speech.audio.delta":
            audio = fields.get("audio")
            if not isinstance(audio, str):
                raise ProtocolViolation("the service sent speech.audio.delta without audio", event=fields)
            try:
                yield from_base64(audio)
            except ValueError as error:
                raise ProtocolViolation(f"the service sent audio that is no base64: {error}", event=fields) from None


def refusal(status: int, words: str, headers: Mapping[str, str], body: str, host: str) -> TTSError:
    """The error for an answer that is no audio; `words` are those of its status line, `body` what it holds, without the key."""
    try:
        raw: Any = loads(body)
    except ValueError:
        raw = None
    fields: Raw = cast("Raw", raw) if isinstance(raw, dict) else {}
    code, message = details(fields)
    said = clipped(message or " ".join(body.split())[:200] or "no reason given")
    text = f"{host} answered {status} {words}".rstrip() + f": {said}"
    event = fields or None
    if status in (401, 403):
        return AuthenticationFailed(text, code=code or str(status), message=message, event=event)
    wait = retry_after(headers.get("retry-after", ""), headers.get("date")) if status in (429, 503) else None
    if wait is not None:
        text += f" (Retry-After: it asks for {wait:g} s without another request)"
    if 300 <= status < 400:
        text += "; it points elsewhere, where the key is not sent: give the URL of the service itself"
    elif status == 404:
        text += ". Is the URL right, and are model and voice known there?"
    never = code in _NEVER
    return ServiceError(
        text,
        code=code or str(status),
        message=message,
        event=event,
        retryable=(status in (408, 409, 425, 429) or status >= 500) and not never,
        throttled=status == 429 and not never,
        retry_after=wait,
    )


def service_error(fields: Raw, status: int | None) -> ServiceError:
    """The error in an event in the middle of an answer."""
    code, message = details(fields)
    return ServiceError(
        f"the service answered with an error: {clipped(message or code or 'without a word')}",
        code=code or (None if status is None else str(status)),
        message=message,
        event=fields,
        retryable=code not in _NEVER and not (code or "").startswith("invalid"),
    )


def details(fields: Raw) -> tuple[str | None, str | None]:
    """Code and message of an error as OpenAI, FastAPI, ElevenLabs and others write it."""
    error: Any = fields.get("error", fields.get("detail", fields))
    if isinstance(error, str):
        message = fields.get("message")
        return (error, message) if isinstance(message, str) else (None, error)
    if isinstance(error, list) and error:
        error = error[0]  # pyright: ignore[reportUnknownVariableType] -- of FastAPI: what is wrong with the request
    if not isinstance(error, dict):
        return None, None
    known = cast("Raw", error)
    codes = [known.get(name) for name in ("code", "status", "error", "err_code", "type")]
    messages = [known.get(name) for name in ("message", "msg", "err_msg", "reason")]
    code = next((str(value) for value in codes if isinstance(value, str | int) and value), None)
    return code, next((value for value in messages if isinstance(value, str) and value), None)
