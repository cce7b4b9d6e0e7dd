"""The vendor's own SDK as a peer of the local server: real sockets, real threads."""

from __future__ import annotations

import base64
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import dashscope
import trio
from dashscope.audio.qwen_tts_realtime import QwenTtsRealtime, QwenTtsRealtimeCallback

from triolet.testing._tone import ToneTTS
from triolet_adapters.tts.qwen import QwenServer, ServerOptions

Result = TypeVar("Result")


class SDK:
    """A session of the SDK, driven step by step from a thread; every wait has a deadline."""

    def __init__(self, url: str, key: str = "sk-test", model: str = "qwen3-tts-flash-realtime") -> None:
        self.events: list[dict[str, Any]] = []
        self.closed: list[tuple[int | None, str | None]] = []
        self._arrivals: queue.Queue[dict[str, Any]] = queue.Queue()
        self._gone = threading.Event()
        self._sockets: list[Any] = []
        outer = self

        class Callback(QwenTtsRealtimeCallback):
            def on_open(self) -> None:
                if outer.client.ws.sock is not None:
                    outer._sockets.append(outer.client.ws.sock.sock)

            def on_event(self, message: Any) -> None:  # annotated as str there; it is a dict
                outer.events.append(message)
                outer._arrivals.put(message)

            def on_close(self, close_status_code: int | None, close_msg: str | None) -> None:
                outer.closed.append((close_status_code, close_msg))
                outer._gone.set()

        dashscope.api_key = key
        self.client: Any = QwenTtsRealtime(model=model, callback=Callback(), url=url)

    def open(self, mode: str = "commit", **settings: Any) -> None:
        self.client.connect()
        self.until("session.created")
        self.client.update_session(voice="Cherry", mode=mode, **settings)

    def until(self, kind: str) -> dict[str, Any]:
        deadline = time.monotonic() + 10
        while (event := self._arrivals.get(timeout=max(0, deadline - time.monotonic())))["type"] != kind:
            pass
        return event

    def nothing_for(self, seconds: float) -> bool:
        """Whether no event comes for a while."""
        try:
            self._arrivals.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def say(self, text: str) -> None:
        self.client.append_text(text)
        self.client.commit()

    def finish(self) -> None:
        self.client.finish()
        self.until("session.finished")
        self.client.close()

    def wait_closed(self) -> tuple[int | None, str | None]:
        assert self._gone.wait(15)
        return self.closed[0]

    def tidy(self) -> None:
        """The SDK leaves its socket to the collector and its thread to itself."""
        connection = self.client.ws.sock if self.client.ws else None
        if connection is not None and connection.sock is not None:
            self._sockets.append(connection.sock)
        for opened in self._sockets:
            opened.close()

    @property
    def audio(self) -> bytes:
        return b"".join(
            base64.b64decode(event["delta"]) for event in self.events if event["type"] == "response.audio.delta"
        )

    @property
    def order(self) -> list[str]:
        """The types of the events; neighbouring audio deltas once."""
        kinds: list[str] = []
        for event in self.events:
            if event["type"] != "response.audio.delta" or kinds[-1:] != [event["type"]]:
                kinds.append(event["type"])
        return kinds


@asynccontextmanager
async def local_server(options: ServerOptions | None = None, voice: ToneTTS | None = None) -> AsyncGenerator[str, None]:
    """The URL of a server on this machine."""
    server = QwenServer(voice or ToneTTS(), options)
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(server.serve)
        yield url
        nursery.cancel_scope.cancel()


async def with_sdk(
    act: Callable[[SDK], Result], options: ServerOptions | None = None, voice: ToneTTS | None = None, **client: Any
) -> Result:
    """Run a blocking function with a client of the SDK, against a server that runs in Trio meanwhile."""
    async with local_server(options, voice) as url:

        def run() -> Result:
            sdk = SDK(url, **client)
            try:
                return act(sdk)
            finally:
                sdk.tidy()

        return await trio.to_thread.run_sync(run)


def story(events: list[dict[str, Any]]) -> str:
    """Events in short: a whole response is one word, with its status."""
    words: list[str] = []
    for event in events:
        kind = event["type"]
        if kind == "response.created":
            words.append("response")
        elif kind == "response.done":
            words.append(event["response"]["status"])
        elif kind == "error":
            words.append(f"error({event['error']['code']})")
        elif not kind.startswith("response."):
            words.append(kind.rpartition(".")[2])
    return " ".join(words)
