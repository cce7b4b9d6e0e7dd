"""A local server that speaks `multi-stream-input` and `stream-input` of ElevenLabs with any voice of ours."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import unquote

import attrs
import trio

from triolet import TTSSession
from triolet.errors import ProtocolViolation, TTSError
from triolet_adapters.shared.json import dumps, to_base64
from triolet_adapters.tts.elevenlabs import FORMATS
from triolet_adapters.tts.elevenlabs.server._options import ElevenLabsServerOptions
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

_PREFIX = "/v1/text-to-speech/"
_ENDS = {"multi-stream-input": True, "stream-input": False}
"""The last part of a path, and whether it has contexts."""
_MAX_TEXT = 100_000
"""Characters that wait to be said on a connection: two hours of speech."""


def _detail(_status: int, code: str, message: str) -> Mapping[str, Any]:
    return {"detail": {"status": code, "message": message}}


class ElevenLabsServer(LocalServer):
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`). Each context opens a session of the voice."""

    _options: ElevenLabsServerOptions

    def __init__(self, voice: Voice, options: ElevenLabsServerOptions | None = None) -> None:
        site = Site(
            protocol="ElevenLabs text-to-speech",
            command="elevenlabs",
            path="/v1/text-to-speech/{voice_id}/multi-stream-input",
            websockets=lambda path: _asked(path) is not None,
            keys=(("xi-api-key", ""), ("authorization", "bearer")),
            error=_detail,
        )
        super().__init__(site, voice, options or ElevenLabsServerOptions())

    def refusal(self, request: Request) -> Refusal | None:
        """See `LocalServer.refusal`."""
        wanted = queried(request).get("output_format", "mp3_44100_128")
        if wanted not in FORMATS:
            return Refusal(
                HTTPStatus.FORBIDDEN, "output_format_not_allowed", f"output_format {wanted[:50]!r} is not known"
            )
        rate = int(wanted.split("_")[1])
        if not self.can_speak(rate):
            return Refusal(HTTPStatus.FORBIDDEN, "output_format_not_allowed", "this server lacks triolet[audio]")
        return None

    async def speak(self, connection: Connection, request: Request) -> None:
        """See `LocalServer.speak`."""
        found = _asked(request.path)
        assert found is not None  # the door has seen to it
        voice, multi = found
        talk = _Talk(self, connection, self._options, queried(request), multi=multi)
        if self._options.voices is not None and unquote(voice) not in self._options.voices:
            await talk.fail("voice_id_does_not_exist", f"A voice with voice_id '{voice[:100]}' does not exist.")
            return
        await talk.run()


def _asked(path: str) -> tuple[str, bool] | None:
    """The voice that a path names, and whether it has contexts; None if it is no path of this protocol."""
    voice, slash, end = path.removeprefix(_PREFIX).partition("/")
    if not path.startswith(_PREFIX) or not voice or not slash or end not in _ENDS:
        return None
    return voice, _ENDS[end]


@attrs.define(eq=False)
class _Context:
    """One context: what was sent of its text, and the task that says it."""

    name: str
    texts: list[str] = attrs.field(factory=list[str])
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    flushing: bool = False
    closed: bool = False
    changed: trio.Event = attrs.Factory(trio.Event)

    def wake(self) -> None:
        self.changed.set()
        self.changed = trio.Event()


