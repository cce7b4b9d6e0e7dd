"""A session over a WebSocket: drives a vendor's `Protocol`, one commit at a time, under deadlines."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

import attrs
import trio

from triolet import AudioCallback, TTSSession, Usage, tell_words
from triolet.errors import DeadlineExpired, ProtocolViolation
from triolet.websocket import Dial, Headers, WebSocket, open_websocket
from triolet_adapters.tts.frame._protocol import Audio, Finished, Happening, Protocol, Words
from triolet_adapters.tts.frame._taking import Taker
from triolet_adapters.tts.frame._websocket_options import VoiceOptions

Tap = Callable[[float, str, str], None]
"""Called with the time, `sent` or `received`, and the message. Of bytes it is told how many they are."""


@attrs.define(eq=False)
class _Commit:
    """The commit that is running."""

    accept: AudioCallback
    taker: Taker
    over: trio.Event = attrs.Factory(trio.Event)
    finished: Finished | None = None
    error: Exception | None = None

    def fail(self, error: Exception) -> None:
        self.error = self.error or error
        self.over.set()


@asynccontextmanager
async def open_session(
    url: str,
    protocol: Protocol,
    *,
    response_format: str,
    sample_rate: int,
    headers: Headers,
    options: VoiceOptions,
    dial: Dial,
    scrub: Callable[[str], str],
    tap: Tap | None,
) -> AsyncGenerator[WebSocketSession]:
    """Connect, say what the protocol says first, and wait until the service is ready; leaving closes with 1000.

    Raises:
        TTSError: no session.
    """
    session = WebSocketSession(protocol, response_format, sample_rate, options, tap)
    raised: BaseException | None = None
    async with open_websocket(
        url,
        receive=session.receive,
        receive_bytes=session.receive,
        failed=session.failed,
        headers=headers,
        options=options,
        dial=dial,
        scrub=scrub,
    ) as websocket:
        async with trio.open_nursery() as nursery:
            try:
                await session.open(websocket)
                nursery.start_soon(session.keep_alive)
                yield session
                await session.say_goodbye()
            except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below: outside of the nursery, so alone
                raised = error
            nursery.cancel_scope.cancel()
        if raised is not None:
            raise raised


class WebSocketSession(TTSSession):
    """A session of a `WebSocketVoice`."""

    def __init__(
        self, protocol: Protocol, response_format: str, sample_rate: int, options: VoiceOptions, tap: Tap | None
    ) -> None:
        self._protocol = protocol
        self._response_format = response_format
        self._sample_rate = sample_rate
        self._options = options
        self._tap = tap
        self._websocket: WebSocket | None = None
        self._commit: _Commit | None = None
        self._commits = 0
        self._spent = False
        self._failure: Exception | None = None
        self._ended = trio.Event()
        self._changed = trio.Event()
        """Set when the service may have become ready."""
        self._sent_at = -math.inf
        self._patience = trio.CancelScope()

    @property
    def reusable(self) -> bool:
        """Whether it takes another commit: the last one was stopped, and the connection is open."""
        return not self._spent and self._failure is None

    async def open(self, websocket: WebSocket) -> None:
        """Say what the protocol says first, and wait until the service is ready.

        Raises:
            TTSError: it is not, within `ready_timeout`.
        """
        self._websocket = websocket
        await self._send(self._protocol.opening())
        with trio.move_on_after(self._options.ready_timeout) as scope:
            while not self._protocol.ready and self._failure is None:
                self._changed = trio.Event()
                await self._changed.wait()
        if self._failure is not None:
            raise self._failure
        if scope.cancelled_caught:
            seconds = self._options.ready_timeout
            raise DeadlineExpired(f"the service was not ready within {seconds:g} s (ready_timeout)")

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """See `TTSSession.commit`.

        Raises:
            DeadlineExpired: no audio for `first_audio_timeout` or `chunk_timeout`; the text names the commit.
            ServiceError: the service's own error.
            ConnectionLost: the session ended.
            ProtocolViolation: what the protocol does not allow, half a sample at the end included.
            NoAudio, TooMuchAudio: the audio has no sample, or is longer than `max_audio`.
            ValueError: no words.
            RuntimeError: another commit is running, or the session is spent.
        """
        if not any(character.isalnum() for character in text):
            raise ValueError(f"{text[:80]!r} has no words to speak")
        if self._commit is not None:
            raise RuntimeError("this session is busy: one commit at a time")
        if self._failure is not None:
            raise self._failure
        if self._spent:
            raise RuntimeError("this session is spent: its last commit failed or was cancelled; open another")
        self._commits += 1
        taker = Taker(accept, self._response_format, self._sample_rate, self._options.max_audio, "max_audio")
        self._commit = commit = _Commit(accept, taker)
        try:
            await self._hear(commit, text)
        except BaseException:  # raised again
            self._commit = None  # nothing of it is passed on from here
            await self._stop()  # noqa: ASYNC102 -- shielded in there; at once, so that the service stops
            raise
        finally:
            self._commit = None
        if self._protocol.worn:
            self._spent = True
            self._ended.set()  # the pool opens another
        characters = None if commit.finished is None else commit.finished.characters
        return Usage(len(text) if characters is None else characters)

    async def ended(self) -> None:
        """Return when the service has closed the connection, or it broke."""
        await self._ended.wait()

    async def _hear(self, commit: _Commit, text: str) -> None:
        options, taker = self._options, commit.taker
        with trio.CancelScope(deadline=trio.current_time() + options.first_audio_timeout) as self._patience:
            await self._send(self._protocol.say(text))
            await commit.over.wait()
        if commit.error is not None:
            raise commit.error
        if self._patience.cancelled_caught:
            name = "chunk_timeout" if taker.seconds else "first_audio_timeout"
            raise DeadlineExpired(
                f"the service sent no audio for {getattr(options, name):g} s ({name}): commit {self._commits} of this session, "
                f"{len(text)} characters, {taker.seconds:.1f} s of audio so far"
            )
        taker.end_of_response()
        taker.finish()

    async def _stop(self) -> None:
        """Tell the service that the commit is not wanted any more; where that cannot be said, the session is spent."""
        if self._failure is not None or self._websocket is None:
            return
        messages = self._protocol.stop()
        if messages is None:
            self._spent = True
            await self._websocket.hang_up()
            return
        with trio.move_on_after(self._options.close_timeout, shield=True) as scope:
            try:
                await self._send(messages)
            except Exception as error:  # noqa: BLE001 -- what ended the commit is told instead
                self.failed(error)
        if scope.cancelled_caught:
            self._spent = True

    async def say_goodbye(self) -> None:
        """Send what the protocol sends before a Close; whatever goes wrong is no error any more."""
        if self._commit is None and self.reusable:
            with trio.move_on_after(self._options.close_timeout):
                try:
                    await self._send(self._protocol.closing())
                except Exception as error:  # noqa: BLE001 -- nothing is owed any more
                    self.failed(error)

    async def keep_alive(self) -> None:
        """Send what keeps the session alive while nothing else is sent, until cancelled."""
        every = self._protocol.keep_alive_every
        if every is None:
            return
        while self._failure is None:
            await trio.sleep_until(self._sent_at + every)
            if trio.current_time() >= self._sent_at + every and self._failure is None:
                try:
                    await self._send(self._protocol.keep_alive())
                except Exception as error:  # noqa: BLE001 -- known to `ended` and the next commit
                    self.failed(error)

    def receive(self, message: str | bytes) -> None:
        """Take a message, from the task that reads."""
        if self._tap is not None:
            self._tap(
                trio.current_time(), "received", message if isinstance(message, str) else f"<{len(message)} bytes>"
            )
        for happening in self._protocol.take(message):
            self._happened(happening)
        self._changed.set()

    def _happened(self, happening: Happening) -> None:
        commit = self._commit
        if commit is None:
            raise ProtocolViolation(f"the service sent {type(happening).__name__.lower()} when nothing was committed")
        if commit.over.is_set():
            if commit.finished is not None:
                raise ProtocolViolation(
                    f"the service sent {type(happening).__name__.lower()} behind the end of the commit"
                )
            return
        try:
            match happening:
                case Audio(data):
                    if commit.taker.take(data):
                        self._patience.deadline = trio.current_time() + self._options.chunk_timeout
                case Words(words):
                    tell_words(commit.accept, words)
                case Finished():
                    commit.finished = happening
                    commit.over.set()
        except Exception as error:  # noqa: BLE001 -- of `accept`, or of the audio: the task that commits raises it
            commit.fail(error)

    def failed(self, error: Exception) -> None:
        """The connection has ended."""
        self._failure = self._failure or error
        self._ended.set()
        self._changed.set()
        if self._commit is not None:
            self._commit.fail(error)

    async def _send(self, messages: Sequence[str]) -> None:
        if not messages:
            await trio.lowlevel.checkpoint()
            return
        assert self._websocket is not None
        self._sent_at = trio.current_time()
        if self._tap is not None:
            for message in messages:
                self._tap(self._sent_at, "sent", message)
        await self._websocket.send(*messages)
