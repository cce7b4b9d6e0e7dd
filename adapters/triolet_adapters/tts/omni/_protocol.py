"""Texts, commits and audio over a WebSocket, sans-I/O, in any dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from triolet.errors import AuthenticationFailed, ProtocolViolation, ServiceError, TTSError
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import dumps, from_base64
from triolet_adapters.tts.frame import (
    AnyProtocol,
    Audio,
    ContextNames,
    ContextProtocol,
    Failed,
    Finished,
    Happening,
    Protocol,
    object_of,
)
from triolet_adapters.tts.omni._dialects import Dialect

KEEP_ALIVE = 20.0
"""Seconds. vLLM-Omni and SGLang-Omni close a connection on which no message has come for 30 s; a ping is none."""

MAX_CONTEXTS = 100
"""Contexts on a connection, of Together."""

_PASSING = ("timeout", "generation failed", "internal error", "server_error", "rate_limit", "overloaded", "queue")
"""Words of errors after which another try may help. vLLM-Omni gives no code: its sentences are all that tell."""
_LASTING = ("invalid", "does not support", "is only valid", "requires")
"""Words that say that it will fail again: vLLM-Omni checks some settings when a text comes, and then generation has failed."""
_THROTTLED = ("rate_limit", "too_many_requests", "429")
_KEY = ("invalid_api_key", "authentication_error", "unauthorized")


class _Words(AnyProtocol):
    """What both kinds of connections say alike. `config`: the fields of the first message, where the dialect has one."""

    def __init__(self, dialect: Dialect, config: Mapping[str, Any], sample_rate: int) -> None:
        self._dialect = dialect
        self._config = config
        self._sample_rate = sample_rate
        self._ready = dialect.ready is None
        self._commits = 0
        if dialect.idle:
            self.keep_alive_every = KEEP_ALIVE

    @property
    def ready(self) -> bool:
        """See `AnyProtocol.ready`."""
        return self._ready

    @property
    def worn(self) -> bool:
        """See `AnyProtocol.worn`."""
        most = self._dialect.max_commits
        return most is not None and self._commits >= most

    def opening(self) -> Sequence[str]:
        """See `AnyProtocol.opening`."""
        kind = self._dialect.config
        return () if kind is None else [dumps({"type": kind, **self._config})]

    def keep_alive(self) -> Sequence[str]:
        """See `AnyProtocol.keep_alive`."""
        return [dumps({"type": self._dialect.text, "text": ""})]

    def closing(self) -> Sequence[str]:
        """See `AnyProtocol.closing`."""
        return () if self._dialect.close is None else [dumps({"type": self._dialect.close})]

    def _said(self, text: str, **place: str) -> Sequence[str]:
        self._commits += 1
        words = self._dialect
        return [dumps({"type": words.text, "text": text, **place}), dumps({"type": words.commit, **place})]

    def _told(self, raw: Mapping[str, Any]) -> Happening | None:
        """What a message tells of a commit, if it is about one."""
        dialect, kind = self._dialect, raw.get("type")
        if kind == dialect.finished:
            return Finished()
        if kind in dialect.failures:
            return Failed(error_of(raw))
        if dialect.audio is not None and kind == dialect.audio[0]:
            return None if raw.get(dialect.audio[1]) is None else Audio(_decoded(raw, dialect.audio[1]))
        if kind == dialect.ready:
            self._ready = True
        elif kind == "audio.start":
            self._check_format(raw)
        return None

    def _check_format(self, raw: Mapping[str, Any]) -> None:
        """The server says what its model speaks; anything else than was asked for would be heard too fast or too slow."""
        rate, channels = raw.get("sample_rate", self._sample_rate), raw.get("channels", 1)
        if rate != self._sample_rate or channels != 1:
            raise ServiceError(
                f"the server's model speaks at {rate} Hz, {channels} channels: give sample_rate={rate}"
                if channels == 1
                else f"the server's model speaks in {channels} channels; one is taken",
                code="sample_rate",
                event=raw,
            )


class OmniProtocol(_Words, Protocol):
    """A connection without contexts. A commit that nobody wants any more ends with its connection: then the server stops."""

    def say(self, text: str) -> Sequence[str]:
        """See `Protocol.say`."""
        return self._said(text)

    def take(self, message: str | bytes) -> Iterator[Happening]:
        """See `Protocol.take`."""
        told = Audio(message) if isinstance(message, bytes) else self._told(object_of(message))
        if isinstance(told, Failed):
            raise told.error
        if told is not None:
            yield told


class OmniContexts(_Words, ContextProtocol):
    """A connection whose commits are in contexts."""

    max_contexts = MAX_CONTEXTS

    def __init__(self, dialect: Dialect, config: Mapping[str, Any], sample_rate: int) -> None:
        super().__init__(dialect, config, sample_rate)
        self._field = dialect.context or "context_id"
        self._open = ContextNames[bool]("triolet-")
        """The contexts whose end has not come, and whether they are wanted."""

    @property
    def lingering(self) -> int:
        """See `ContextProtocol.lingering`."""
        return sum(not wanted for wanted in self._open.values())

    def say(self, context: int, text: str) -> Sequence[str]:
        """See `ContextProtocol.say`."""
        self._open[context] = True
        return self._said(text, **{self._field: self._open.name(context)})

    def stop(self, context: int) -> Sequence[str] | None:
        """See `ContextProtocol.stop`."""
        if not self._open.get(context):
            return []
        self._open[context] = False
        return [dumps({"type": self._dialect.cancel, self._field: self._open.name(context)})]

    def take(self, message: str | bytes) -> Iterator[tuple[int, Happening]]:
        """See `ContextProtocol.take`."""
        if isinstance(message, bytes):
            if (sole := self._sole()) is not None:
                yield sole, Audio(message)
            return
        raw = object_of(message)
        name = raw.get(self._field)
        if raw.get("type") == self._dialect.cancelled:
            self._open.pop(-1 if (number := self._open.number(name)) is None else number, None)
        if (told := self._told(raw)) is None:
            return
        if name is None and isinstance(told, Failed):
            raise told.error
        context = self._sole() if name is None else self._open.number(name)
        if context is None or context not in self._open:
            return  # of one that nobody wants any more
        wanted = self._open[context]
        if isinstance(told, Finished | Failed):
            del self._open[context]
        if wanted:
            yield context, told

    def _sole(self) -> int | None:
        """The context of a message that names none; None if it is of one that was stopped.

        Raises:
            ProtocolViolation: it could be of several, or of none.
        """
        if self.lingering:
            return None
        if len(self._open) != 1:
            raise ProtocolViolation(
                "the service sent audio that names no context, when nothing was committed"
                if not self._open
                else "the service sent audio that names no context, for several: use VoiceOptions(share=False)"
            )
        return next(iter(self._open))


def _decoded(raw: Mapping[str, Any], field: str) -> bytes:
    audio = raw[field]
    if not isinstance(audio, str):
        raise ProtocolViolation("the service sent audio that is no text", event=raw)
    try:
        return from_base64(audio)
    except ValueError as error:
        raise ProtocolViolation(f"the service sent audio that is no base64: {error}", event=raw) from None


def error_of(raw: Mapping[str, Any]) -> TTSError:
    """The error in a message: its fields lie in the message, or in its `error`."""
    inner = raw.get("error")
    fields = cast("Mapping[str, Any]", inner) if isinstance(inner, dict) else raw
    message = fields.get("message", inner if isinstance(inner, str) else None)
    code = next(
        (str(fields[name]) for name in ("code", "error_type", "type") if fields.get(name) not in (None, "error")), None
    )
    said = message if isinstance(message, str) and message else code or "an error without a word"
    text = f"the service answered with an error: {clipped(said)}" + (
        f" ({clipped(code)})" if code and code != said else ""
    )
    low = f"{code or ''} {fields.get('error_type') or ''} {said[:200]}".lower()
    if any(word in low for word in _KEY):
        return AuthenticationFailed(text, code=code, message=said, event=raw)
    return ServiceError(
        text,
        code=code,
        message=said,
        event=raw,
        retryable=any(word in low for word in (*_PASSING, *_THROTTLED)) and not any(word in low for word in _LASTING),
        throttled=any(word in low for word in _THROTTLED),
    )
