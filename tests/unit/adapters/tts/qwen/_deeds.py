"""What a server may do to a session, as pieces to be joined."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import trio
from tests.unit.adapters.tts.qwen._peers import CLOSE, TEXT, Script, frame

from triolet_adapters.shared.json import to_base64

MIB = 2**20
PCM = bytes(range(200))
DELTA = {"response_id": "r", "delta": to_base64(PCM)}
ITEM = {"response_id": "r", "item_id": "i"}

Deed = Callable[[Script], Awaitable[object]]


async def done(server: Script, response_id: str = "r") -> None:
    await server.send("response.done", response={"id": response_id, "status": "completed"})


async def answer(server: Script, pcm: bytes = PCM, response_id: str = "r") -> None:
    """A whole response to one commit."""
    await server.respond(response_id)
    await server.send("response.audio.delta", response_id=response_id, delta=to_base64(pcm))
    await done(server, response_id)


def then(*deeds: Deed) -> Deed:
    async def all_of_them(server: Script) -> None:
        for deed in deeds:
            await deed(server)

    return all_of_them


def event(kind: str, **fields: Any) -> Deed:
    return lambda server: server.send(kind, **fields)


def message(text: str | bytes) -> Deed:
    return lambda server: server.connection.send_message(text)


def raw(data: bytes) -> Deed:
    return lambda server: server.raw(data)


def every(seconds: float, *deeds: Deed, times: int = 10**6) -> Deed:
    async def again_and_again(server: Script) -> None:
        for _ in range(times):
            for deed in deeds:
                await deed(server)
            await trio.sleep(seconds)

    return again_and_again


begin: Deed = lambda server: server.respond()  # noqa: E731
delta = event("response.audio.delta", **DELTA)
created = event("response.created", response={"id": "r"})


async def byte_a_second(server: Script) -> None:
    for byte in frame(TEXT, json.dumps({"type": "response.audio.delta", **DELTA}).encode()):
        await server.raw(bytes([byte]))
        await trio.sleep(1)


async def close_frame(server: Script) -> None:
    """A Close, while TCP stays open and nothing is read any more."""
    server.connection._reader_running = False
    await server.raw(frame(CLOSE, (1011).to_bytes(2, "big") + b"gone"))


async def reset(server: Script) -> None:
    await trio.lowlevel.checkpoint()
    stream: Any = server.connection._stream
    stream.connection.reset()


def one_byte(value: int) -> Deed:
    return event("response.audio.delta", response_id="r", delta=to_base64(bytes([value])))