class _Talk:
    """One connection: reads the client's messages, and says each context in a task of its own."""

    def __init__(
        self,
        server: ElevenLabsServer,
        connection: Connection,
        options: ElevenLabsServerOptions,
        query: Mapping[str, str],
        *,
        multi: bool,
    ) -> None:
        self._server = server
        self._connection = connection
        self._options = options
        self._multi = multi
        codec, rate, *_ = query.get("output_format", "mp3_44100_128").split("_")
        self._codec, self._rate = "mulaw" if codec == "ulaw" else codec, int(rate)
        self._aligned = options.alignment == "piece" and (not multi or query.get("sync_alignment") == "true")
        self._voice = server.voice_for(self._rate)
        self._contexts: dict[str, _Context] = {}
        self._waiting = 0
        """Characters that were sent and not said."""
        self._draws = random.Random(options.seed)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            while await self._step(nursery):
                pass
            if self._connection.left is None:
                while self._contexts:
                    context = next(iter(self._contexts.values()))
                    context.wake()
                    await context.changed.wait()
            nursery.cancel_scope.cancel()
        await self._connection.close(1000, "")

    async def fail(self, code: str, message: str) -> None:
        await self._connection.send(dumps({"message": message, "error": code, "code": 1008}))
        await self._connection.close(1008, message)

    async def _step(self, nursery: trio.Nursery) -> bool:
        """Take one message; False ends the connection."""
        patience = self._options.idle_timeout
        message = await self._connection.receive_within(patience)
        if message is None:
            if any(context.flushing for context in self._contexts.values()):
                return True
            await self.fail(
                "input_timeout_exceeded",
                f"Have not received a new text input within the timeout of {patience:g} seconds.",
            )
            return False
        try:
            raw = object_of(message)
        except ProtocolViolation:
            await self.fail("invalid_message", "The message is no JSON object.")
            return False
        return await self._handle(raw, nursery)

    async def _handle(self, raw: Mapping[str, Any], nursery: trio.Nursery) -> bool:
        text, name = raw.get("text"), raw.get("context_id", raw.get("contextId", "default"))
        if raw.get("close_socket") is True:
            for each in self._contexts.values():
                self._close(each)
            return False
        if raw.get("close_context") is True:
            if (named := self._contexts.get(str(name))) is not None:
                self._close(named)
            return True
        context = self._contexts.get(str(name))
        if context is None or context.closed:
            if len(self._contexts) >= self._options.max_contexts:
                await self.fail(
                    "max_active_conversations",
                    f"Maximum simultaneous contexts per WebSocket connection exceeded ({self._options.max_contexts}). "
                    "Please close an existing context before opening a new one.",
                )
                return False
            context = self._contexts[str(name)] = _Context(str(name)[:200])
            nursery.start_soon(self._say, context)
        if isinstance(text, str) and text:
            self._waiting += len(text)
            if self._waiting > _MAX_TEXT:
                await self.fail("text_too_long", f"More than {_MAX_TEXT} characters wait.")
                return False
            context.texts.append(text)
        if text == "" and not self._multi:  # the end of the input
            self._close(context)
            context.flushing = True
            context.wake()
            return False
        if raw.get("flush") is True:
            context.flushing = True
            context.wake()
        return True

    def _close(self, context: _Context) -> None:
        """It gets no more text; what it was told to flush is said, or not."""
        context.closed = True
        if not (context.flushing and self._options.close == "flushes") and self._multi:
            context.texts.clear()
            context.scope.cancel()
        context.wake()

    async def _say(self, context: _Context) -> None:
        try:
            with context.scope:
                async with self._voice.connect() as session:
                    await self._say_all(context, session)
            await self._connection.send(self._message(context, {"audio": None, "isFinal": True}))
        except TTSError as error:
            await self.fail("voice_error", str(error))
        finally:
            if self._contexts.get(context.name) is context:
                del self._contexts[context.name]
            context.wake()

    async def _say_all(self, context: _Context, session: TTSSession) -> None:
        while True:
            while not (context.flushing or context.closed):
                await context.changed.wait()
            text = "".join(context.texts)
            context.texts.clear()
            if text.strip():
                await self._say_text(context, session, text)
            self._waiting -= len(text)
            if context.texts:
                continue
            if context.closed:
                return
            context.flushing = False

    async def _say_text(self, context: _Context, session: TTSSession, text: str) -> None:
        options, rate = self._options, self._voice.format.sample_rate
        saying = self._server.saying(
            session, self._codec, self._rate, self._draws, piece=options.piece, whole=self._aligned
        )
        said = 0

        async def send(data: bytes, at: float) -> None:
            nonlocal said
            fields: dict[str, Any] = {"audio": to_base64(data) or None, "isFinal": None}
            if self._aligned:
                pace = (
                    saying.samples / rate / len(text)
                )  # every character takes the same time: no voice of ours tells more
                end = sum((index * pace) < at + options.piece - 1e-9 for index in range(len(text)))
                aligned = _alignment(text[said:end], said, pace, at)
                fields |= {"alignment": aligned, "normalizedAlignment": aligned}
                said = end
            if data:
                with trio.CancelScope(shield=True):  # a message is sent whole; `send_timeout` bounds it
                    await self._connection.send(self._message(context, fields))

        try:
            await saying.run(text, send)
        except Faulty:
            self._connection.drop()

    def _message(self, context: _Context, fields: Mapping[str, Any]) -> str:
        named = {**fields, **({"contextId": context.name} if self._multi else {})}
        return dumps(named if self._options.names == "camel" else _snake(named))


def _alignment(characters: str, first: int, pace: float, at: float) -> dict[str, Any]:
    """The times of some characters, in milliseconds from the beginning of the piece at `at` seconds."""
    starts = [round(1000 * ((first + index) * pace - at)) for index in range(len(characters) + 1)]
    lengths = [after - before for before, after in itertools.pairwise(starts)]
    return {"chars": list(characters), "charStartTimesMs": starts[:-1], "charDurationsMs": lengths}


def _snake(value: object) -> object:
    if not isinstance(value, dict):
        return value
    fields = cast("Mapping[str, object]", value)
    return {
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name): _snake(field)
        for name, field in fields.items()
    }
