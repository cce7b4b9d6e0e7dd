"""Clients that mean harm, byte by byte, and what the server's own work costs meanwhile."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio
from tests.unit.adapters.tts.qwen._peers import World

from triolet_adapters.tts.qwen.protocol import PATH

REQUEST = (
    f"GET {PATH}?model=m-realtime HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
).encode()
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode: int, payload: bytes, *, final: bool = True, masked: bool = True) -> bytes:
    """A frame as a client sends it; its mask is zero, so that the payload is to be seen."""
    head = bytes([(0x80 if final else 0) | opcode])
    mask = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([mask | len(payload)])
    elif len(payload) < 2**16:
        head += bytes([mask | 126]) + len(payload).to_bytes(2, "big")
    else:
        head += bytes([mask | 127]) + len(payload).to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + payload


def event(kind: str, **fields: Any) -> bytes:
    return frame(TEXT, json.dumps({"type": kind, **fields}, ensure_ascii=False).encode())


def append(text: str) -> bytes:
    return event("input_text_buffer.append", text=text)


COMMIT = event("input_text_buffer.commit")
FINISH = event("session.finish")
UPDATE = event("session.update", session={"voice": "Cherry", "mode": "commit"})


@attrs.define
class Foe:
    """One connection of a client that is free to send anything."""

    stream: trio.abc.Stream
    came: bytearray = attrs.field(factory=bytearray)
    ended: bool = False

    async def send(self, *pieces: bytes, times: int = 1) -> None:
        """Send, and go on as if nothing were if the server has hung up."""
        for _ in range(times):
            for piece in pieces:
                try:
                    await self.stream.send_all(piece)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    self.ended = True
                    return

    async def read(self) -> None:
        """Take all that comes, to the end."""
        try:
            while data := await self.stream.receive_some():
                self.came += data
                del self.came[:-65536]
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        self.ended = True

    async def until(self, words: bytes) -> bytes:
        """Read until these have come; give all that has."""
        while words not in self.came:
            data = await self.stream.receive_some()
            assert data, f"the server hung up after {bytes(self.came)!r}"
            self.came += data
        return bytes(self.came)

    async def shake_hands(self, more: bytes = b"") -> None:
        await self.send(REQUEST + b"\r\n" + more)
        await self.until(b"session.created")


async def dialled(world: World) -> Foe:
    return Foe(await world.network.dial("localhost", 80))


@asynccontextmanager
async def connected(world: World, *, reading: bool = True) -> AsyncGenerator[Foe]:
    """Past the handshake."""
    foe = await dialled(world)
    await foe.shake_hands()
    async with trio.open_nursery() as nursery:
        if reading:
            nursery.start_soon(foe.read)
        yield foe
        nursery.cancel_scope.cancel()
    await trio.aclose_forcefully(foe.stream)


class ServerWork(trio.abc.Instrument):
    """The CPU time that the server's tasks take. Another program on the machine makes it no longer, as it does a wait."""

    def __init__(self) -> None:
        self.total = 0.0
        self.longest = 0.0
        """Of one step of a task: meanwhile nobody else had a turn."""
        self._began = 0.0
        self._of_server: dict[int, bool] = {}

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        self._of_server.pop(id(task), None)

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._began = time.thread_time()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        took = time.thread_time() - self._began
        if self._is_of_server(task):
            self.total += took
            self.longest = max(self.longest, took)

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        self._of_server.pop(id(task), None)

    def _is_of_server(self, task: trio.lowlevel.Task) -> bool:
        known = self._of_server.get(id(task))
        if known is None:
            known, above = False, task
            while not known and above.parent_nursery is not None:
                known = "handle_stream" in getattr(above.coro, "__qualname__", "") or "_handle" in above.name
                above = above.parent_nursery.parent_task
            self._of_server[id(task)] = known
        return known


@asynccontextmanager
async def measured() -> AsyncGenerator[ServerWork]:
    """The garbage collector aside: what it takes depends on all that the tests before have left."""
    work = ServerWork()
    gc.collect()
    gc.disable()
    trio.lowlevel.add_instrument(work)
    try:
        yield work
    finally:
        trio.lowlevel.remove_instrument(work)
        gc.enable()
