"""The multi-context WebSocket of ElevenLabs, sans-I/O: each commit is a context of its own, closed as soon as its text is sent.

What a close does to a context that was told to flush is described in two ways in the SDK 2.78.0 (types/close_context.py: it goes on
flushing; types/websocket_tts_client_message_multi.py: no further audio). Clients of others in use send flush and close together, and
get all of the audio, so that is done here. The service sends `isFinal` for a context when it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from triolet.errors import AuthenticationFailed, ProtocolViolation, ServiceError, TTSError
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import dumps, from_base64
from triolet_adapters.tts.elevenlabs._alignment import Alignment
from triolet_adapters.tts.elevenlabs._settings import ElevenLabsSettings
from triolet_adapters.tts.frame import Audio, ContextNames, ContextProtocol, Finished, Happening, Words, object_of

MAX_CONTEXTS = 5
"""Contexts at a time on a connection; with one more, the service closes it (its error `max_active_conversations`, 1008)."""

_THROTTLED = ("rate_limit", "too_many_concurrent_requests", "system_busy", "max_active_conversations")
_PASSING = (*_THROTTLED, "input_timeout_exceeded", "internal", "server_error")
"""Names of errors after which another try may help; after others it does not."""
_KEY = ("invalid_api_key", "missing_api_key", "invalid_authorization", "needs_authorization")


@attrs.define
class _Said:
    """What is known of a context that is being said."""

    alignment: Alignment
    seconds: float = 0.0
    """Of audio, so far."""


class ElevenLabsProtocol(ContextProtocol):
    """One connection."""

    max_contexts = MAX_CONTEXTS

    def __init__(self, settings: ElevenLabsSettings, seconds_of: Callable[[bytes], float]) -> None:
        """`seconds_of`: how long a piece of audio is, for the places of alignments, which count from its beginning."""
        self._settings = settings
        self._seconds_of = seconds_of
        self._open = ContextNames[_Said | None]("triolet-")
        """The contexts of which no `isFinal` has come; None for one that was stopped."""

    @property
    def lingering(self) -> int:
        """See `ContextProtocol.lingering`. A context counts until the service has said that it is over."""
        return sum(said is None for said in self._open.values())

    def say(self, context: int, text: str) -> Sequence[str]:
        """See `ContextProtocol.say`."""
        self._open[context] = _Said(Alignment(text))
        name = self._open.name(context)
        first: dict[str, Any] = {"text": " ", "context_id": name}
        if voice := self._settings.voice_settings():
            first["voice_settings"] = voice
        return [
            dumps(first),
            dumps({"text": f"{text} ", "context_id": name, "flush": True}),
            dumps({"context_id": name, "close_context": True}),
        ]

    def stop(self, context: int) -> Sequence[str] | None:
        """See `ContextProtocol.stop`. The context has been closed already; to say so again may stop it."""
        if self._open.get(context) is None:
            return []
        self._open[context] = None
        return [dumps({"context_id": self._open.name(context), "close_context": True})]

    def closing(self) -> Sequence[str]:
        """See `AnyProtocol.closing`."""
        return [dumps({"close_socket": True})]

    def take(self, message: str | bytes) -> Iterator[tuple[int, Happening]]:
        """See `ContextProtocol.take`."""
        raw = object_of(message)
        if "error" in raw or ("message" in raw and "audio" not in raw):
            raise error_of(raw)
        name = raw.get("contextId", raw.get("context_id"))
        final = raw.get("isFinal", raw.get("is_final")) is True
        context = self._open.number(name)
        if context is None or context not in self._open:
            raise ProtocolViolation(f"the service sent audio of the unknown context {clipped(str(name))!r}", event=raw)
        said = self._open.pop(context) if final else self._open[context]
        if said is None:
            return  # nobody wants it any more
        for happening in self._audio(said, raw):
            yield context, happening
        if final:
            if last := said.alignment.finish():
                yield context, Words(tuple(last))
            yield context, Finished()

    def _audio(self, said: _Said, raw: Mapping[str, Any]) -> Iterator[Happening]:
        audio = raw.get("audio")
        if audio is None or audio == "":
            return
        if not isinstance(audio, str):
            raise ProtocolViolation("the service sent audio that is no text", event=raw)
        try:
            data = from_base64(audio)
        except ValueError as error:
            raise ProtocolViolation(f"the service sent audio that is no base64: {error}", event=raw) from None
        if words := said.alignment.feed(raw.get("alignment"), said.seconds):
            yield Words(tuple(words))
        said.seconds += self._seconds_of(data)
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
