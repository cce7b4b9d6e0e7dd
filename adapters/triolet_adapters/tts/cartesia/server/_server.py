"""A local server that speaks Cartesia's `/tts/websocket` with any voice of ours."""

from __future__ import annotations

import random
import re
import uuid
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import attrs
import trio

from triolet import TTSSession
from triolet.errors import ProtocolViolation, TTSError
from triolet_adapters.shared.json import dumps, to_base64
from triolet_adapters.tts.cartesia.server._asked import Asked
from triolet_adapters.tts.cartesia.server._options import CartesiaServerOptions
from triolet_adapters.tts.frame import object_of
from triolet_adapters.tts.frame.server import (
    Connection,
    Faulty,
    LocalServer,
    Refusal,
    Refused,
    Request,
    Site,
    Voice,
    queried,
)

_MAX_TEXT = 100_000
"""Characters that wait to be said on a connection: two hours of speech."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WORD = re.compile(r"\S+")


def _error(_status: int, code: str, message: str) -> Mapping[str, Any]:
    return {"error_code": code, "title": code, "message": message, "request_id": str(uuid.uuid4())}


SITE = Site(
    protocol="Cartesia text-to-speech",
    command="cartesia",
    path="/tts/websocket",
    websockets="/tts/websocket".__eq__,
    keys=(("authorization", "bearer"), ("x-api-key", "")),
    error=_error,
)


class CartesiaServer(LocalServer):
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`). Each context opens a session of the voice."""

    _options: CartesiaServerOptions

    def __init__(self, voice: Voice, options: CartesiaServerOptions | None = None) -> None:
        super().__init__(SITE, voice, options or CartesiaServerOptions())

    def refusal(self, request: Request) -> Refusal | None:
        """See `LocalServer.refusal`."""
        version = queried(request).get("cartesia_version", request.headers.get("cartesia-version", ""))
        if not _DAY.fullmatch(version):
            return Refusal(
                HTTPStatus.BAD_REQUEST, "version_missing", "Cartesia-Version must be a day, such as 2026-03-01"
            )
        return None

    async def speak(self, connection: Connection, request: Request) -> None:
        """See `LocalServer.speak`."""
        await _Talk(self, connection, self._options).run()


@attrs.define(eq=False)
class _Context:
    """One context: the texts that wait, each with whether a flush follows, and the task that says them."""

    name: str
    asked: Asked
    due: deque[tuple[str, bool]] = attrs.field(factory=deque[tuple[str, bool]])
    closed: bool = False
    flushes: int = 0
    seconds: float = 0.0
    """Of audio that were sent."""
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    changed: trio.Event = attrs.Factory(trio.Event)

    def wake(self) -> None:
        self.changed.set()
        self.changed = trio.Event()

    async def take(self, buffer: float, expiry: float) -> tuple[str, bool]:
        """The text up to a flush, to the end, or of which nothing more came for `buffer` seconds; and whether it was flushed."""
        while not self.closed and not any(flush for _, flush in self.due):
            waits = bool(self.due)
            with trio.move_on_after(buffer if waits else expiry) as scope:
                await self.changed.wait()
            if scope.cancelled_caught:
                self.closed = self.closed or not waits
                break
        texts: list[str] = []
        while self.due:
            text, flush = self.due.popleft()
            texts.append(text)
            if flush:
                return "".join(texts), True
        return "".join(texts), False


