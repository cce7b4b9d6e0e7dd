"""The public low-level session: the verbs and events of the protocol over one connection."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio

from triolet import SAMPLE_BYTES
from triolet.errors import AuthenticationFailed, TTSError
from triolet.websocket import Dial, Headers, WebSocket, open_websocket
from triolet_adapters.tts.qwen.client._inbox import Deadline, Inbox
from triolet_adapters.tts.qwen.client._options import QwenOptions
from triolet_adapters.tts.qwen.client._session_log import SessionLog, SessionUsage, Tap
from triolet_adapters.tts.qwen.protocol import (
    AppendText,
    CancelResponse,
    ClearText,
    ClientEvent,
    CommitText,
    ErrorEvent,
    FinishSession,
    QwenSettings,
    ServerEvent,
    SessionCreated,
    SessionFinished,
    SessionInfo,
    SessionUpdated,
    UpdateSession,
    billed_characters,
    encode,
    parse_server_event,
    parted,
    service_error,
)


@asynccontextmanager
async def open_session(
    url: str,
    place: str,
    headers: Headers,
    settings: QwenSettings,
    options: QwenOptions,
    dial: Dial,
    tap: Tap | None,
    scrub: Callable[[str], str],
) -> AsyncGenerator[QwenSession, None]:
    """Connect and wait for session.created; leaving closes with 1000, within `close_timeout`. `place` is the URL as errors name it."""
    log = SessionLog(trio.current_time, tap, options.log_text)
    # The service's compressed formats need less room than the samples they hold. Base64 makes four characters of three bytes;
    # the rest is for the events around them.
    audio_bytes = round(options.max_audio * settings.sample_rate) * SAMPLE_BYTES
    inbox = Inbox(audio_bytes, 2 * audio_bytes + options.max_message_size)

    def receive(text: str) -> None:
        log.came(text)
        event = parse_server_event(text)
        log.received(event)
        inbox.put(event, len(text))

    opened = False
    try:
        async with open_websocket(
            url, receive=receive, failed=inbox.fail, headers=headers, options=options, dial=dial, scrub=scrub
        ) as websocket:
            session = QwenSession(websocket, inbox, log, settings, options)
            await session.wait_for(SessionCreated)
            opened = True
            yield session
    except AuthenticationFailed as error:
        if opened:
            raise
        raise AuthenticationFailed(
            f"{error}. Asked was {place}; keys belong to regions, and one of another region is refused",
            code=error.code,
            message=error.message,
        ) from error


class QwenSession:
    """An open session of the realtime protocol. Made by `QwenTTS.session()`; for one task at a time.

    The verbs send, and do not wait for an answer; read the answers with `events`. What the service sends is received even if
    nobody reads it, up to `max_audio` seconds.
    """

    def __init__(
        self, websocket: WebSocket, inbox: Inbox, log: SessionLog, settings: QwenSettings, options: QwenOptions
    ) -> None:
        self._websocket = websocket
        self._inbox = inbox
        self._settings = settings
        self._options = options
        self._log = log
        self._uncommitted: list[str] = []
        self._event_id = f"event_{uuid.uuid4().hex}_"
        self._sent = itertools.count(1)

    @property
    def id(self) -> str:
        """The service's name for the session."""
        return self._log.info.id

    @property
    def info(self) -> SessionInfo:
        """The session as the service described it last."""
        return self._log.info

    @property
    def last_event(self) -> ServerEvent | None:
        """The event that was received last, whether or not it was read. Its `raw` is the event as it came."""
        return self._log.last_event

    @property
    def last_response_id(self) -> str | None:
        """The id of the response that was created last; None before the first."""
        return self._log.response_id

    @property
    def first_audio_delay(self) -> float | None:
        """Seconds from the last commit (in `server_commit`: the first append since) to its first audio; None until then."""
        return self._log.first_audio_delay

    @property
    def usage(self) -> SessionUsage:
        """Billed characters, the service's and computed."""
        return self._log.usage

    @property
    def failure(self) -> Exception | None:
        """What ended the connection; None while it is open."""
        return self._inbox.failure

    async def wait_failed(self) -> Exception:
        """Wait until the connection has ended by anything but leaving the block; give what ended it. May be cancelled."""
        await self._inbox.failed.wait()
        assert self._inbox.failure is not None
        return self._inbox.failure

    @property
    def finished(self) -> bool:
        """Whether the service has sent session.finished."""
        return self._log.finished

    async def update(self, **overrides: Any) -> SessionInfo:
        """Send the settings, with fields of the wire changed or added as given, and wait for session.updated.

        Once, before the first text: the service refuses a second one.

        Raises:
            ServiceError: a setting was refused.
            DeadlineExpired: no answer within `session_timeout`.
        """
        await self._send(UpdateSession(session={**self._settings.to_wire(), **overrides}))
        await self.wait_for(SessionUpdated)
        return self._log.info

    async def append(self, text: str) -> None:
        """Send text. Lone surrogates, which are no characters, are left out. A text above `append_limit` is sent in parts."""
        text = _sayable(text)
        self._uncommitted.append(text)
        if self._settings.mode == "server_commit":
            self._log.asked()
        await self._send(*self._appends(text))

    async def commit(self) -> None:
        """Ask for what was appended to be spoken. The service refuses an empty commit."""
        self._log.asked()
        self._count_text()
        await self._send(CommitText())

    async def say(self, text: str) -> None:
        """Append and commit, in one write: the service has the text and the commit together.

        As with `append` and `commit`, lone surrogates are left out, and the service refuses a text that is empty.
        """
        text = _sayable(text)
        self._uncommitted.append(text)
        self._log.asked()
        await self._send(*self._appends(text), CommitText())
        self._count_text()

    async def clear(self) -> None:
        """Let the service forget what was appended and not committed."""
        self._uncommitted.clear()
        await self._send(ClearText())

    async def cancel(self) -> None:
        """Ask for the response to end. Not documented: what the service does is not known."""
        await self._send(CancelResponse())

    async def finish(self) -> None:
        """Say that no more text comes; what is left of the audio follows, then `session.finished`."""
        if self._settings.mode == "server_commit":
            self._count_text()
        await self._send(FinishSession())

    async def send_raw(self, message: str) -> None:
        """Send a message as it is, for what this class does not know."""
        await self._send_messages(message)

    async def hang_up(self) -> None:
        """Send a Close with 1000 and do not wait for the answer, which leaving the block does. Nothing is received afterwards."""
        await self._websocket.hang_up()
        self._inbox.fail(RuntimeError("this session was closed"))

    async def close(self) -> None:
        """Close with 1000 and wait for the answer, at most `close_timeout`. Leaving the block does the same.

        What was received and not read can still be read; after it, reading raises RuntimeError.
        """
        await self._websocket.close()
        self._inbox.fail(RuntimeError("this session was closed"))

    def events(self) -> AsyncIterator[ServerEvent]:
        """The events in order, until `session.finished` (included).

        Ends with a `DeadlineExpired` if nothing comes for `chunk_timeout`, with the error that ended the connection, or
        with a `ServiceError` for an error event; after the last, `events()` may be called again to read on.
        """
        return _Events(self)

    async def next_event(self, within: float | None = None) -> ServerEvent:
        """The next event, error events included as they are.

        Raises:
            DeadlineExpired: none `within` so many seconds (default: `chunk_timeout`).
            ConnectionLost, ProtocolViolation, TooMuchAudio: what ended the connection.
        """
        seconds = self._options.chunk_timeout if within is None else within
        return await self.next_before(Deadline(name="chunk_timeout", seconds=seconds, awaited="nothing"))

    async def next_before(self, deadline: Deadline) -> ServerEvent:
        """As `next_event`, with a deadline that may have begun before."""
        return await self._inbox.next(deadline)

    def hear(self, take: Callable[[ServerEvent], bool], deadline: Callable[[], Deadline]) -> Awaitable[None]:
        """Call `take` with each event as it comes, until it tells that this was the last. See `Inbox.hear`."""
        return self._inbox.hear(take, deadline)

    def take_unread(self) -> list[ServerEvent]:
        """What has come and was not read."""
        return self._inbox.take_unread()

    def _appends(self, text: str) -> list[AppendText]:
        return [AppendText(text=part) for part in parted(text, self._options.append_limit)]

    def _count_text(self) -> None:
        self._log.committed(billed_characters("".join(self._uncommitted)))
        self._uncommitted.clear()

    async def _send(self, *events: ClientEvent) -> None:
        """Send at least one event, each with an id of its own."""
        await self._send_messages(*(encode(event, f"{self._event_id}{next(self._sent)}") for event in events))

    async def _send_messages(self, message: str, *more: str) -> None:
        if self._inbox.failure is None:
            for sent in (message, *more):
                self._log.sent(sent)
        try:
            await self._websocket.send(message, *more)
        except TTSError as error:
            said = self._inbox.unread_error()
            if said is None:
                raise
            raise service_error(said) from error

    async def wait_for(self, kind: type[ServerEvent]) -> None:
        """Read on until an event of this kind has come.

        Raises:
            ServiceError: an error event came before.
            DeadlineExpired: it did not come within `session_timeout`, whatever else did.
        """
        seconds = self._options.session_timeout
        deadline = Deadline(name="session_timeout", seconds=seconds, awaited=f"no {kind.type}")
        while not isinstance(event := await self.next_before(deadline), kind):
            if isinstance(event, ErrorEvent):
                raise service_error(event)


def _sayable(text: str) -> str:
    """Without lone surrogates, which are no characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


class _Events(AsyncIterator[ServerEvent]):
    """An iterator and no generator: leaving a loop over it early leaves nothing open, and an error does not end it."""

    def __init__(self, session: QwenSession) -> None:
        self._session = session
        self._ended = False

    async def __anext__(self) -> ServerEvent:
        if self._ended:
            raise StopAsyncIteration
        event = await self._session.next_event()
        if isinstance(event, ErrorEvent):
            raise service_error(event)
        self._ended = isinstance(event, SessionFinished)
        return event
