"""A local server that speaks the protocol of Qwen-TTS realtime with any voice of ours."""

from __future__ import annotations

from http import HTTPStatus

import trio

from triolet_adapters.tts.frame.server import Connection, LocalServer, Refusal, Request, Site, Voice, queried
from triolet_adapters.tts.qwen.protocol import PATH
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._session import ServerSession
from triolet_adapters.tts.qwen.server._update import LONGEST_NAME

SITE = Site(protocol="Qwen-TTS realtime", command="qwen", path=PATH, websockets=PATH.__eq__)


class QwenServer(LocalServer):
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`).

    Each connection opens a session of the voice (`connect()`), and closes it when it ends. When it is stopped, sessions say what has
    been committed, then close with 1001.
    """

    _options: ServerOptions

    def __init__(self, voice: Voice, options: ServerOptions | None = None) -> None:
        super().__init__(SITE, voice, options or ServerOptions())
        self._sessions: set[ServerSession] = set()
        self._cutting = trio.StrictFIFOLock()

    def stop(self) -> None:
        """See `LocalServer.stop`."""
        super().stop()
        for session in self._sessions:
            session.drain()

    def refusal(self, request: Request) -> Refusal | None:
        """See `LocalServer.refusal`."""
        if len(model_of(request)) > LONGEST_NAME:
            return Refusal(HTTPStatus.BAD_REQUEST, "InvalidModel", f"model has more than {LONGEST_NAME} characters")
        return None

    def limits_request(self, request: Request) -> bool:
        """See `LocalServer.limits_request`."""
        return self._options.rate_limit == "handshake"

    async def speak(self, connection: Connection, request: Request) -> None:
        """See `LocalServer.speak`."""
        session = ServerSession(
            connection,
            model_of(request),
            self._voice,
            self._options,
            self.admit,
            self._draws.randrange(2**32),
            self._cutting,
            self.strikes,
        )
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)


def model_of(request: Request) -> str:
    """The model that the URL names; empty if it names none."""
    return queried(request).get("model", "")
