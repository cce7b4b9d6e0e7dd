"""A local server that speaks `POST /v1/audio/speech` with any voice of ours."""

from __future__ import annotations

import random
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from triolet import TTS
from triolet.errors import TTSError
from triolet_adapters.tts.frame.server import (
    Exchange,
    Faulty,
    LocalServer,
    Refused,
    Site,
    Voice,
    can_resample,
)
from triolet_adapters.tts.openai import FORMATS, SPEED, STREAM_FORMATS, audio_event, done_event, event
from triolet_adapters.tts.openai.server._options import OpenAIServerOptions

PATH = "/v1/audio/speech"

_TYPES = {
    "pcm": "audio/pcm", "wav": "audio/wav", "mp3": "audio/mpeg", "opus": "audio/opus", "aac": "audio/aac", "flac": "audio/flac",
}  # fmt: skip


def _error(status: int, code: str, message: str) -> Mapping[str, Any]:
    kind = {401: "invalid_request_error", 429: "requests", 500: "server_error"}.get(status, "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _detail(_status: int, code: str, message: str) -> Mapping[str, Any]:
    return {"detail": {"error": code, "message": message, "type": "invalid_request_error"}}


class OpenAIServer(LocalServer):
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`). Each request opens a session of the voice."""

    _options: OpenAIServerOptions
    too_many = "rate_limit_exceeded"

    def __init__(self, voice: Voice, options: OpenAIServerOptions | None = None) -> None:
        options = options or OpenAIServerOptions()
        site = Site(
            protocol="OpenAI speech",
            command="openai",
            path=PATH,
            posts={PATH, PATH.removeprefix("/v1")}.__contains__,
            error=_error if options.errors == "openai" else _detail,
        )
        super().__init__(site, voice, options)

    async def answer(self, exchange: Exchange) -> None:
        """See `LocalServer.answer`."""
        asked = _Asked(exchange.json(), self._options)
        voice = self.voice_for(asked.sample_rate)
        if voice.format.sample_rate != asked.sample_rate and not can_resample():
            raise Refused(f"this voice has another rate than {asked.sample_rate}; the server lacks triolet[audio]")
        draws = random.Random(self._draws.randrange(2**32))
        try:
            await _Answer(exchange, asked, self._options).run(self, voice, draws)
        except TTSError as error:
            raise Refused(str(error), status=HTTPStatus.INTERNAL_SERVER_ERROR, code="voice_error") from error


class _Asked:
    """A request, checked."""

    def __init__(self, fields: Mapping[str, Any], options: OpenAIServerOptions) -> None:
        self.text = _text(fields, "input")
        if len(self.text) > options.max_input:
            raise Refused(
                f"input has {len(self.text)} characters; {options.max_input} are allowed", code="string_too_long"
            )
        model = _text(fields, "model")
        if options.models is not None and model not in options.models:
            raise Refused(
                f"The model '{model[:200]}' does not exist", status=HTTPStatus.NOT_FOUND, code="model_not_found"
            )
        voice = fields.get("voice")
        name = voice.get("id") if isinstance(voice, dict) else voice  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if not isinstance(name, str) or not name:
            raise Refused("voice is missing", code="missing_required_parameter")
        if options.voices is not None and name not in options.voices:
            raise Refused(f"voice {name[:200]!r} is not known", code="invalid_value")
        self.format = _choice(fields, "response_format", FORMATS, "mp3")
        self.sse = _choice(fields, "stream_format", STREAM_FORMATS, "audio") == "sse"
        for field, low, high in (("speed", *SPEED), ("sample_rate", 8_000, 48_000)):
            value = fields.get(field)
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high
            ):
                raise Refused(f"{field} must be from {low} to {high}", code="invalid_value")
        self.sample_rate = int(fields.get("sample_rate") or options.sample_rate)


class _Answer:
    """The audio of one request on its way: chunks, events, or all at the end."""

    def __init__(self, exchange: Exchange, asked: _Asked, options: OpenAIServerOptions) -> None:
        self._exchange = exchange
        self._asked = asked
        self._options = options
        self._begun = False
        self._rest = b""
        self._whole = bytearray()

    async def run(self, server: OpenAIServer, voice: TTS, draws: random.Random) -> None:
        asked, options = self._asked, self._options
        if options.fails == "before":
            raise Refused("the voice has failed", status=HTTPStatus.INTERNAL_SERVER_ERROR, code="server_error")
        seconds = await server.say(
            asked.text,
            self._send,
            codec=asked.format,
            sample_rate=asked.sample_rate,
            voice=voice,
            piece=options.piece,
            draws=draws,
        )
        if asked.sse:
            await self._events_end(seconds)
        elif options.answer == "whole":
            await self._exchange.begin(_TYPES[asked.format], len(self._whole))
            await self._exchange.send(bytes(self._whole))
        else:
            await self._begin()
            await self._exchange.send(self._rest)

    async def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            await self._exchange.begin("text/event-stream" if self._asked.sse else _TYPES[self._asked.format])

    async def _send(self, data: bytes, _at: float) -> None:
        if self._options.answer == "whole" and not self._asked.sse:
            self._whole += data
            return
        data = self._rest + data
        keep = 1 if self._options.odd and len(data) > 1 and len(data) % 2 == 0 else 0
        data, self._rest = data[: len(data) - keep], data[len(data) - keep :]
        if not data:
            return
        await self._begin()
        if not self._asked.sse:
            await self._exchange.send(data)
            return
        await self._exchange.send(audio_event(data))
        if self._options.fails == "within":
            failure = {"message": "the voice has failed", "code": "server_error"}
            await self._exchange.send(event({"type": "error", "error": failure}))
            raise Faulty

    async def _events_end(self, seconds: float) -> None:
        await self._begin()
        if self._rest:
            await self._exchange.send(audio_event(self._rest))
        if self._options.sse_done:
            await self._exchange.send(done_event(self._asked.text, seconds))
        if self._options.sse_marker:
            await self._exchange.send(b"data: [DONE]\n\n")


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"{name} is missing", code="missing_required_parameter")
    return value


def _choice(fields: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in allowed:
        raise Refused(f"{name} must be one of {', '.join(allowed)}", code="invalid_value")
    return value
