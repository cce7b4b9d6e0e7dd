"""The application of a service without a server: a request in memory, whose client is a script."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio
from starlette.types import ASGIApp, Message

from triolet import TTS
from triolet_adapters.service import ServedVoice, Service, ServiceConfig, ServiceVoices, create_app


async def nothing(_: Message) -> None:
    pass


@attrs.define
class Client:
    """Sends a request, and keeps what comes. It hears nothing of a disconnect before `gone` is set."""

    body: bytes
    path: str = "/v1/audio/speech"
    method: str = "POST"
    headers: dict[str, str] = attrs.Factory(dict[str, str])
    on_message: Callable[[Message], Awaitable[None]] = nothing
    """Called with each message of the answer, which waits for it."""
    slow: float = 0
    """Seconds from the head of the request to its body."""
    gone: trio.Event = attrs.Factory(trio.Event)
    messages: list[Message] = attrs.Factory(list[Message])
    _sent: bool = False

    async def receive(self) -> Message:
        if not self._sent:
            await trio.sleep(self.slow)
            self._sent = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.messages.append(message)
        await self.on_message(message)

    async def ask(self, app: ASGIApp) -> None:
        headers = {"host": "localhost", "content-length": str(len(self.body)), **self.headers}
        scope = {
            "type": "http",
            "method": self.method,
            "path": self.path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 5000),
            "server": ("127.0.0.1", 8765),
            "scheme": "http",
            "root_path": "",
        }
        await app(scope, self.receive, self.send)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def answer(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = json.loads(self.answer)["error"]
        return error

    @property
    def ended(self) -> bool:
        return self.messages[-1].get("more_body") is False


def asking(fields: Any = None, **client: Any) -> Client:
    return Client(json.dumps(fields).encode(), **client)


@asynccontextmanager
async def app_of(
    tts: TTS, config: ServiceConfig | None = None, **service: Any
) -> AsyncGenerator[tuple[ASGIApp, Service]]:
    served = ServedVoice(name="triolet", make=lambda _: tts, language="en", speeds=None)
    async with Service(config or ServiceConfig(), ServiceVoices({"triolet": served}, "triolet"), **service) as opened:
        yield create_app(opened), opened
