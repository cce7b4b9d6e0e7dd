"""The agent in a web page: a real server, and a real client in the place of the browser."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import uvicorn
from recipes import web_agent
from tests.integration.frameworks.local_service import ANSWER, ONE_TRY, local_service
from websockets.asyncio.client import ClientConnection, connect

from triolet import TTS, RecoveryPolicy, speech
from triolet.asyncio import open_session_pools
from triolet_adapters.tts.qwen import QwenTTS, ServerOptions

NOBODY = QwenTTS(url="ws://127.0.0.1:9/api-ws/v1/realtime", api_key="")


@asynccontextmanager
async def serving() -> AsyncGenerator[str]:
    """Serve the recipe. What uvicorn or asyncio have to complain of goes to the log, which the tests read."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web_agent.app, log_config=None, lifespan="on"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def talking(program: Callable[[str], Coroutine[Any, Any, None]], voice: TTS, monkeypatch: pytest.MonkeyPatch) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30), serving() as host:
            await program(host)

    monkeypatch.setattr(web_agent, "VOICE", voice)
    monkeypatch.setattr(web_agent, "open_session_pools", partial(open_session_pools, ONE_TRY))
    monkeypatch.setattr(web_agent, "speech", partial(speech, recovery=RecoveryPolicy(attempts=1)))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    asyncio.run(bounded())


async def received(browser: ClientConnection, until: Callable[[list[str], bytes], bool]) -> tuple[list[str], bytes]:
    """What comes until then: news, and audio."""
    news, pcm = list[str](), bytearray()
    while not until(news, bytes(pcm)):
        match await browser.recv():
            case str(text):
                news.append(text)
            case data:
                pcm += data
    return news, bytes(pcm)


def test_it_answers_and_a_new_question_interrupts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[list[dict[str, str]]] = []

    async def llm(messages: list[dict[str, str]]) -> AsyncGenerator[str]:
        asked.append(list(messages))
        for word in messages[-1]["content"].split(" "):
            yield f"{word} "

    monkeypatch.setattr(web_agent, "llm", llm)
    with local_service() as service:

        async def program(host: str) -> None:
            async with connect(f"ws://{host}/talk") as browser:
                await browser.send("It is said. And that is all.")
                _, pcm = await received(browser, lambda _, pcm: "that is all" in str(service.heard(pcm)))
                await browser.send(ANSWER)
                await received(browser, lambda _, pcm: len(pcm) > 48_000)
                await browser.send("Something else is asked.")
                news, _ = await received(browser, lambda news, _: bool(news))
                assert news == [""], "what the page holds is dropped"
                _, pcm = await received(
                    browser, lambda _, pcm: service.heard(pcm)[-1:] == [("Something else is asked.", 1)]
                )
                assert service.heard(pcm) == [("Something else is asked.", 1)]
            async with connect(f"ws://{host}/talk") as browser:
                await browser.send(ANSWER)
                await received(browser, lambda _, pcm: len(pcm) > 1000)
            # A browser that closes in the middle is no error, and the next one is served.
            async with connect(f"ws://{host}/talk") as browser:
                await browser.send("Hello.")
                await received(browser, lambda _, pcm: "Hello." in str(service.heard(pcm)))
            reader, writer = await asyncio.open_connection(*host.split(":"))
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            page = (await reader.read()).decode()
            writer.close()
            assert "createBuffer(1, pcm.length, 24000)" in page

        talking(program, service.tts(), monkeypatch)
    assert asked[0] == [{"role": "user", "content": "It is said. And that is all."}]
    assert [message["role"] for message in asked[2]] == ["user", "assistant", "user", "assistant", "user"]
    assert ANSWER.startswith(heard := asked[2][3]["content"].strip())
    assert 0 < len(heard) < len(ANSWER)
    assert "Traceback" not in caplog.text


def test_a_wrong_key_and_a_dead_service_are_said_in_the_page(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def saying(what: str) -> Callable[[str], Coroutine[Any, Any, None]]:
        async def program(host: str) -> None:
            async with connect(f"ws://{host}/talk") as browser:
                for _ in range(2):
                    await browser.send("Nobody says this.")
                    news, pcm = await received(browser, lambda news, _: any(news))
                    assert news[-1].startswith(what)
                    assert not pcm

        return program

    with local_service(options=ServerOptions(api_key="right")) as service:
        talking(saying("AuthenticationFailed: "), service.tts(api_key="wrong"), monkeypatch)
    talking(saying("ConnectionFailed: "), NOBODY, monkeypatch)
    assert "Traceback" not in caplog.text
    assert "Traceback" not in "".join(capfd.readouterr())
