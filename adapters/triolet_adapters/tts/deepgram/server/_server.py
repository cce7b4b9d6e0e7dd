"""A local server that speaks Deepgram's `/v1/speak` with any voice of ours."""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import trio

from triolet import TTS
from triolet.errors import ProtocolViolation, TTSError
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts.deepgram import DEFAULT_MODEL, RATES
from triolet_adapters.tts.deepgram.server._options import DeepgramServerOptions
from triolet_adapters.tts.frame import object_of
from triolet_adapters.tts.frame.server import (
    Connection,
    Faulty,
    LocalServer,
    Refusal,
    Request,
    Site,
    Voice,
    queried,
)

_MINUTE = 60.0
_WAITING = 100
"""Flushes that wait to be said; more are refused as too many are."""


def _error(_status: int, code: str, message: str) -> Mapping[str, Any]:
    return {"err_code": code, "err_msg": message, "request_id": str(uuid.uuid4())}


SITE = Site(
    protocol="Deepgram speak",
    command="deepgram",
    path="/v1/speak",
    websockets="/v1/speak".__eq__,
    keys=(("authorization", "token"), ("authorization", "bearer")),
    error=_error,
)


class DeepgramServer(LocalServer):
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`). Each connection opens a session of the voice."""

    _options: DeepgramServerOptions

    def __init__(self, voice: Voice, options: DeepgramServerOptions | None = None) -> None:
        super().__init__(SITE, voice, options or DeepgramServerOptions())

    def refusal(self, request: Request) -> Refusal | None:
        """See `LocalServer.refusal`."""
        query = queried(request)
        model, encoding = query.get("model", DEFAULT_MODEL), query.get("encoding", "linear16")
        rate = query.get("sample_rate", "24000")
        if self._options.models is not None and model not in self._options.models:
            return Refusal(HTTPStatus.BAD_REQUEST, "INVALID_QUERY_PARAMETER", f"No such model: {model[:100]!r}")
        if encoding not in RATES or not rate.isdecimal() or int(rate) not in RATES[encoding]:
            return Refusal(
                HTTPStatus.BAD_REQUEST, "UNSUPPORTED_AUDIO_FORMAT", "encoding or sample_rate is not supported"
            )
        if not self.can_speak(int(rate)):
            return Refusal(HTTPStatus.BAD_REQUEST, "UNSUPPORTED_AUDIO_FORMAT", "this server lacks triolet[audio]")
        return None

    async def speak(self, connection: Connection, request: Request) -> None:
        """See `LocalServer.speak`."""
        query = queried(request)
        rate = int(query.get("sample_rate", "24000"))
        codec = "mulaw" if query.get("encoding") == "mulaw" else "pcm"
        talk = _Talk(self, connection, self._options, self.voice_for(rate), codec, rate)
        await talk.run(query.get("model", DEFAULT_MODEL))


class _Talk:
    """One connection: one task reads, another says what was flushed."""

    def __init__(
        self,
        server: DeepgramServer,
        connection: Connection,
        options: DeepgramServerOptions,
        voice: TTS,
        codec: str,
        rate: int,
    ) -> None:
        self._server = server
        self._connection = connection
        self._options = options
        self._voice = voice
        self._codec = codec
        self._rate = rate
        self._texts: list[str] = []
        self._due: deque[str] = deque()
        self._changed = trio.Event()
        self._saying = trio.CancelScope()
        self._busy = False
        self._sequence = 0
        self._flushes: deque[float] = deque()
        self._draws = random.Random(options.seed)

    async def run(self, model: str) -> None:
        await self._send(
            "Metadata", request_id=str(uuid.UUID(int=self._draws.getrandbits(128))), model_name=model[:100],
            model_version="local", model_uuid=str(uuid.UUID(int=0)),
        )  # fmt: skip
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._say_all)
            while await self._step():
                pass
            while self._busy or self._due:
                await self._changed.wait()
            nursery.cancel_scope.cancel()
        await self._connection.close(1000, "")

    async def _step(self) -> bool:
        """Take one message; False ends the connection."""
        message = await self._connection.receive_within(self._options.idle_timeout)
        if message is None:
            if self._busy:
                return True
            await self._connection.close(1011, "timeout: no text for too long")
            return False
        try:
            raw = object_of(message)
        except ProtocolViolation:
            raw = dict[str, Any]()
        kind = raw.get("type")
        match kind:
            case "Speak":
                await self._text(raw.get("text"))
            case "Flush":
                await self._flush()
            case "Clear":
                await self._clear()
            case "Close":
                if self._texts:
                    await self._flush()
                return False
            case _:
                await self._send("Warning", code="INVALID_MESSAGE", description="the message has no known type")
        return True

    async def _text(self, text: object) -> None:
        if not isinstance(text, str):
            await self._send("Warning", code="INVALID_MESSAGE", description="text is missing")
        elif len(text) > self._options.max_text or sum(map(len, self._texts)) > 100 * self._options.max_text:
            await self._send(
                "Warning", code="TEXT_LENGTH_EXCEEDED", description="the text is too long, and is not said"
            )
        else:
            self._texts.append(text)

    async def _flush(self) -> None:
        now = trio.current_time()
        while self._flushes and self._flushes[0] <= now - _MINUTE:
            self._flushes.popleft()
        if len(self._flushes) >= self._options.max_flushes or len(self._due) >= _WAITING:
            await self._send(
                "Warning", code="EXCESSIVE_FLUSH", description="too many flushes in 60 seconds: this one is not done"
            )
            return
        self._flushes.append(now)
        self._due.append("".join(self._texts))
        self._texts.clear()
        self._wake()

    async def _clear(self) -> None:
        self._texts.clear()
        self._due.clear()
        self._saying.cancel()
        while self._busy:
            await self._changed.wait()
        if self._options.late_audio:
            await self._connection.send_bytes(bytes(480))
        await self._send("Cleared", sequence_id=self._next())

    async def _say_all(self) -> None:
        while True:
            while not self._due:
                await self._changed.wait()
            text = self._due.popleft()
            self._busy = True
            with trio.CancelScope() as self._saying:
                try:
                    await self._say(text)
                    await self._send("Flushed", sequence_id=self._next())
                except TTSError as error:
                    await self._send("Error", code="VOICE_ERROR", description=str(error))
                    await self._connection.close(1011, "the voice has failed")
                except Faulty:
                    self._connection.drop()
            self._busy = False
            self._wake()

    async def _say(self, text: str) -> None:
        if not text.strip():
            return
        await self._server.say(
            text,
            self._audio,
            codec=self._codec,
            sample_rate=self._rate,
            voice=self._voice,
            piece=self._options.piece,
            draws=self._draws,
        )

    async def _audio(self, data: bytes, _at: float) -> None:
        if data:
            with trio.CancelScope(shield=True):  # a message is sent whole; `send_timeout` bounds it
                await self._connection.send_bytes(data)

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    async def _send(self, kind: str, **fields: Any) -> None:
        with trio.CancelScope(shield=True):  # as above
            await self._connection.send(dumps({"type": kind, **fields}))

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
