"""Several processes of the service behind a real HAProxy, with a real Redis; and clients that judge them by what they hear."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import trio
import trio_websocket
from tests.integration.quotas.redis import SERVER, Redis, running_redis

from triolet import Alone
from triolet.testing import decode

HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
ROOT = Path(__file__).parents[3]
NAMES = ("one", "two", "three", "four")
RATE = 24_000
PACE = 0.06
"""Seconds of audio for a character, of the tone voice."""

CONFIG = """
default = "tone"
page = false
[voices.tone]
tts = "tone"
[limits]
requests_per_minute = 100000
drain_timeout = 8.0
max_lag = 10.0
"""

available = SERVER is not None and HAPROXY is not None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@attrs.define(eq=False)
class Worker:
    """One process of the service."""

    name: str
    port: int
    config: Path
    redis: str
    process: trio.Process | None = None

    async def start(self) -> None:
        environment = {**os.environ, "TRIOLET_SERVE_NAME": self.name, "TRIOLET_SERVE_REDIS": self.redis}
        self.process = await trio.lowlevel.open_process(
            [
                sys.executable,
                "-m",
                "triolet_adapters.cli",
                "serve",
                "--config",
                str(self.config),
                "--port",
                str(self.port),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        with trio.fail_after(15):
            return await self.process.wait()


@attrs.define(eq=False)
class Machines:
    """All of them."""

    url: str
    redis: Redis
    workers: list[Worker]

    async def ready(self, count: int) -> None:
        """Wait until so many workers take turns."""
        with trio.fail_after(60):
            for worker in self.workers[:count]:
                while True:
                    try:
                        stream = await trio.open_tcp_stream("127.0.0.1", worker.port)
                        async with stream:
                            await stream.send_all(
                                b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            )
                            if b" 200 " in await stream.receive_some(100):
                                break
                    except OSError:
                        pass
                    await trio.sleep(0.05)


@asynccontextmanager
async def machines(folder: Path, count: int) -> AsyncGenerator[Machines]:
    assert HAPROXY is not None
    config = folder / "service.toml"
    config.write_text(CONFIG)
    front = free_port()
    async with running_redis() as redis:
        workers = [Worker(name, free_port(), config, redis.url) for name in NAMES]
        addresses = {f"TRIOLET_{worker.name.upper()}": f"127.0.0.1:{worker.port}" for worker in workers}
        balancer = None
        try:
            for worker in workers[:count]:
                await worker.start()
            here = Machines(f"ws://127.0.0.1:{front}/v1/speech", redis, workers[:count])
            await here.ready(count)
            balancer = await trio.lowlevel.open_process(
                [HAPROXY, "-db", "-f", str(ROOT / "deploy" / "haproxy.cfg")],
                env={**os.environ, "TRIOLET_BIND": f"127.0.0.1:{front}", **addresses},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            await trio.sleep(1.2)  # it has looked at each of them
            yield here
        finally:
            with trio.CancelScope(shield=True):
                for process in (balancer, *(worker.process for worker in workers)):
                    if process is not None and process.returncode is None:
                        process.kill()
                        await process.wait()


@attrs.define(eq=False)
class Turn:
    """A turn, and what its client knows of it."""

    sentences: Sequence[str]
    phrases: dict[int, str] = attrs.Factory(dict[int, str])
    whole: set[int] = attrs.Factory(set[int])
    ended: dict[str, Any] | None = None
    lost: bool = False
    """Whether the client was told that nobody knows what was heard of the rest."""


@attrs.define(eq=False)
class Session:
    """What was heard of one session, over all its connections."""

    name: str
    place: int = 0
    audio: bytearray = attrs.Factory(bytearray)
    turns: list[Turn] = attrs.Factory(list[Turn])
    seq: int = 0


class Talker:
    """A client that has one turn after another, and comes back when its connection breaks."""

    def __init__(self, url: str, number: int) -> None:
        self._url = url
        self._lengths = itertools.count(number % 7)
        self.sessions: list[Session] = []
        self.stopping = False
        self.errors: list[dict[str, Any]] = []
        self.reconnects = 0
        self._turn: Turn | None = None

    @property
    def turns(self) -> list[Turn]:
        return [turn for session in self.sessions for turn in session.turns]

    async def run(self) -> None:
        """Talk until `stopping`, and the turn has ended; one turn in any case."""
        while not (self.stopping and self._turn is None and self.turns):
            try:
                with Alone(), trio.fail_after(20):
                    await self._connect()
            except (OSError, trio.TooSlowError, trio_websocket.HandshakeError, trio_websocket.ConnectionClosed):
                self.reconnects += 1
                await trio.sleep(0.1)

    async def _connect(self) -> None:
        session = self.sessions[-1] if self.sessions else None
        query = "" if session is None else f"?session={session.name}&after={session.seq}"
        async with trio_websocket.open_websocket_url(f"{self._url}{query}") as socket:
            received = 0 if session is None else session.place
            hello = {"type": "audio.hello", "version": 1, "played": received, "received": received, "codecs": ["pcm"]}
            await socket.send_message(json.dumps({**hello, "session": None if session is None else session.name}))
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._play, socket)
                try:
                    await self._listen(socket)
                finally:
                    nursery.cancel_scope.cancel()

    async def _play(self, socket: trio_websocket.WebSocketConnection) -> None:
        """Say that what is there was played: four times as fast as people listen, since the service holds a second ahead."""
        while True:
            await trio.sleep(0.25)
            if self.sessions:
                position = {"type": "audio.position", "played": self.sessions[-1].place, "buffered": 0, "underruns": 0}
                await socket.send_message(json.dumps(position))

    async def _listen(self, socket: trio_websocket.WebSocketConnection) -> None:
        while True:
            message = await socket.get_message()
            if isinstance(message, bytes):
                session = self.sessions[-1]
                place, pcm = int.from_bytes(message[:8], "little"), message[8:]
                known = max(0, session.place - place)  # it may send again what was on the way
                session.audio += pcm[2 * known :]
                session.place = max(session.place, place + len(pcm) // 2)
                continue
            told = json.loads(message)
            if told["type"] == "session.open":
                self._opened(told)
                if self._turn is None:
                    await self._begin(socket)
            elif told["type"] == "error":
                self.errors.append(told)
            self._take(told)
            if told["type"] == "turn.ended":
                if self.stopping:
                    return
                await self._begin(socket)

    def _opened(self, told: dict[str, Any]) -> None:
        if told["resumed"]:
            return
        if self._turn is not None:  # it was in a session that is gone
            self._turn.lost = True
            self._turn = None
        self.sessions.append(Session(told["session"]))

    async def _begin(self, socket: trio_websocket.WebSocketConnection) -> None:
        """A turn whose sentences have lengths that tell which they are."""
        sentences = [f"Number {'a' * (1 + next(self._lengths) % 23)} is said here." for _ in range(3)]
        turn = Turn(sentences)
        self._turn = turn
        self.sessions[-1].turns.append(turn)
        for sentence in sentences:
            await socket.send_message(json.dumps({"type": "text", "text": f"{sentence} "}))
        await socket.send_message(json.dumps({"type": "turn.end"}))

    def _take(self, told: dict[str, Any]) -> None:
        session = self.sessions[-1] if self.sessions else None
        if session is None or "seq" not in told or told["seq"] <= session.seq:
            return
        session.seq = told["seq"]
        turn = self._turn
        if turn is None:
            return
        match told["type"]:
            case "phrase.ready":
                turn.phrases[told["phrase"]] = told["spoken"].strip()
            case "phrase.heard" if told["whole"]:
                turn.whole.add(told["phrase"])
            case "turn.ended":
                turn.ended = told
                self._turn = None
            case _:
                pass

    def check(self) -> tuple[int, int]:
        """Every word is heard once or reported. Returns how many turns were heard, and how many were lost with their process."""
        heard = lost = 0
        for session in self.sessions:
            expected = list[int]()
            for turn in session.turns:
                text = "".join(f"{sentence} " for sentence in turn.sentences)
                if turn.lost:
                    lost += 1
                    expected += [_samples(turn.phrases[phrase]) for phrase in sorted(turn.whole)]
                    continue
                assert turn.ended is not None, f"a turn neither ended nor was it reported: {turn}"
                if turn.ended["error"]:  # refused, and that was said
                    lost += 1
                    continue
                assert turn.ended["heard"] + turn.ended["unheard"] == text, f"{turn.ended}, of {text!r}: {self.errors}"
                if turn.ended["unheard"].strip():  # reported
                    lost += 1
                    expected += [_samples(turn.phrases[phrase]) for phrase in sorted(turn.whole)]
                    continue
                heard += 1
                expected += [_samples(turn.phrases[phrase]) for phrase in sorted(turn.phrases)]
            runs = decode(bytes(session.audio)).runs
            parts = [
                sum(run.stop - run.start for run in group)
                for _, group in itertools.groupby(runs, lambda run: (run.connection, run.commit))
            ]
            assert len({(run.connection, run.commit, run.start) for run in runs}) == len(runs), (
                "something was said twice"
            )
            assert len(parts) >= len(expected), "something that was reported as heard did not come"
            for part, samples in zip(parts, expected, strict=False):
                assert abs(part - samples) <= 0.05 * RATE, f"{parts} came, {expected} was reported: {self.errors}"
        return heard, lost


def _samples(text: str) -> int:
    return round(len(text) * PACE * RATE)
