"""Cartesia's `/tts/websocket`, sans-I/O: each commit is a context of its own, whose only input is not continued.

What is a guess: that times count from the beginning of a context, and that after a `cancel` either nothing more comes of a context or what comes
may be dropped (the SDK 4.2.0 says the one; older documents said that what is being generated goes on).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from triolet.errors import AuthenticationFailed, ProtocolViolation, ServiceError, TTSError
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import dumps, from_base64
from triolet_adapters.tts.cartesia._settings import CartesiaSettings
from triolet_adapters.tts.cartesia._words import WordPlaces
from triolet_adapters.tts.frame import (
    Audio,
    ContextNames,
    ContextProtocol,
    Failed,
    Finished,
    Happening,
    Words,
    object_of,
)

MAX_CONTEXTS = 12
"""Contexts at a time on a connection. The documents speak of dozens; a plan allows 2 to 15 over all of its connections."""

_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
"""Statuses, besides those of servers, after which another try may help."""


class CartesiaProtocol(ContextProtocol):
    """One connection."""

    max_contexts = MAX_CONTEXTS

    def __init__(self, settings: CartesiaSettings) -> None:
        self._settings = settings
        # Contexts count by their names for an account, so another connection must not have the same.
        self._open = ContextNames[WordPlaces](f"triolet-{uuid.uuid4().hex[:12]}-")
        self._begun = 0

    def say(self, context: int, text: str) -> Sequence[str]:
        """See `ContextProtocol.say`."""
        self._open[context] = WordPlaces(text)
        self._begun = context + 1
        return [dumps(self._settings.request(self._open.name(context), text))]

    def stop(self, context: int) -> Sequence[str]:
        """See `ContextProtocol.stop`."""
        if self._open.pop(context, None) is None:
            return []
        return [dumps({"context_id": self._open.name(context), "cancel": True})]

    def take(self, message: str | bytes) -> Iterator[tuple[int, Happening]]:
        """See `ContextProtocol.take`."""
        raw = object_of(message)
        name, kind = raw.get("context_id"), raw.get("type")
        if kind == "error" and not name:
            raise error_of(raw)
        context = self._open.number(name)
        if context is None or context >= self._begun:
            raise ProtocolViolation(f"the service sent {clipped(str(kind))!r} of an unknown context", event=raw)
        places = self._open.get(context)
        if places is None:
            return  # it is over, or was cancelled
        match kind:
            case "chunk":
                yield context, Audio(_audio(raw))
            case "timestamps":
                if words := tuple(places.feed(raw.get("word_timestamps"))):
                    yield context, Words(words)
            case "done":
                del self._open[context]
                yield context, Finished()
            case "error":
                del self._open[context]
                yield context, Failed(error_of(raw))
            case _:
                pass  # flush_done, phoneme_timestamps, and what a later version adds


def _audio(raw: Mapping[str, Any]) -> bytes:
    data = raw.get("data")
    if not isinstance(data, str):
        raise ProtocolViolation("the service sent a chunk whose data is no text", event=raw)
    try:
        return from_base64(data)
    except ValueError as error:
        raise ProtocolViolation(f"the service sent audio that is no base64: {error}", event=raw) from None


def error_of(raw: Mapping[str, Any]) -> TTSError:
    """The error in a message of the service; before version 2026-03-01 it was one text, `error`."""
    status = raw.get("status_code")
    status = status if isinstance(status, int) else 0
    code = raw.get("error_code")
    code = code if isinstance(code, str) and code else str(status) if status else None
    words = [raw[name] for name in ("title", "message", "error") if isinstance(raw.get(name), str) and raw[name]]
    said = ": ".join(words) or code or "an error without a word"
    text = f"the service answered with an error: {clipped(said)}" + (
        f" ({clipped(code)})" if code and code != said else ""
    )
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return AuthenticationFailed(text, code=code, message=said, event=raw)
    return ServiceError(
        text,
        code=code,
        message=said,
        event=raw,
        retryable=(status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR) and code != "quota_exceeded",
        throttled=status == HTTPStatus.TOO_MANY_REQUESTS and code != "quota_exceeded",
    )