class _Talk:
    """One connection: reads the client's messages, and says each context in a task of its own."""

    def __init__(self, server: CartesiaServer, connection: Connection, options: CartesiaServerOptions) -> None:
        self._server = server
        self._connection = connection
        self._options = options
        self._contexts: dict[str, _Context] = {}
        self._draws = random.Random(options.seed)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            while await self._step(nursery):
                pass
            nursery.cancel_scope.cancel()
        await self._connection.close(1000, "")

    async def _step(self, nursery: trio.Nursery) -> bool:
        """Take one message; False ends the connection."""
        message = await self._connection.receive_within(self._options.idle_timeout)
        if message is None:
            return bool(self._contexts)
        name: object = None
        try:
            raw = object_of(message)
            name = raw.get("context_id")
            if not isinstance(name, str) or not 0 < len(name) <= 200:
                raise Refused("context_id is missing", code="invalid_request")
            if raw.get("cancel") is True:
                await self._cancel(name)
            else:
                self._input(name, raw, nursery)
        except ProtocolViolation:
            await self._fail(None, Refused("The message is no JSON object.", code="invalid_request"))
        except Refused as refused:
            await self._fail(name, refused)
        return True

    def _input(self, name: str, raw: Mapping[str, Any], nursery: trio.Nursery) -> None:
        asked = Asked.parse(raw, self._options)
        if not self._server.can_speak(asked.sample_rate):
            raise Refused("this server lacks triolet[audio] for another rate", code="invalid_output_format")
        waiting = sum(len(text) for context in self._contexts.values() for text, _ in context.due)
        if waiting + len(asked.text) > _MAX_TEXT:
            raise Refused(f"more than {_MAX_TEXT} characters wait", code="transcript_too_long")
        context = self._contexts.get(name)
        if context is None or context.closed:
            if len(self._contexts) >= self._options.max_contexts:
                raise Refused(
                    "You have exceeded your plan's concurrency limit.",
                    status=HTTPStatus.TOO_MANY_REQUESTS,
                    code="concurrency_limited",
                )
            context = self._contexts[name] = _Context(name, asked)
            nursery.start_soon(self._say, context)
        context.due.append((asked.text, asked.flush))
        context.closed = not asked.goes_on
        context.wake()

    async def _cancel(self, name: str) -> None:
        context = self._contexts.get(name)
        if context is not None:
            context.due.clear()
            context.closed = True
            context.wake()
            if self._options.cancel == "stops":
                del self._contexts[name]
                context.scope.cancel()
                if self._options.done_after_cancel:
                    await self._send(context, "done", done=True)

    async def _say(self, context: _Context) -> None:
        try:
            with context.scope:
                async with self._server.voice_for(context.asked.sample_rate).connect() as session:
                    await self._say_all(context, session)
                await self._send(context, "done", done=True)
        except TTSError as error:
            await self._fail(context.name, Refused(str(error), status=500, code="voice_error"))
        except Faulty:
            self._connection.drop()
        finally:
            if self._contexts.get(context.name) is context:
                del self._contexts[context.name]

    async def _say_all(self, context: _Context, session: TTSSession) -> None:
        buffer = self._options.buffer if context.asked.buffer is None else context.asked.buffer
        while not context.closed or context.due:
            text, flushed = await context.take(buffer, self._options.expiry)
            if text.strip():
                await self._say_text(context, session, text)
            if flushed:
                context.flushes += 1
                await self._send(context, "flush_done", flush_done=True, flush_id=context.flushes)

    async def _say_text(self, context: _Context, session: TTSSession, text: str) -> None:
        options, asked = self._options, context.asked
        timed = asked.timestamps and options.timestamps != "none"
        saying = self._server.saying(
            session, asked.codec, asked.sample_rate, self._draws, piece=options.piece, whole=timed
        )
        words = deque(_WORD.finditer(text))
        before, at_last = context.seconds, trio.current_time()

        async def send(data: bytes, at: float) -> None:
            nonlocal at_last
            told: list[re.Match[str]] = []
            # Every character takes the same time: no voice of ours tells more.
            pace = saying.samples / saying.voice_rate / len(text)
            while timed and words and words[0].start() * pace < at + options.piece:
                told.append(words.popleft())
            if options.timestamps == "before":
                await self._words(context, told, before, pace)
            if data:
                now = trio.current_time()
                await self._send(context, "chunk", data=to_base64(data), step_time=round(1000 * (now - at_last), 3))
                at_last = now
            if options.timestamps == "after":
                await self._words(context, told, before, pace)

        await saying.run(text, send)
        context.seconds += saying.samples / saying.voice_rate

    async def _words(self, context: _Context, words: list[re.Match[str]], before: float, pace: float) -> None:
        if words:
            times = {
                "words": [word[0] for word in words],
                "start": [round(before + word.start() * pace, 4) for word in words],
                "end": [round(before + word.end() * pace, 4) for word in words],
            }
            await self._send(context, "timestamps", word_timestamps=times)

    async def _send(self, context: _Context, kind: str, *, done: bool = False, **fields: Any) -> None:
        message = {
            "type": kind,
            "context_id": context.name,
            "done": done,
            "status_code": 200 if done else 206,
            **fields,
        }
        with trio.CancelScope(shield=True):  # a message is sent whole; `send_timeout` bounds it
            await self._connection.send(dumps(message))

    async def _fail(self, name: object, refused: Refused) -> None:
        fields = {
            "type": "error",
            "done": True,
            "status_code": int(refused.status),
            **_error(0, refused.code, str(refused)),
        }
        if isinstance(name, str):
            fields["context_id"] = name[:200]
        await self._connection.send(dumps(fields))
