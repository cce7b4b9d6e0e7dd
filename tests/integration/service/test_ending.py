"""How the service ends, and whom it does not wait for: over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest
import trio
from tests.integration.service.serving import Served, serving

from triolet import TTS, AudioCallback, AudioFormat, TTSSession, Usage
from triolet.testing import ToneTTS
from triolet_adapters.service import Limits, ServiceConfig

ASKED = {"input": "Hello there. How are you?", "response_format": "pcm"}


class Held(TTS):
    """A voice that speaks half of each text, and the rest when it is let."""

    def __init__(self) -> None:
        self.spoke = trio.Event()
        self.goes_on = trio.Event()

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(24_000)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        yield _HeldSession(self)


class _HeldSession(TTSSession):
    def __init__(self, tts: Held) -> None:
        self._tts = tts

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        accept(b"\x00\x20" * 12_000)
        self._tts.spoke.set()
        await self._tts.goes_on.wait()
        accept(b"\x00\x20" * 12_000)
        return Usage(len(text))


def request_bytes(served: Served, fields: object) -> bytes:
    body = json.dumps(fields).encode()
    host = served.url.removeprefix("http://")
    return (
        f"POST /v1/audio/speech HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def connect(served: Served) -> trio.SocketStream:
    return await trio.open_tcp_stream("127.0.0.1", int(served.url.rpartition(":")[2]))


async def test_what_is_begun_is_said_and_nothing_more_is_begun() -> None:
    held = Held()
    answers: list[httpx2.Response] = []
    async with serving(held) as served, httpx2.AsyncClient(base_url=served.url) as client:
        assert (await client.get("/readyz")).status_code == 200

        async def speak() -> None:
            answers.append(await client.post("/v1/audio/speech", json=ASKED))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(speak)
            await held.spoke.wait()
            served.stop.set()
            await served.service.draining.wait()
            with pytest.raises(OSError):  # noqa: PT011 -- refused, or reset
                async with await connect(served) as late:
                    await late.receive_some()
            held.goes_on.set()
    assert len(answers[0].content) >= 2 * 2 * 24_000


async def test_it_does_not_wait_for_ever_for_what_is_begun(caplog: pytest.LogCaptureFixture) -> None:
    held = Held()
    config = ServiceConfig(port=0, limits=Limits(drain_timeout=0.05))
    async with serving(held, config) as served, await connect(served) as client:
        await client.send_all(request_bytes(served, ASKED))
        await held.spoke.wait()
        served.stop.set()
        received = b""
        while data := await client.receive_some():
            received += data
    assert received.startswith(b"HTTP/1.1 200")
    assert not received.endswith(b"0\r\n\r\n")  # the client sees that it is not all
    assert "turns were cut off: they have not ended within 0.05 s" in caplog.text


@pytest.mark.parametrize("stopped", [True, False])
async def test_a_client_that_takes_nothing_does_not_hold_it_up(stopped: bool) -> None:
    """What hypercorn sends is shielded; so the connection is closed under it."""
    text = " ".join(f"This is sentence number {number} of many." for number in range(90))
    config = ServiceConfig(port=0, limits=Limits(drain_timeout=0.05))
    tone = ToneTTS(seconds_per_character=1)
    async with trio.open_nursery() as nursery, serving(tone, config) as served:
        client = await connect(served)
        await client.send_all(request_bytes(served, {"input": text, "response_format": "pcm"}))
        seen = -1
        while seen < len(tone.commits):  # until the buffers of the kernel are full, too
            seen = len(tone.commits)
            await trio.sleep(0.05)
        assert len(tone.commits) < 90
        if not stopped:
            nursery.cancel_scope.cancel()
    await client.aclose()


async def test_connections_without_requests_make_room() -> None:
    config = ServiceConfig(port=0, limits=Limits(connections=3))
    held = Held()
    async with serving(held, config) as served:
        speaking = await connect(served)
        await speaking.send_all(request_bytes(served, ASKED))
        await held.spoke.wait()
        idle = [await connect(served) for _ in range(10)]
        async with httpx2.AsyncClient(base_url=served.url) as client:
            assert (await client.get("/healthz")).status_code == 200
        assert [await one.receive_some() for one in idle[:7]] == [b""] * 7
        held.goes_on.set()
        received = b""
        while not received.endswith(b"0\r\n\r\n"):
            data = await speaking.receive_some()
            assert data
            received += data
        for one in [speaking, *idle]:
            await one.aclose()


async def test_a_head_must_come_in_time() -> None:
    config = ServiceConfig(port=0, limits=Limits(header_timeout=0.05))
    async with serving(config=config) as served:
        client = await connect(served)
        await client.send_all(b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nX-A: ")
        assert await client.receive_some() == b""
        await client.aclose()


async def test_who_speaks_before_the_handshake_is_over_ends_no_connection_but_its_own() -> None:
    async with serving() as served, httpx2.AsyncClient(base_url=served.url) as client:
        host = served.url.removeprefix("http://")
        handshake = (
            f"GET /v1/speech HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        async with await connect(served) as stream:
            await stream.send_all(handshake.encode() + b"\x81\x85\0\0\0\0Hello")
            while await stream.receive_some():
                pass
        assert (await client.get("/healthz")).status_code == 200
