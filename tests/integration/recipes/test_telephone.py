"""The agent on the telephone: a real server, and a peer that speaks Twilio's side in the place of Twilio."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, Callable
from http.client import HTTPConnection

import pytest
import uvicorn
from recipes import telephone
from websockets.asyncio.client import ClientConnection, connect

from triolet.testing import ToneTTS
from triolet_adapters.outputs.telephone import TwilioPeer

TALK = b"\x00\x40\x00\xc0" * 800
"""A caller who talks for 0.2 s."""


async def _call(host: str, act: Callable[[TwilioPeer], str | None]) -> TwilioPeer:
    """A call in real time. `act` is called every 10 ms, and returns something when it is over."""
    loop = asyncio.get_running_loop()
    peer = TwilioPeer(delay=0.02, now=loop.time)

    async def receive(connection: ClientConnection) -> None:
        async for message in connection:
            peer.take(str(message))

    async with connect(f"ws://{host}/call") as connection:
        receiving = asyncio.create_task(receive(connection))
        while not peer.ended and act(peer) is None:
            for message in peer.step():
                await connection.send(message)
            await asyncio.sleep(0.01)
        for message in peer.step():
            await connection.send(message)
    with contextlib.suppress(Exception):
        await receiving
    return peer


def test_it_greets_is_interrupted_by_a_key_and_by_talk_and_knows_what_was_heard(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[list[str], str]] = []

    async def llm(heard: list[str], question: str) -> AsyncGenerator[str]:  # noqa: ASYNC124, ASYNC900 -- as a model is given
        asked.append((list(heard), question))
        yield {"hello": "Hello there. This is said to its end."}.get(question, "It is never said to its end, this.")

    def act(peer: TwilioPeer) -> str | None:
        played = len(peer.played) / 8_000
        match steps:
            case [] if played > 1.2:
                peer.press("1")
            case [_] if len(asked) == 2 and peer.playing and played > at[0] + 0.4:
                peer.say(TALK)
            case [_, _] if len(peer.cleared) == 2:
                peer.hang_up()
            case _:
                return None
        steps.append("step")
        at.append(played)
        return None

    steps: list[str] = []
    at: list[float] = []

    async def program() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(telephone.app, log_config=None, lifespan="on"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        try:
            async with asyncio.timeout(30):
                answer = await asyncio.to_thread(_answered, host)
                assert answer == f'<Response><Connect><Stream url="wss://{host}/call"/></Connect></Response>'
                async with connect(f"ws://{host}/call") as early:
                    await early.send(json.dumps({"event": "dtmf", "dtmf": {"digit": "1"}}))
                    await early.send(json.dumps({"event": "stop"}))
                    await early.wait_closed()
                assert "the caller has heard: []" in capsys.readouterr().out
                assert asked == [], "a key before the call has begun does nothing"
                peer = await _call(host, act)
                assert len(peer.cleared) == 2
                while "has heard" not in (printed := capsys.readouterr().out):
                    await asyncio.sleep(0.02)
                said.append(printed)
        finally:
            server.should_exit = True
            await task

    said: list[str] = []
    monkeypatch.setattr(telephone, "VOICE", ToneTTS())
    monkeypatch.setattr(telephone, "llm", llm)
    asyncio.run(program())
    (_, hello), (before, key) = asked
    assert (hello, key) == ("hello", "1")
    assert before == [] or "Hello there. This is said to its end.".startswith(before[0].strip())
    assert "the caller has heard: ['Hello" in said[0]


def _answered(host: str) -> str:
    connection = HTTPConnection(host)
    connection.request("POST", "/answer")
    text = connection.getresponse().read().decode()
    connection.close()
    return text
