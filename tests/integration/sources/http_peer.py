"""A chat service on loopback that sends exactly the bytes it is told to."""

from __future__ import annotations

import functools
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio

from triolet_adapters.sources import ChatStream, OpenAIChat

SSE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def token(text: str) -> bytes:
    return event(delta(content=text))


STOP = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


def answer(*events: bytes) -> bytes:
    """A whole response, each event in a chunk of its own."""
    return SSE_HEAD + b"".join(map(chunked, events)) + END


def response(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


QUESTION = [{"role": "user", "content": "Who is there?"}]
KEY = "sk-test-0123456789abcdef"


@attrs.define
class Peer:
    """What the service saw."""

    base_url: str
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = attrs.field(factory=list[Any])
    """Path, headers (lower-case names), body."""
    connections: int = 0
    open: int = 0
    changed: trio.Event = attrs.field(factory=trio.Event)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is seen; a minute at most, in which a busy machine has started a program."""
        with trio.fail_after(60):
            while not condition():
                await self.changed.wait()

    def change(self) -> None:
        self.changed.set()
        self.changed = trio.Event()


Behaviour = Callable[[trio.SocketStream, int], Awaitable[None]]
"""Answers the request with this number (from 0) on the stream; returning waits for the next one."""


@asynccontextmanager
async def serve(behaviour: Behaviour | bytes) -> AsyncGenerator[Peer]:
    async def handle(stream: trio.SocketStream) -> None:
        peer.connections += 1
        peer.open += 1
        held = b""
        try:
            while True:
                while b"\r\n\r\n" not in held:
                    data = await stream.receive_some()
                    if not data:
                        return
                    held += data
                head, _, held = held.partition(b"\r\n\r\n")
                first, *lines = head.decode().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                size = int(headers.get("content-length", "0"))
                while len(held) < size:
                    held += await stream.receive_some()
                body, held = held[:size], held[size:]
                number = len(peer.requests)
                peer.requests.append((first.split()[1], headers, json.loads(body)))
                peer.change()
                if isinstance(behaviour, bytes):
                    await stream.send_all(behaviour)
                else:
                    await behaviour(stream, number)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client has left, or the script hung up
        finally:
            peer.open -= 1
            peer.change()
            await trio.aclose_forcefully(stream)

    async with trio.open_nursery() as nursery:
        start = functools.partial(trio.serve_tcp, handle, 0, host="127.0.0.1")
        listeners: list[trio.SocketListener] = await nursery.start(start)
        peer = Peer(f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}/v1")
        yield peer
        nursery.cancel_scope.cancel()


def chat_with(peer: Peer, **settings: Any) -> OpenAIChat:
    return OpenAIChat("test-model", base_url=peer.base_url, **settings)


async def tokens_of(stream: ChatStream) -> list[str]:
    return [text async for text in stream]
