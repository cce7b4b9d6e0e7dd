"""The voice and its local server joined by the virtual network, and servers that follow a script."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio
from tests.unit.adapters.tts._virtual_http import client_over
from tests.unit.triolet.tts._websocket_peers import served

from triolet.testing import Link, ToneTTS, VirtualNetwork
from triolet_adapters.tts import OpenAITTS
from triolet_adapters.tts.openai.server import OpenAIServer, OpenAIServerOptions

BASE = "http://localhost/v1"


@attrs.define
class World:
    network: VirtualNetwork
    server: OpenAIServer
    voice: ToneTTS

    def tts(self, **settings: Any) -> OpenAITTS:
        asked: dict[str, Any] = {"base_url": BASE, "client": client_over(self.network), **settings}
        return OpenAITTS(**asked)


@asynccontextmanager
async def serving(
    options: OpenAIServerOptions | None = None, voice: ToneTTS | None = None, link: Link | None = None
) -> AsyncGenerator[World]:
    voice = voice or ToneTTS()
    server = OpenAIServer(voice, options)
    async with served(server.handle_stream, link, host="localhost") as network:
        yield World(network, server, voice)


@attrs.define
class Script:
    """The server's end of one connection, to send whatever is wanted."""

    stream: trio.abc.Stream
    connection: Any
    heads: list[str] = attrs.field(factory=list[str])

    async def request(self) -> str:
        """The next request but HEADs, which are answered."""
        while True:
            data = bytearray()
            while b"\r\n\r\n" not in data:
                more = await self.stream.receive_some()
                if not more:
                    await trio.sleep_forever()
                data += more
            self.heads.append(data.split(b"\r\n")[0].decode())
            if not data.startswith(b"HEAD"):
                head, _, body = data.partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                while len(body) < length:
                    body += await self.stream.receive_some()
                return (head + b"\r\n\r\n" + body).decode()
            await self.raw(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")

    async def raw(self, data: bytes) -> None:
        try:
            await self.stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            await trio.sleep_forever()

    async def head(self, kind: str = "audio/pcm", *more: str, status: str = "200 OK") -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *(more or ("Transfer-Encoding: chunked",)), "\r\n"]
        await self.raw("\r\n".join(lines).encode())

    async def chunk(self, data: bytes) -> None:
        await self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    async def end(self) -> None:
        await self.raw(b"0\r\n\r\n")


@asynccontextmanager
async def scripted(script: Callable[[Script], Awaitable[object]], **settings: Any) -> AsyncGenerator[OpenAITTS]:
    async def handle(stream: Any) -> None:
        await script(Script(stream, stream.connection))
        await trio.sleep_forever()

    async with served(handle, host="localhost") as network:
        asked: dict[str, Any] = {"base_url": BASE, "client": client_over(network), **settings}
        yield OpenAITTS(**asked)
