"""One session of the local server: what the client says, and the responses in order."""

from __future__ import annotations

from collections.abc import Callable

import trio

from triolet import TTS
from triolet.errors import ProtocolViolation
from triolet_adapters.tts.frame.server import Connection, can_resample
from triolet_adapters.tts.qwen.protocol import (
    AppendText,
    CancelResponse,
    ClearText,
    ClientEvent,
    CommitText,
    FinishSession,
    SessionCreated,
    SessionFinished,
    SessionInfo,
    SessionUpdated,
    TextCleared,
    TextCommitted,
    UpdateSession,
    billed_characters,
)
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._responder import Responder
from triolet_adapters.tts.qwen.server._update import NO_SUCH_VOICE, WrongSetting, known_voice, updated
from triolet_adapters.tts.qwen.server._wire import Wire

_MAX_TEXT = 100_000
"""Characters that wait to be said, committed or not: two hours of speech."""
_MAX_WAITING = 100
"""Responses that wait for their end; one more commit is refused."""


class ServerSession:
    """Reads the client's events in one task; a `Responder` speaks in another."""

    def __init__(
        self,
        connection: Connection,
        model: str,
        voice: TTS | Callable[[int], TTS],
        options: ServerOptions,
        admit: Callable[[], bool],
        seed: int,
        cutting: trio.StrictFIFOLock | None = None,
        strikes: Callable[[], bool] = lambda: False,
    ) -> None:
        """`admit`: counts a request, and tells whether it may be. `cutting`: shared by the sessions of a server. `strikes`: counts a
        response, and tells whether `fault` happens to it.
        """
        self._strikes = strikes
        self._wire = Wire(connection, seed)
        self._voice = voice
        self._options = options
        self._admit = admit
        self._cutting = cutting or trio.StrictFIFOLock()
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
        self._buffered = 0
        """Characters in the buffer."""
        self._lost = False
        """Text was lost since it came too soon after a response (`append_after_done`)."""
        self._finishing = False
        self._draining = trio.Event()

    async def run(self) -> None:
        """Serve until the client is sent away.

        Raises:
            ClientLeft: it has left by itself.
        """
        await self._wire.send(SessionCreated(session=self._info))
        if self._options.models is not None and self._info.model not in self._options.models:
            if self._options.bad_model == "error":
                await self._wire.error("model_not_found", "Model not found")
            await self._wire.close(1007, "Model not found")
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._drain)
            while await self._step(nursery):
                pass
            nursery.cancel_scope.cancel()

    def drain(self) -> None:
        """The server ends: say what has been committed, take nothing more, then close with 1001."""
        self._draining.set()

    async def _drain(self) -> None:
        await self._draining.wait()
        if self._responder is not None:
            self._responder.flush()
            await self._responder.finished()
        await self._wire.close(1001, "the server is shutting down")

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
            await self._wire.close(self._options.idle_close, "request timeout")
            return False
        return True

    async def _handle(self, event: ClientEvent, nursery: trio.Nursery) -> bool:
        """Answer one event; False ends the session."""
        if isinstance(event, UpdateSession):
            return await self._update(event, nursery)
        if self._responder is None:
            self._responder = await self._start(nursery)
        match event:
            case AppendText() | CommitText() if self._draining.is_set():
                await self._wire.error("service_unavailable", "The server is shutting down.")
            case AppendText():
                await self._append(self._responder, event.text)
            case CommitText():
                await self._commit(self._responder)
            case ClearText() if self._refuses_clear:
                await self._wire.error("invalid_value", "input_text_buffer.clear is for the commit mode only.")
            case ClearText():
                self._take_buffer()
                if self._options.clear_while_speaking == "stops":
                    self._responder.stop()
                await self._wire.send(TextCleared())
            case CancelResponse():
                await self._cancel(self._responder)
            case FinishSession() if not self._finishing:
                self._finishing = True
                nursery.start_soon(self._finish, self._responder)
            case FinishSession():
                pass  # it is at it
            case _:
                await self._wire.error("invalid_value", f"unknown event type {event.raw.get('type')!r}")
        return True

    async def _start(self, nursery: trio.Nursery) -> Responder:
        voice = self._voice_for(self._info.sample_rate)
        responder = Responder(self._wire, self._info, voice, self._options, self._cutting, self._strikes)
        nursery.start_soon(responder.run)
        await responder.ready.wait()
        return responder

    def _voice_for(self, sample_rate: int) -> TTS:
        return self._voice if isinstance(self._voice, TTS) else self._voice(sample_rate)

    def _can_speak_at(self, sample_rate: int) -> bool:
        return self._voice_for(sample_rate).format.sample_rate == sample_rate or can_resample()

    async def _update(self, event: UpdateSession, nursery: trio.Nursery) -> bool:
        if self._responder is not None:
            await self._wire.error(
                "invalid_value", "Session update error: session already started or finished or failed."
            )
            if self._options.second_update == "close":
                await self._wire.close(1007, "session already started")
                return False
            return True
        try:
            self._info = updated(self._info, event, self._options, self._can_speak_at)
        except WrongSetting as wrong:
            bad_voice = wrong.field == "voice" and self._options.bad_voice == "client_error"
            await self._wire.error(*(NO_SUCH_VOICE if bad_voice else ("invalid_value", wrong.message)))
            if self._options.bad_voice == "close" and wrong.field == "voice":
                await self._wire.close(1007, wrong.message)
                return False
            return True
        self._responder = await self._start(nursery)
        await self._wire.send(SessionUpdated(session=self._info))
        return True

    async def _append(self, responder: Responder, text: str) -> None:
        if self._options.append_while_speaking == "ignore" and not responder.silent and self._info.mode == "commit":
            return
        limit = self._options.append_limit
        if limit is not None and billed_characters(text) > limit:
            await self._wire.error(self._options.append_limit_code, f"Text of more than {limit} characters.")
        elif self._info.mode == "commit" and responder.done_at + self._options.append_after_done > trio.current_time():
            self._lost = True
        elif self._buffered + responder.characters + len(text) > _MAX_TEXT:
            await self._wire.error("invalid_value", "Input text buffer is full.")
        elif self._info.mode == "server_commit":
            responder.append(text)
        elif text:
            self._buffer.append(text)
            self._buffered += len(text)

    async def _commit(self, responder: Responder) -> None:
        if self._options.rate_limit == "event" and not self._admit():
            await self._wire.error("Throttling.RateQuota", "Requests rate limit exceeded, please try again later.")
            return
        if responder.responses >= _MAX_WAITING:
            await self._wire.error("invalid_value", "Too many commits are waiting.")
            return
        if self._info.mode == "server_commit":
            await self._wire.send(TextCommitted())
            responder.flush()
            return
        if self._options.bad_voice == "engine" and not known_voice(self._info.voice, self._options):
            await self._wire.error(*NO_SUCH_VOICE)
            return
        text = self._take_buffer()
        if self._lost and not text:
            await self._wire.send(TextCommitted())
            responder.speak("")  # a response without a sample
            self._lost = False
        elif not text or (not text.strip() and self._options.whitespace_commit == "error"):
            await self._wire.error("invalid_value", "Input text buffer is empty.")
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
        text = self._take_buffer()
        if self._options.uncommitted_at_finish == "speak" and text.strip():
            responder.speak(text)
        responder.flush()
        await responder.finished()
        await self._wire.send(SessionFinished())
        if self._options.close_after_finished is not None:
            await trio.sleep(self._options.close_after_finished)
            await self._wire.close(1000, "")

    @property
    def _refuses_clear(self) -> bool:
        return self._info.mode == "server_commit" and self._options.clear_in_server_commit == "error"

    def _take_buffer(self) -> str:
        text = "".join(self._buffer)
        self._buffer.clear()
        self._buffered = 0
        return text
