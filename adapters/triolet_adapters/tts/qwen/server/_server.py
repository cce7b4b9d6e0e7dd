"""A local server that speaks the protocol of Qwen-TTS realtime with any voice of ours."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import trio
import trio_websocket
from wsproto.utilities import LocalProtocolError

from triolet import TTS
from triolet_adapters.tts.qwen.protocol import PATH, dumps
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._session import ServerSession

Voice = TTS | Callable[[int], TTS]
"""A voice, or what makes one for a sample rate."""


class QwenServer:
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`).

    Each connection opens a session of the voice (`connect()`), and closes it when it ends.
    """

    def __init__(self, voice: Voice, options: ServerOptions | None = None) -> None:
        self._voice = voice
        self._options = options or ServerOptions()
        self._draws = random.Random(self._options.seed)
        self._requests: deque[float] = deque()
        self.connections = 0
        """How many were accepted since the start."""
        self.open = 0
        """How many are open now."""
        self.left: Counter[int] = Counter()
        """How many clients have left with which close code; 1006: without a Close."""

    async def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serve over TCP until cancelled. Start it with `nursery.start`, which gives the URL.

        The default host takes connections of this machine only; port 0 takes a free one.
        """
        listeners = await trio.open_tcp_listeners(port, host=host)
        port = listeners[0].socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        async with trio.open_nursery() as nursery:
            await nursery.start(trio.serve_listeners, self.handle_stream, listeners)
            task_status.started(f"ws://{shown}:{port}{PATH}")

    async def handle_stream(self, stream: trio.abc.Stream) -> None:
        """Speak to one client, until it leaves. What it does wrong is answered or ends its connection, nothing else."""
        wire = _Wire(stream)
        try:
            async with trio.open_nursery() as nursery:
                request: trio_websocket.WebSocketRequest | None = None
                with trio.move_on_after(self._options.handshake_timeout) as patience:
                    wire.at_end = patience.cancel  # trio-websocket goes on waiting for a request
                    request = await trio_websocket.wrap_server_stream(nursery, wire, receive_buffer_size=64 * 1024)
                    wire.at_end = None
                if request is not None:
                    await self._answer(request)
                nursery.cancel_scope.cancel()
        except* trio_websocket.ConnectionClosed:
            pass  # the client has left
        except* LocalProtocolError:
            pass  # a ping of the client came after our Close, and trio-websocket would have answered it
        finally:
            await trio.aclose_forcefully(stream)

    async def _answer(self, request: trio_websocket.WebSocketRequest) -> None:
        target = urlsplit(request.path)
        headers = {name.lower(): value.decode("latin-1") for name, value in request.headers}
        key = self._options.api_key
        if target.path != PATH:
            await _refuse(request, 404, "InvalidURL", f"nothing is served at {target.path}; the path is {PATH}")
        elif key is not None and headers.get(b"authorization") != f"Bearer {key}":
            await _refuse(request, 401, "InvalidApiKey", "Invalid API-key provided.")
        elif self._options.rate_limit == "handshake" and not self.admit():
            await _refuse(request, 429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.")
        else:
            model = parse_qs(target.query).get("model", [""])[0]
            await self._speak(await request.accept(), model)

    async def _speak(self, connection: trio_websocket.WebSocketConnection, model: str) -> None:
        self.connections += 1
        self.open += 1
        try:
            session = ServerSession(
                connection, model, self._voice, self._options, self.admit, self._draws.randrange(2**32)
            )
            await session.run()
        finally:
            self.open -= 1
            if connection.closed is not None:
                self.left[connection.closed.code] += 1
            with trio.move_on_after(self._options.close_timeout, shield=True):
                await connection.aclose()

    def admit(self) -> bool:
        """Count a request; whether it is within `requests_per_minute`."""
        if self._options.requests_per_minute is None:
            return True
        now = trio.current_time()
        while self._requests and self._requests[0] <= now - 60:
            self._requests.popleft()
        if len(self._requests) >= self._options.requests_per_minute:
            return False
        self._requests.append(now)
        return True


class _Wire(trio.abc.Stream):
    """The stream below the WebSocket, which tells when nothing more will come."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self.at_end: Callable[[], object] | None = None

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        data: bytes | bytearray = b""
        try:
            data = await self._stream.receive_some(max_bytes)
        finally:
            if not data and self.at_end is not None:
                self.at_end()
        return data

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _refuse(request: trio_websocket.WebSocketRequest, status: int, code: str, message: str) -> None:
    body = dumps({"code": code, "message": message}).encode()
    await request.reject(status, extra_headers=[(b"Content-Type", b"application/json")], body=body)
