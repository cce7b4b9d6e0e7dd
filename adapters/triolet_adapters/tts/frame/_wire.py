"""One connection, and the sessions that are lent from it: one of a protocol without contexts, several of one with them."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager

import trio

from triolet.errors import DeadlineExpired, ProtocolViolation
from triolet.websocket import Dial, Headers, WebSocket, open_websocket
from triolet_adapters.tts.frame._commit import Commit
from triolet_adapters.tts.frame._protocol import ContextProtocol
from triolet_adapters.tts.frame._websocket_options import VoiceOptions
from triolet_adapters.tts.frame._websocket_session import WebSocketSession

Tap = Callable[[float, str, str], None]
"""Called with the time, `sent` or `received`, and the message. Of bytes it is told how many they are."""


@asynccontextmanager
async def open_wire(
    url: str, wire: Wire, *, headers: Headers, options: VoiceOptions, dial: Dial, scrub: Callable[[str], str]
) -> AsyncGenerator[Wire]:
    """Connect, say what the protocol says first, and wait until the service is ready; leaving closes with 1000.

    Raises:
        TTSError: no connection.
    """
    raised: BaseException | None = None
    async with open_websocket(
        url,
        receive=wire.receive,
        receive_bytes=wire.receive,
        failed=wire.failed,
        headers=headers,
        options=options,
        dial=dial,
        scrub=scrub,
    ) as websocket:
        async with trio.open_nursery() as nursery:
            try:
                await wire.open(websocket)
                nursery.start_soon(wire.keep_alive)
                yield wire
                await wire.say_goodbye()
            except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below: outside of the nursery, so alone
                raised = error
            nursery.cancel_scope.cancel()
        if raised is not None:
            raise raised


class Wire:
    """A connection of a `WebSocketVoice`."""

    def __init__(
        self,
        protocol: ContextProtocol,
        response_format: str,
        sample_rate: int,
        options: VoiceOptions,
        tap: Tap | None,
    ) -> None:
        self.response_format = response_format
        self.sample_rate = sample_rate
        self.options = options
        self.failure: Exception | None = None
        """What ended the connection; None while it is open."""
        self.retired = False
        """Whether nothing more is begun on it."""
        self.unused = trio.Event()
        """Set when its last session was taken back, or it has failed."""
        self._protocol = protocol
        self._tap = tap
        self._websocket: WebSocket | None = None
        self._sessions: set[WebSocketSession] = set()
        self._commits: dict[int, Commit] = {}
        """Those that run, by their context."""
        self._contexts = 0
        self._hung_up = False
        self._changed = trio.Event()
        """Set when the service may have become ready."""
        self._sent_at = self._heard_at = -math.inf
        self._opened_at = self._used_at = math.inf

    async def open(self, websocket: WebSocket) -> None:
        """Say what the protocol says first, and wait until the service is ready.

        Raises:
            TTSError: it is not, within `ready_timeout`.
        """
        self._websocket = websocket
        await self.send(self._protocol.opening())
        with trio.move_on_after(self.options.ready_timeout) as scope:
            while not self._protocol.ready and self.failure is None:
                self._changed = trio.Event()
                await self._changed.wait()
        if self.failure is not None:
            raise self.failure
        if scope.cancelled_caught:
            seconds = self.options.ready_timeout
            raise DeadlineExpired(f"the service was not ready within {seconds:g} s (ready_timeout)")
        self._opened_at = self._used_at = trio.current_time()

    @property
    def used(self) -> bool:
        """Whether a session is lent of a connection that is open."""
        return bool(self._sessions) and self.failure is None

    @property
    def has_room(self) -> bool:
        """Whether a further session may be lent: it is open, lately used, not old, and a context is free."""
        now = trio.current_time()
        lately = bool(self._commits) or now < self._used_at + self.options.share_idle
        young = now < self._opened_at + self.options.share_age
        return self.failure is None and not self.retired and lately and young and self._free > 0

    @property
    def _free(self) -> int:
        """The contexts that are left for further sessions."""
        return self._protocol.max_contexts - self._protocol.lingering - len(self._sessions)

    @contextmanager
    def lend(self) -> Generator[WebSocketSession]:
        """Lend a session for this block."""
        session = WebSocketSession(self)
        self._sessions.add(session)
        if self.failure is not None:
            session.end()
        elif self.unused.is_set():  # and its holder has not run yet
            self.unused = trio.Event()
        try:
            yield session
        finally:
            session.leave()
            self._sessions.remove(session)
            if not self._sessions:
                self.unused.set()

    def retire(self) -> None:
        """Begin nothing more: sessions at rest end now, others after their commit."""
        self.retired = True
        for session in self._sessions:
            if not session.busy:
                session.end()

    def doubt(self, since: float) -> None:
        """Begin nothing more if several sessions share it, and nothing has come since then: it may be dead."""
        if self._protocol.max_contexts > 1 and self._heard_at < since:
            self.retire()

    def begin(self, commit: Commit, text: str) -> Sequence[str]:
        """Begin a commit in a context of its own: what is to be sent."""
        commit.context = self._contexts
        self._contexts += 1
        self._commits[commit.context] = commit
        return self._protocol.say(commit.context, text)

    def finish(self, commit: Commit) -> None:
        """A commit is over."""
        self._commits.pop(commit.context, None)
        self._used_at = trio.current_time()
        if self._protocol.worn:
            self.retire()

    async def stop(self, commit: Commit) -> bool:
        """Tell the service that a commit is not wanted any more; tell whether its session may begin another."""
        if self._commits.pop(commit.context, None) is None:
            return True  # it was never begun
        self._used_at = trio.current_time()
        if self.failure is not None or self._websocket is None:
            return False
        messages = self._protocol.stop(commit.context)
        if messages is None:
            self._hung_up = True
            self.retire()
            await self._websocket.hang_up()
            return False
        has_place = self._free >= 0  # now, since others may be stopped meanwhile
        with trio.move_on_after(self.options.close_timeout, shield=True) as scope:
            await self._send_if_open(messages)
        return has_place and not scope.cancelled_caught

    async def say_goodbye(self) -> None:
        """Send what the protocol sends before a Close; that the connection has ended is no error any more."""
        if not self._commits and self.failure is None and not self._hung_up:
            with trio.move_on_after(self.options.close_timeout):
                await self._send_if_open(self._protocol.closing())

    async def keep_alive(self) -> None:
        """Send what keeps the connection alive while nothing else is sent, until cancelled."""
        every = self._protocol.keep_alive_every
        if every is None:
            return
        while self.failure is None:
            await trio.sleep_until(self._sent_at + every)
            if trio.current_time() >= self._sent_at + every and self.failure is None:
                await self._send_if_open(self._protocol.keep_alive())

    def receive(self, message: str | bytes) -> None:
        """Take a message, from the task that reads."""
        self._heard_at = trio.current_time()
        if self._tap is not None:
            self._tap(
                trio.current_time(), "received", message if isinstance(message, str) else f"<{len(message)} bytes>"
            )
        for context, happening in self._protocol.take(message):
            commit = self._commits.get(context)
            if commit is None:
                raise ProtocolViolation(
                    f"the service sent {type(happening).__name__.lower()} when nothing was committed"
                )
            commit.take(happening, self.options.chunk_timeout)
        self._changed.set()

    def failed(self, error: Exception) -> None:
        """The connection has ended."""
        self.failure = self.failure or error
        self._changed.set()
        self.unused.set()
        for commit in self._commits.values():
            commit.fail(error)
        for session in self._sessions:
            session.end()

    async def send(self, messages: Sequence[str]) -> None:
        """Send messages, all of them in one write."""
        self._tell(messages)
        await self._write(messages)

    async def _send_if_open(self, messages: Sequence[str]) -> None:
        """Send. That the connection has ended is known to `ended` and to the next commit, and is not raised here."""
        self._tell(messages)
        try:
            await self._write(messages)
        except Exception as error:  # noqa: BLE001 -- whatever ended it, be it a bug in a protocol's `take`: `failed` keeps it
            self.failed(error)

    def _tell(self, messages: Sequence[str]) -> None:
        if messages:
            self._sent_at = trio.current_time()
        if self._tap is not None:
            for message in messages:
                self._tap(self._sent_at, "sent", message)

    async def _write(self, messages: Sequence[str]) -> None:
        if not messages:
            await trio.lowlevel.checkpoint()
            return
        assert self._websocket is not None
        await self._websocket.send(*messages)
