"""The multi-context WebSocket of ElevenLabs, sans-I/O: each commit is a context of its own, closed as soon as its text is sent.

What a close does to a context that was told to flush is described in two ways in the SDK 2.78.0 (types/close_context.py: it goes on
flushing; types/websocket_tts_client_message_multi.py: no further audio). Clients of others in use send flush and close together, and
get all of the audio, so that is done here. The service sends `isFinal` for a context when it is over.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from triolet.errors import AuthenticationFailed, ProtocolViolation, ServiceError, TTSError
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import dumps, from_base64
from triolet_adapters.tts.elevenlabs._alignment import Alignment
from triolet_adapters.tts.elevenlabs._settings import ElevenLabsSettings
from triolet_adapters.tts.frame import Audio, Finished, Happening, Protocol, Words, object_of

MAX_CONTEXTS = 5
"""Contexts at a time on a connection; with one more, the service closes it (its error `max_active_conversations`, 1008)."""

_THROTTLED = ("rate_limit", "too_many_concurrent_requests", "system_busy", "max_active_conversations")
_PASSING = (*_THROTTLED, "input_timeout_exceeded", "internal", "server_error")
"""Names of errors after which another try may help; after others it does not."""
_KEY = ("invalid_api_key", "missing_api_key", "invalid_authorization", "needs_authorization")


class ElevenLabsProtocol(Protocol):
    """One connection."""

    def __init__(self, settings: ElevenLabsSettings, seconds_of: Callable[[bytes], float]) -> None:
        """`seconds_of`: how long a piece of audio is, for the places of alignments, which count from its beginning."""
        self._settings = settings
        self._seconds_of = seconds_of
        self._numbers = itertools.count()
        self._context: str | None = None
        """The one that is being said."""
        self._open: set[str] = set()
        """Those of which no `isFinal` has come."""
        self._alignment = Alignment("")
        self._offset = 0.0
        """Seconds of audio of the context, so far."""

    def say(self, text: str) -> Sequence[str]:
        """See `Protocol.say`."""
        context = f"triolet-{next(self._numbers)}"
        self._context = context
        self._open.add(context)
        self._offset = 0.0
        self._alignment = Alignment(text)
        first: dict[str, Any] = {"text": " ", "context_id": context}
        if voice := self._settings.voice_settings():
            first["voice_settings"] = voice
        return [
            dumps(first),
            dumps({"text": f"{text} ", "context_id": context, "flush": True}),
            dumps({"context_id": context, "close_context": True}),
        ]

    def stop(self) -> Sequence[str] | None:
        """See `Protocol.stop`. The context has been closed already; it counts until the service has said that it is over."""
        context, self._context = self._context, None
        if len(self._open) >= MAX_CONTEXTS:
            return None
        return [] if context is None else [dumps({"context_id": context, "close_context": True})]

    def closing(self) -> Sequence[str]:
        """See `Protocol.closing`."""
        return [dumps({"close_socket": True})]

    def take(self, message: str | bytes) -> Iterator[Happening]:
        """See `Protocol.take`."""
        raw = object_of(message)
        if "error" in raw or ("message" in raw and "audio" not in raw):
            raise error_of(raw)
        context = raw.get("contextId", raw.get("context_id"))
        final = raw.get("isFinal", raw.get("is_final")) is True
        ours = context == self._context
        if not ours and context not in self._open:
            raise ProtocolViolation(
                f"the service sent audio of the unknown context {clipped(str(context))!r}", event=raw
            )
        if final:
            self._open.discard(str(context))
        if not ours:
            return  # of one that nobody wants any more
        yield from self._audio(raw)
        if final:
            self._context = None
            if last := self._alignment.finish():
                yield Words(tuple(last))
            yield Finished()

    def _audio(self, raw: Mapping[str, Any]) -> Iterator[Happening]:
        audio = raw.get("audio")
        if audio is None or audio == "":
            return
        if not isinstance(audio, str):
            raise ProtocolViolation("the service sent audio that is no text", event=raw)
        try:
            data = from_base64(audio)
        except ValueError as error:
            raise ProtocolViolation(f"the service sent audio that is no base64: {error}", event=raw) from None
        if words := self._alignment.feed(raw.get("alignment"), self._offset):
            yield Words(tuple(words))
        self._offset += self._seconds_of(data)
        yield Audio(data)


def error_of(raw: Mapping[str, Any]) -> TTSError:
    """The error in a message of the service."""
    name, message = raw.get("error"), raw.get("message")
    code = str(name) if isinstance(name, str) else str(raw.get("code", "")) or None
    said = message if isinstance(message, str) else code or "an error without a word"
    text = f"the service answered with an error: {clipped(said)}" + (
        f" ({clipped(code)})" if code and code != said else ""
    )
    low = (code or "").lower()
    if low in _KEY:
        return AuthenticationFailed(text, code=code, message=said, event=raw)
    return ServiceError(
        text,
        code=code,
        message=said,
        event=raw,
        retryable=any(word in low for word in _PASSING),
        throttled=any(word in low for word in _THROTTLED),
    )
