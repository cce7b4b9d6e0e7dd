"""The world in which the blocks of the pages run: no network, no sound device, no keys, and mostly no time."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any
from unittest import mock

import attrs
import httpx2
import trio
from tests.integration.recipes.cloud import KEY, cloud
from trio.testing import MockClock

import triolet_adapters.outputs
import triolet_adapters.sources
import triolet_adapters.tts
from triolet import TTS, AudioFormat, TTSSession
from triolet.testing import ToneTTS
from triolet_adapters.outputs import NullDevice
from triolet_adapters.sources import OpenAIChat
from triolet_adapters.sources._http import Endpoint

ANSWER = "Go to bed at the same time every day. Keep the room dark."
"""Of every chat model that is asked elsewhere."""


@attrs.frozen(slots=False)
class Tones(TTS):
    """Stands for `LocalTTS`, without its thread and its time."""

    voice: str = "heart"
    speed: float = 1.0
    seed: int | None = 0

    @functools.cached_property
    def _tones(self) -> ToneTTS:
        return ToneTTS()

    @property
    def format(self) -> AudioFormat:
        return self._tones.format

    @property
    def bills(self) -> bool:
        return False

    def adjusted(self, **changes: str) -> Tones:
        return attrs.evolve(self, voice=changes["voice"])

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._tones.connect()


class Device(NullDevice):
    """Stands for `Loudspeaker`."""

    def __init__(self, device: str | None = None, *, hold: float = 0.1, fade: float = 0.01) -> None:
        super().__init__(hold=hold)


class Model:
    """Stands for `LocalLLM`: another model that is asked elsewhere."""

    SYSTEM = triolet_adapters.sources.LocalLLM.SYSTEM

    async def __aenter__(self) -> OpenAIChat:
        return OpenAIChat("local", api_key="none")

    async def __aexit__(self, *_: object) -> None:
        pass


@contextmanager
def chat_service(answer: str = ANSWER) -> Generator[list[str]]:
    """Chat services elsewhere give the same answer meanwhile; yields the keys that came. Those on this machine are real."""
    keys: list[str] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        keys.append(request.headers.get("authorization", ""))
        events = [f'data: {{"choices": [{{"delta": {{"content": "{word} "}}}}]}}\n\n' for word in answer.split()]
        body = "".join([*events, "data: [DONE]\n\n"])
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body.encode())

    original = Endpoint.new_client

    def client(endpoint: Endpoint) -> httpx2.AsyncClient:
        if endpoint.url.host == "127.0.0.1" and endpoint.url.port not in (8000, 8080, 11434, 1234):
            return original(endpoint)
        return httpx2.AsyncClient(transport=httpx2.MockTransport(respond))

    with mock.patch.object(Endpoint, "new_client", client):
        yield keys


@contextmanager
def world(*, sockets: bool = False) -> Generator[None]:
    """Speech is made of tones, services are elsewhere in this process, and nobody waits: `trio.run` has a clock that jumps.

    With `sockets` it has not: a clock that jumps does not know that bytes are on their way.
    """
    run = trio.run

    def jumping(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return run(function, *args, clock=MockClock(autojump_threshold=0), **options)

    with contextlib.ExitStack() as stack:
        put = stack.enter_context
        put(quiet_afterwards())
        put(chat_service())
        if not sockets:
            put(cloud(voice=Tones()))
            put(mock.patch.object(trio, "run", jumping))
        put(mock.patch.object(triolet_adapters.tts, "LocalTTS", Tones))
        for name in ("KokoroTTS", "PicoTTS"):
            put(mock.patch.object(triolet_adapters.tts, name, return_value=Tones()))
        put(mock.patch.object(triolet_adapters.outputs, "Loudspeaker", Device))
        put(mock.patch.object(triolet_adapters.sources, "LocalLLM", Model))
        put(
            mock.patch.dict(
                "os.environ",
                {
                    "OPENAI_API_KEY": "sk-none",
                    "ELEVENLABS_API_KEY": "sk-none",
                    "DEEPGRAM_API_KEY": "sk-none",
                    "TOGETHER_API_KEY": "sk-none",
                    "CARTESIA_API_KEY": "sk-none",
                    "DASHSCOPE_API_KEY": KEY,
                },
            )
        )
        yield


@contextmanager
def quiet_afterwards() -> Generator[None]:
    """Handlers and levels of loggers are as they were before."""
    loggers = [logging.getLogger(name) for name in (None, "triolet", "triolet.failover", "triolet_adapters.tts.qwen")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    try:
        yield
    finally:
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers


Enter = Callable[[AbstractAsyncContextManager[Any]], Any]


def run_all(works: Sequence[Callable[[Enter], Any]]) -> None:
    """Run async functions one after another in one Trio run. What they `enter` is left at the end."""

    async def main() -> None:
        async with _stack() as enter:
            for work in works:
                await work(enter)

    trio.run(main)


@asynccontextmanager
async def _stack() -> AsyncGenerator[Enter]:
    async with contextlib.AsyncExitStack() as stack:
        yield functools.partial(stack.enter_async_context)
