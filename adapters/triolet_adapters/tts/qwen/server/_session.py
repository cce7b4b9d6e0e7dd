"""One connection of the local server: what the client says, and the responses in order."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

import attrs
import trio
import trio_websocket

from triolet import TTS
from triolet.errors import ProtocolViolation
from triolet_adapters.tts.qwen.protocol import (
    FORMATS,
    LANGUAGES,
    SAMPLE_RATES,
    AppendText,
    CancelResponse,
    ClearText,
    ClientEvent,
    CommitText,
    ErrorEvent,
    FinishSession,
    ServerEvent,
    SessionCreated,
    SessionFinished,
    SessionInfo,
    SessionUpdated,
    TextCleared,
    TextCommitted,
    UpdateSession,
    encode,
    parse_client_event,
)
from triolet_adapters.tts.qwen.server._encoders import can_resample
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._responder import Responder

_ID_LETTERS = string.ascii_letters + string.digits
_MAX_TEXT = 100_000
"""Characters that may be appended and not committed: two hours of speech."""
_MAX_WAITING = 100
"""Commits that wait for their turn; one more is refused."""


class Wire:
    """Sends events, with ids as the service makes them."""

    def __init__(self, connection: trio_websocket.WebSocketConnection, seed: int) -> None:
        self._connection = connection
        self._draws = random.Random(seed)

    def new_id(self, kind: str) -> str:
        """`sess_`, `resp_`, `item_` or `event_`, and 21 letters and digits, as recorded."""
        return kind + "_" + "".join(self._draws.choices(_ID_LETTERS, k=21))

    def drawn_delay(self, limit: float) -> float:
        """A delay from 0 to `limit` seconds."""
        return self._draws.random() * limit

    async def send(self, event: ServerEvent) -> None:
        """Send an event with an id of its own."""
        await self._connection.send_message(encode(attrs.evolve(event, event_id=self.new_id("event"))))

    async def error(self, code: str, message: str) -> None:
        """Send an error event."""
        await self.send(ErrorEvent(code=code, message=message))

    async def receive(self) -> ClientEvent:
        """The next event of the client."""
        message = await self._connection.get_message()
        if isinstance(message, bytes):
            raise ProtocolViolation("the client sent a binary message")
        return parse_client_event(message)

    async def close(self, code: int, reason: str) -> None:
        """Close the connection from this side."""
        await self._connection.aclose(code, reason)


class ServerSession:
    """Reads the client's events in one task; a `Responder` speaks in another."""

    def __init__(
        self,
        connection: trio_websocket.WebSocketConnection,
        model: str,
        voice: TTS | Callable[[int], TTS],
        options: ServerOptions,
        admit: Callable[[], bool],
        seed: int,
    ) -> None:
        self._wire = Wire(connection, seed)
        self._voice = voice
        self._options = options
        self._admit = admit
        self._info = SessionInfo(
            id=self._wire.new_id("sess"),
            model=model,
            voice="Cherry",
            mode="server_commit",
            response_format="pcm",
            sample_rate=24_000,
        )
        self._responder: Responder | None = None
        self._buffer: list[str] = []

    async def run(self) -> None:
        """Serve until the client leaves or is sent away."""
        await self._wire.send(SessionCreated(session=self._info))
        if self._options.models is not None and self._info.model not in self._options.models:
            if self._options.bad_model == "error":
                await self._wire.error("model_not_found", "Model not found")
            await self._wire.close(1007, "Model not found")
            return
        async with trio.open_nursery() as nursery:
            while await self._step(nursery):
                pass
            nursery.cancel_scope.cancel()

    async def _step(self, nursery: trio.Nursery) -> bool:
        """Wait for one event and answer it; False ends the session."""
        event: ClientEvent | None = None
        patience = self._options.idle_timeout
        wrong: ProtocolViolation | None = None
        with trio.move_on_after(float("inf") if patience is None else patience):
            try:
                event = await self._wire.receive()
            except ProtocolViolation as error:
                wrong = error
        if wrong is not None:
            await self._wire.error("invalid_value", str(wrong))
            return True
        if event is not None:
            return await self._handle(event, nursery)
        if self._responder is None or self._responder.silent:
            await self._wire.error("request_timeout", "request timeout")
            await self._wire.close(1011, "request timeout")
            return False
        return True

    async def _handle(self, event: ClientEvent, nursery: trio.Nursery) -> bool:
        """Answer one event; False ends the session."""
        if isinstance(event, UpdateSession):
            return await self._update(event, nursery)
        if self._responder is None:
            self._responder = await self._start(nursery)
        match event:
            case AppendText():
                await self._append(self._responder, event.text)
            case CommitText():
                await self._commit(self._responder)
            case ClearText():
                self._buffer.clear()
                if self._options.clear_while_speaking == "stops":
                    self._responder.stop()
                await self._wire.send(TextCleared())
            case CancelResponse():
                await self._cancel(self._responder)
            case FinishSession():
                nursery.start_soon(self._finish, self._responder)
            case _:
                await self._wire.error("invalid_value", f"unknown event type {event.raw.get('type')!r}")
        return True

    async def _start(self, nursery: trio.Nursery) -> Responder:
        voice = self._voice_for(self._info.sample_rate)
        responder = Responder(self._wire, self._info, voice, self._options)
        nursery.start_soon(responder.run)
        await responder.ready.wait()
        return responder

    def _voice_for(self, sample_rate: int) -> TTS:
        return self._voice if isinstance(self._voice, TTS) else self._voice(sample_rate)

    async def _update(self, event: UpdateSession, nursery: trio.Nursery) -> bool:
        if self._responder is not None:
            await self._wire.error(
                "invalid_value", "Session update error: session already started or finished or failed."
            )
            if self._options.second_update == "close":
                await self._wire.close(1007, "session already started")
                return False
            return True
        wrong = self._what_is_wrong(event)
        if wrong is not None:
            await self._wire.error("invalid_value", wrong)
            if self._options.bad_voice == "close" and "voice" in wrong:
                await self._wire.close(1007, wrong)
                return False
            return True
        asked = event.session
        self._info = attrs.evolve(
            self._info,
            voice=asked["voice"],
            mode=asked.get("mode", "server_commit"),
            response_format=asked.get("response_format", "pcm"),
            sample_rate=asked.get("sample_rate", 24_000),
            language_type=asked.get("language_type", "Auto").lower(),
        )
        self._responder = await self._start(nursery)
        await self._wire.send(SessionUpdated(session=self._info))
        return True

    def _what_is_wrong(self, event: UpdateSession) -> str | None:
        asked = event.session
        voice = asked.get("voice")
        if not isinstance(voice, str) or not voice:
            return "Session update error: voice is required."
        if self._options.voices is not None and voice not in self._options.voices:
            return f"Session update error: voice {voice} is not supported."
        rate = asked.get("sample_rate", 24_000)
        if rate in SAMPLE_RATES and self._voice_for(rate).format.sample_rate != rate and not can_resample():
            return f"Session update error: this voice has another rate than {rate}; the server lacks triolet[audio]."
        lists = {
            "mode": ("server_commit", "commit"),
            "response_format": FORMATS,
            "sample_rate": SAMPLE_RATES,
            "language_type": LANGUAGES,
        }
        for name, allowed in lists.items():
            if name in asked and asked[name] not in allowed:
                return f"Session update error: {name} {asked[name]!r} is not supported."
        ranges = {"speech_rate": (0.5, 2), "pitch_rate": (0.5, 2), "volume": (0, 100), "bit_rate": (6, 510)}
        for name, (low, high) in ranges.items():
            value = asked.get(name, low)
            if not isinstance(value, int | float) or not low <= value <= high:
                return f"Session update error: {name} must be between {low} and {high}."
        return None

    async def _append(self, responder: Responder, text: str) -> None:
        if self._options.append_while_speaking == "ignore" and not responder.silent and self._info.mode == "commit":
            return
        if sum(map(len, self._buffer)) + len(text) > _MAX_TEXT:
            await self._wire.error("invalid_value", "Input text buffer is full.")
        elif self._info.mode == "server_commit":
            responder.append(text)
        else:
            self._buffer.append(text)

    async def _commit(self, responder: Responder) -> None:
        if self._options.rate_limit == "event" and not self._admit():
            await self._wire.error("Throttling.RateQuota", "Requests rate limit exceeded, please try again later.")
            return
        text = "".join(self._buffer)
        self._buffer.clear()
        if self._info.mode == "server_commit":
            await self._wire.send(TextCommitted())
            responder.flush()
        elif not text or (not text.strip() and self._options.whitespace_commit == "error"):
            await self._wire.error("invalid_value", "Input text buffer is empty.")
        elif responder.waiting >= _MAX_WAITING:
            await self._wire.error("invalid_value", "Too many commits are waiting.")
        else:
            await self._wire.send(TextCommitted())
            responder.speak(text)

    async def _cancel(self, responder: Responder) -> None:
        if self._options.cancel == "ignore":
            return
        if self._options.cancel == "error" or responder.silent:
            await self._wire.error("invalid_value", "Conversation has no active response.")
            return
        responder.stop()

    async def _finish(self, responder: Responder) -> None:
        text = "".join(self._buffer)
        self._buffer.clear()
        if self._options.uncommitted_at_finish == "speak" and text.strip():
            responder.speak(text)
        responder.flush()
        await responder.finished()
        await self._wire.send(SessionFinished())
        if self._options.close_after_finished is not None:
            await trio.sleep(self._options.close_after_finished)
            await self._wire.close(1000, "")
