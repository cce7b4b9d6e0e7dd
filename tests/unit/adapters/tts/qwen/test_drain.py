"""A server that is stopped says what it has begun, then tells its clients and goes."""

from __future__ import annotations

import pytest
import trio
from tests.unit.adapters.tts.qwen._foes import COMMIT, UPDATE, append, connected, dialled, event
from tests.unit.adapters.tts.qwen._peers import serving
from trio.testing import MockClock

from triolet.errors import ConnectionFailed, ConnectionLost, ServiceError
from triolet.testing import ToneTTS, decode
from triolet_adapters.tts.qwen import QwenServer, QwenTTS, ServerOptions


async def test_a_response_under_way_is_finished(autojump_clock: MockClock) -> None:
    pcm = bytearray()
    async with serving(ServerOptions(pace=1)) as world, world.tts().connect() as session:

        async def stop() -> None:
            await trio.sleep(0.5)
            world.server.stop()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(stop)
            await session.commit("A sentence that takes some seconds to say.", pcm.extend)
        assert trio.current_time() > 1
        assert len(decode(bytes(pcm)).runs) == 1
        assert len(pcm) == 2 * world.voice.samples_of("A sentence that takes some seconds to say.")
        with pytest.raises((ConnectionLost, ServiceError), match="the server is shutting down") as caught:
            await session.commit("Too late.", pcm.extend)
        assert caught.value.retryable


async def test_text_that_was_appended_is_said(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(pace=1)) as world, connected(world, reading=False) as foe:
        await foe.send(append("One is here. And half a"))
        await foe.until(b"response.created")
        world.server.stop()
        assert b"response.done" in await foe.until(b"the server is shutting down")
        assert [commit.text for commit in world.voice.commits] == ["One is here.", " And half a"]


async def test_more_text_is_refused_and_no_new_client_comes_in(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(pace=1)) as world, connected(world, reading=False) as foe:
        await foe.send(UPDATE, append("A sentence that takes some seconds to say."), COMMIT)
        await foe.until(b"response.audio.delta")
        world.server.stop()
        await foe.send(append("Too late."), COMMIT)
        await foe.until(b"service_unavailable")
        with pytest.raises(ConnectionFailed, match=r"503.*shutting down"):
            async with world.tts().connect():
                raise AssertionError("must not open")
        await foe.until(b"response.done")
        await foe.until(b"the server is shutting down")


async def test_serve_returns_when_all_have_gone(nursery: trio.Nursery) -> None:
    server = QwenServer(ToneTTS())
    ended = trio.Event()

    async def serve(task_status: trio.TaskStatus[str]) -> None:
        await server.serve(task_status=task_status)
        ended.set()

    url: str = await nursery.start(serve)
    async with QwenTTS(url=url, api_key="").connect() as session:
        await session.commit("One.", bytearray().extend)
        server.stop()
        server.stop()
        with trio.fail_after(5):
            await session.ended()
            await ended.wait()
    assert server.open == 0
    with pytest.raises(ConnectionFailed):
        async with QwenTTS(url=url, api_key="").connect():
            raise AssertionError("must not open")


async def test_a_client_that_takes_nothing_is_waited_for_no_longer_than_is_said(nursery: trio.Nursery) -> None:
    server = QwenServer(ToneTTS(), ServerOptions(first_audio=1000, drain_timeout=0.01))
    ended = trio.Event()

    async def serve(task_status: trio.TaskStatus[str]) -> None:
        await server.serve(task_status=task_status)
        ended.set()

    url: str = await nursery.start(serve)
    async with QwenTTS(url=url, api_key="").connect() as session:
        nursery.start_soon(commit_and_fail, session)
        while server.open == 0:
            await trio.sleep(0.01)
        server.stop()
        with trio.fail_after(10):
            await ended.wait()


async def commit_and_fail(session: object) -> None:
    with pytest.raises(ConnectionLost):
        await session.commit("One.", bytearray().extend)  # type: ignore[attr-defined]


async def test_a_stop_while_nobody_is_there(autojump_clock: MockClock) -> None:
    async with serving() as world:
        world.server.stop()
        foe = await dialled(world)
        await foe.send(event("x"))
        await foe.read()
        assert world.server.open == 0
