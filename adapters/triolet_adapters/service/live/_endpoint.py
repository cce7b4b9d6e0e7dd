"""`WS /v1/speech`: one connection of a client."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio
from starlette.websockets import WebSocket, WebSocketDisconnect

from triolet import Alone
from triolet.errors import TrioletError
from triolet_adapters.outputs.browser import BrowserOutput, Page
from triolet_adapters.service.connections import ClientWebSocket, accept
from triolet_adapters.service.live import _messages as messages
from triolet_adapters.service.live._host import Host
from triolet_adapters.service.live._outputs import ACKNOWLEDGED_HOLD, FRAME, FRAME_AHEAD, RealtimeOutput, TakenOutput
from triolet_adapters.service.live._session import RESUMABLE, LiveSession
from triolet_adapters.service.live._sessions import LiveSessions
from triolet_adapters.service.live._settings import Settings

_log = logging.getLogger("triolet.service")

FIRST = 30.0
"""Seconds for the first message of a client whose address does not say how it plays."""

SUBPROTOCOL = "triolet"
"""What is answered to a browser that offers it: it must offer one beside that with its key, and wants one of them accepted."""

LAST_WORDS = 1.0
"""Seconds for telling a client what was heard, or what is wrong, before the connection is closed."""

GOING_AWAY, MISUSE, INTERNAL = 1001, 1008, 1011
"""Codes of RFC 6455 with which a connection is closed."""


async def speak_live(
    websocket: WebSocket, host: Host, sessions: LiveSessions, *, caller: str = "", ignored: tuple[str, ...] = ()
) -> None:
    """Serve one connection, until the client leaves or has to.

    Args:
        websocket: not accepted yet.
        host: the service.
        sessions: those of this process.
        caller: whose key it is; "" where no keys are asked for. A session can be resumed with the same key only.
        ignored: parameters of the address that are not ours, such as a key.
    """
    offered = websocket.scope.get("subprotocols", ())
    try:
        connection = await accept(websocket, SUBPROTOCOL if SUBPROTOCOL in offered else None, host.longest_message)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return
    try:
        with Alone():
            settings = Settings.of(websocket.query_params, ignored)
            await _Client(websocket, connection, settings, host, sessions, caller).serve()
    except ValueError as error:  # a wrong address, a message that is none, a voice that is not there
        await _refuse(connection, "bad_message", str(error))
    except trio.TooSlowError:
        await _refuse(connection, "bad_message", f"nothing was sent for {FIRST:g} s")
    except TrioletError as error:
        await _refuse(connection, "internal", str(error), INTERNAL)
    except (WebSocketDisconnect, trio.BrokenResourceError):
        pass


async def _refuse(connection: ClientWebSocket, code: str, message: str, close: int = MISUSE) -> None:
    with trio.move_on_after(LAST_WORDS):
        try:
            await connection.send(messages.write(messages.Failure(code=code, message=message)))
        except trio.BrokenResourceError:
            return
    await connection.close(close, message)


class _Client:
    """One connection."""

    def __init__(
        self,
        websocket: WebSocket,
        connection: ClientWebSocket,
        settings: Settings,
        host: Host,
        sessions: LiveSessions,
        caller: str,
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._host = host
        self._sessions = sessions
        self._caller = caller
        self._parent = websocket.headers.get("traceparent")
        self._told = 0
        self._telling = trio.Event()

    async def serve(self) -> None:
        first: str | None = None
        played = self._settings.played
        if played in (None, "acknowledged"):
            first = await self._first()
            hello = first.startswith("{") and '"audio.hello"' in first
            if played == "acknowledged" and not hello:
                raise messages.BadMessage("played=acknowledged needs `audio.hello` as the first message")
            played = "acknowledged" if hello else "realtime"
        if played == "acknowledged":
            assert first is not None
            await self._serve_player(first)
            return
        kind = TakenOutput if played == "taken" else RealtimeOutput
        output = kind(self._connection.send, self._connection.send)
        session = self._session(output)
        async with self._open_here(session):
            await self._talk(session, output, None, first, 0)

    async def _first(self) -> str:
        """The first message. Who has sent none when the service ends is told to leave."""

        async def leave() -> None:
            await self._host.drains.wait()
            await self._leave()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(leave)
            with trio.fail_after(FIRST):
                first = await self._received()
            nursery.cancel_scope.cancel()
        return first

    async def _serve_player(self, hello: str) -> None:
        wanted = BrowserOutput.session_of(hello)
        session = self._sessions.find(wanted, self._caller)
        resumed = session is not None
        if session is None:
            session = self._session(
                BrowserOutput(
                    codec=self._settings.codec,
                    hold=ACKNOWLEDGED_HOLD,
                    patience=RESUMABLE,
                    frame=FRAME,
                    frame_ahead=FRAME_AHEAD,
                )
            )
            await self._host.nursery.start(self._outlive, session)
            if wanted is not None:
                session.tell(
                    messages.Failure(
                        code="session_lost",
                        message="the session is not here any more, so what was heard of its last turn is not known; this is a new one",
                    )
                )
        output = session.output
        assert isinstance(output, BrowserOutput)
        after = (self._settings.after or 0) if resumed else 0  # another session has counted from 1
        after = min(after, session.journal.last)  # a client that counts wrong is told what comes
        with output.attached(self._connection.send, self._connection.send) as page:
            await self._say_open(session, resumed=resumed)
            page.received(hello)
            await self._talk(session, output, page, None, after)

    def _session(self, output: BrowserOutput | RealtimeOutput | TakenOutput) -> LiveSession:
        if self._host.name:
            output.session = f"{self._host.name}.{output.session}"
        return LiveSession(self._host, self._settings, output, caller=self._caller, parent=self._parent)

    async def _outlive(self, session: LiveSession, *, task_status: trio.TaskStatus[None]) -> None:
        """Run a session in the service's nursery, until its client has been away for too long."""
        output = session.output
        assert isinstance(output, BrowserOutput)
        try:
            async with _running(session):
                self._sessions.add(session)
                task_status.started()
                await output.deserted(RESUMABLE)
        except Exception:  # noqa: BLE001 -- one session must not end those of others
            _log.exception("a session has failed")
            session.tell(messages.Failure(code="internal", message="this session has failed: connect again"))
        finally:
            self._sessions.remove(session)

    @asynccontextmanager
    async def _open_here(self, session: LiveSession) -> AsyncGenerator[None]:
        """Run a session for as long as this connection lasts."""
        await self._say_open(session, resumed=False)
        async with _running(session):
            self._sessions.add(session)
            try:
                yield
            finally:
                self._sessions.remove(session)

    async def _say_open(self, session: LiveSession, *, resumed: bool) -> None:
        await self._connection.send(
            messages.write(
                messages.SessionOpen(
                    session=session.output.session,
                    resumed=resumed,
                    resumable=session.resumable,
                    model=session.model,
                    voice=session.settings.voice,
                )
            )
        )

    async def _talk(
        self,
        session: LiveSession,
        output: BrowserOutput | RealtimeOutput | TakenOutput,
        page: Page | None,
        first: str | None,
        after: int,
    ) -> None:
        """Take what the client says, and tell it what happens, until one of them leaves."""
        self._told = after
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._tell, session, after, nursery.cancel_scope)
            nursery.start_soon(self._leave_when_drained, session)
            nursery.start_soon(self._connection.keep_alive)
            try:
                if first is not None:
                    self._take(session, page, first)
                while True:
                    self._take(session, page, await self._received())
            except WebSocketDisconnect as gone:
                if not isinstance(output, BrowserOutput):
                    output.fail(f"the client has hung up (code {gone.code})")
            nursery.cancel_scope.cancel()

    def _take(self, session: LiveSession, page: Page | None, text: str) -> None:
        if page is not None and page.received(text):
            return
        message = messages.read(text)
        if message is not None:
            session.take(message)

    async def _tell(self, session: LiveSession, seq: int, scope: trio.CancelScope) -> None:
        try:
            while True:
                numbers, texts = zip(*await session.journal.since(seq), strict=True)
                await self._connection.send(*texts)
                seq = self._told = numbers[-1]
                self._telling.set()
        except trio.BrokenResourceError:
            scope.cancel()

    async def _leave_when_drained(self, session: LiveSession) -> None:
        await self._host.drains.wait()
        session.tell(messages.Draining(seconds=self._host.drain_seconds))
        await session.idle()
        with trio.move_on_after(LAST_WORDS):
            while self._told < session.journal.last:
                self._telling = trio.Event()
                await self._telling.wait()
        await self._leave()

    async def _leave(self) -> None:
        await self._connection.close(GOING_AWAY, "the service ends: connect again")

    async def _received(self) -> str:
        """The next text message.

        Raises:
            WebSocketDisconnect: the client has hung up.
            BadMessage: it is no text.
        """
        message = await self._connection.receive()
        if isinstance(message, bytes):
            raise messages.BadMessage("a client sends text messages only; this one is binary")
        return message


@asynccontextmanager
async def _running(session: LiveSession) -> AsyncGenerator[None]:
    async with trio.open_nursery() as nursery:
        await nursery.start(session.run)
        yield
        nursery.cancel_scope.cancel()
