"""`POST /v1/audio/speech`, as OpenAI's: text in, audio out while it is spoken."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import attrs
import trio
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from triolet import SAMPLE_BYTES, AudioChunk, AudioFormat, SessionPools, Source, speech
from triolet.errors import Overloaded, TrioletError, TTSError
from triolet.events import Event
from triolet_adapters.outputs import HttpAudio
from triolet_adapters.service.guard import Refused
from triolet_adapters.service.http._body import Cut, read_json
from triolet_adapters.service.http._errors import answer
from triolet_adapters.service.http._fields import check
from triolet_adapters.service.http._schemas import SAMPLE_RATE, speech_request
from triolet_adapters.service.logs import log_refusal
from triolet_adapters.service.process import Service
from triolet_adapters.service.voices import UnknownVoice
from triolet_adapters.tts.openai import audio_event, done_event, event

REQUEST_ID = "X-Request-Id"
"""The header that has the name of the turn, as logs and traces have it. OpenAI's SDK shows it as `_request_id`."""


SILENCE = 0.1
"""Seconds of the audio of a text without words."""


@attrs.frozen(kw_only=True)
class Asked:
    """A request, checked."""

    text: str
    model: str
    source: Source[AudioChunk]
    kind: str
    """The format of the audio."""
    audio: HttpAudio
    events: bool
    """Whether the answer is an event stream."""


class Speech:
    """The handler. One object serves all requests of a process."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        headers = Headers(scope=scope)
        client = (scope.get("client") or ("",))[0]
        turn = self._service.new_turn()
        try:
            async with self._service.guard.admit(headers, client) as admission:
                fields = await read_json(receive, headers, self._service.config.limits)
                asked = self._asked(fields)
                observer = self._service.observer(turn, admission.caller, headers.get("traceparent"), model=asked.model)
                await self._speak(asked, turn, observer, receive, send)
        except Refused as refused:
            log_refusal(refused, turn=turn)
            response = answer(refused)
            response.headers[REQUEST_ID] = turn
            await response(scope, receive, send)
        except Cut:
            pass  # hypercorn cuts the connection where an answer has begun and was not ended

    def _asked(self, fields: Mapping[str, Any]) -> Asked:
        """Check a request.

        Raises:
            Refused: it cannot be served as it is.
        """
        service = self._service
        check(fields, speech_request(service.config.limits))
        model = fields.get("model")
        voice = fields.get("voice")
        name = cast("str | None", voice["id"] if isinstance(voice, dict) else voice)
        try:
            served = service.voices.served(model)
            tts = service.voices.voice(
                model, name, instructions=fields.get("instructions") or None, speed=fields.get("speed")
            )
        except UnknownVoice as error:
            missing = error.param == "model"
            code = "model_not_found" if missing else "invalid_value"
            raise Refused(404 if missing else 400, code, str(error), param=error.param) from None
        text: str = fields["input"]
        try:
            chain = speech(tts, fields.get("language") or served.language)
        except ValueError as error:
            raise Refused(400, "invalid_value", str(error), param="language") from None
        kind: str = fields.get("response_format") or "mp3"
        audio = HttpAudio(
            kind,
            sample_rate=SAMPLE_RATE,
            patience=service.config.limits.send_timeout,
        )
        events = fields.get("stream_format") == "sse"
        return Asked(text=text, model=served.name, source=[text] | chain, kind=kind, audio=audio, events=events)

    async def _speak(
        self, asked: Asked, turn: str, observer: Callable[[Event], None], receive: Receive, send: Send
    ) -> None:
        """Send the audio while it is made. The answer begins with the first sound, so that what fails before has a status."""
        kind = "text/event-stream" if asked.events else asked.audio.media_type
        last: bytes | None = None
        with trio.move_on_after(self._service.config.limits.turn_timeout):
            async with _spoken(asked, self._service.pools, observer) as end, _while_there(receive):
                first = await _head(asked.audio)
                if not asked.audio.heard:
                    await end.come.wait()
                    if end.error is not None:
                        raise refusal(end.error)
                    first = await _silence(asked.kind)  # there are no words in the text
                headers = {
                    "Content-Type": kind,
                    REQUEST_ID: turn,
                    "X-Content-Type-Options": "nosniff",
                    "Cache-Control": "no-store",
                }
                raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
                await send({"type": "http.response.start", "status": 200, "headers": raw})
                wrap = audio_event if asked.events else bytes
                await send({"type": "http.response.body", "body": wrap(first), "more_body": True})
                async for data in asked.audio:
                    await send({"type": "http.response.body", "body": wrap(data), "more_body": True})
                await end.come.wait()
                if end.error is not None:
                    failed = refusal(end.error)
                    if not asked.events:
                        raise Cut  # so the client sees that the audio is not whole
                    last = event({"type": "error", **failed.body})
                else:
                    last = done_event(asked.text, asked.audio.heard / SAMPLE_RATE) if asked.events else b""
        if last is None:
            raise Cut  # or it was too slow: the connection is cut
        # Outside of the block: hypercorn reports a disconnect when the answer is complete, too, and must not be cancelled then.
        await send({"type": "http.response.body", "body": last, "more_body": False})


def refusal(error: TrioletError) -> Refused:
    """The answer where a voice, or what speaks it, has failed."""
    if isinstance(error, (Overloaded, TTSError)) and (isinstance(error, Overloaded) or error.throttled):
        wait = getattr(error, "retry_after", None)
        return Refused(503, "busy", f"the voice is busy: {error}", retry_after=1.0 if wait is None else wait)
    return Refused(502, "voice_error", f"the voice has failed: {type(error).__name__}: {error}")


@attrs.define
class _TurnEnd:
    error: TrioletError | None = None
    come: trio.Event = attrs.Factory(trio.Event)
    """Set when the turn has ended, which is after its audio has."""


@asynccontextmanager
async def _spoken(asked: Asked, pools: SessionPools, observer: Callable[[Event], None]) -> AsyncGenerator[_TurnEnd]:
    """Speak beside the block, which reads the audio. Leaving the block ends the turn."""
    end = _TurnEnd()

    async def run() -> None:
        try:
            await (asked.source | asked.audio).run(observer, resources={SessionPools: pools})
        except TrioletError as error:
            end.error = error
        finally:
            # Also where it was never opened: whoever reads is told.
            await asked.audio.close()  # noqa: ASYNC102 -- it waits for nothing
            end.come.set()

    raised: BaseException | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        try:
            yield end
        except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below: outside of the nursery, so alone
            raised = error
        nursery.cancel_scope.cancel()
    if raised is not None:
        raise raised


@asynccontextmanager
async def _while_there(receive: Receive) -> AsyncGenerator[None]:
    """End the block when the client has gone."""
    raised: BaseException | None = None
    async with trio.open_nursery() as nursery:

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            nursery.cancel_scope.cancel()

        nursery.start_soon(watch)
        try:
            yield
        except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below: outside of the nursery, so alone
            raised = error
        nursery.cancel_scope.cancel()
    if raised is not None:
        raise raised


async def _silence(kind: str) -> bytes:
    """A whole body that is silent. Players refuse a file without a sample, and a text without words is no mistake of the caller's."""
    audio = HttpAudio(kind)
    await audio.open(AudioFormat(SAMPLE_RATE))
    await audio.play(bytes(round(SILENCE * SAMPLE_RATE) * SAMPLE_BYTES))
    await audio.close()
    return b"".join([data async for data in audio])


async def _head(audio: HttpAudio) -> bytes:
    """The bytes of the body up to the first sound: a header alone is none."""
    head = b""
    async for data in audio:
        head += data
        if audio.heard:
            break
    return head
