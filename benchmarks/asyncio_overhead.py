"""What a conversation of an asyncio program costs more than one of a Trio program, in one run that takes turns between the two.

    python -m benchmarks.asyncio_overhead [--conversations 20] [--seconds 6] [--rounds 3] [--loop asyncio|uvloop] [--threaded]

CPU: so many conversations speak an answer of 11 s again and again through the local server, which is a process of its own, over
WebSockets: tokens at 60 a second from an async generator, to a listener in real time. Once the listener is an output of ours
(`NullDevice`), once a coroutine function that takes the audio in pieces of 40 ms (`Sink`; on Trio, the same written for Trio).

Latency: one conversation, and then so many, with a voice that gives 40 ms of audio every 50 ms; from there to the coroutine
function that takes it.

`--threaded` forbids the loop to wait for Trio's sockets, as on systems without epoll: a thread of Trio's then waits for them.

Goals: 1.3 times the CPU, and 0.3 ms more a chunk in the median.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import time
from array import array
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import attrs
import trio

import triolet.asyncio
import triolet.asyncio._rounds as rounds
from triolet import TTS, AudioCallback, AudioChunk, AudioFormat, Conversation, Output, Stage, TTSSession, Usage, speech
from triolet.asyncio._sink import PIECE
from triolet_adapters.outputs import NullDevice
from triolet_adapters.tts.qwen import QwenTTS

ANSWER = (
    "There are two trains on Saturday that would get you there in time. The first one leaves at ten and takes an hour, "
    "and you change once on the way. The other is direct, but it is slower."
)
TOKENS = [ANSWER[at : at + 4] for at in range(0, len(ANSWER), 4)]
PACE = 60.0
TURN = 12.0
"""Seconds of a turn and the pause after it: the conversations begin spread over it."""
CHUNK, EVERY = 960, 0.05
"""Samples in a chunk of the stamped voice, and seconds from one to the next: the listener is always waiting."""
MARK = 20_000
"""The first sample of its chunk number 0."""
CHUNKS = 60
CPU_GOAL, LATENCY_GOAL = 1.3, 0.3
KINDS = ("trio", "asyncio")

Run = Callable[[Callable[[], Coroutine[Any, Any, None]]], object]


class TrioSink(NullDevice):
    """As `triolet.asyncio.Sink`, for a coroutine function of Trio."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], pace: float = 1.0) -> None:
        super().__init__(hold=0.1, pace=pace)
        self._send = send

    async def play(self, pcm: bytes) -> None:
        step = round(PIECE * self._opened().sample_rate) * 2
        for at in range(0, len(pcm), step):
            await super().play(pcm[at : at + step])
            await self._send(pcm[at : at + step])


async def trio_tokens() -> AsyncGenerator[str]:
    began = trio.current_time()
    for number, token in enumerate(TOKENS):
        await trio.sleep_until(began + number / PACE)
        yield token


async def asyncio_tokens() -> AsyncGenerator[str]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number, token in enumerate(TOKENS):
        await asyncio.sleep(max(0.0, began + number / PACE - loop.time()))
        yield token


@attrs.define
class Taken:
    """Milliseconds of CPU for each second of audio heard, by kind; and milliseconds from the voice to the listener."""

    cpu: dict[str, list[float]] = attrs.Factory(lambda: {kind: list[float]() for kind in KINDS})
    latency: dict[str, list[float]] = attrs.Factory(lambda: {kind: list[float]() for kind in KINDS})

    def note(self, kind: str, heard: int, cpu: float) -> None:
        self.cpu[kind].append(1e3 * cpu / (heard / 24_000))


async def trio_send(_: bytes) -> None:
    await trio.lowlevel.checkpoint()


async def asyncio_send(_: bytes) -> None:
    await asyncio.sleep(0)


async def speak_on_trio(url: str, number: int, seconds: float, taken: Taken, *, sink: bool) -> None:
    outputs: list[Output] = []

    async def converse(offset: float) -> None:
        output = TrioSink(trio_send) if sink else NullDevice(hold=0.1)
        outputs.append(output)
        async with Conversation(speech(QwenTTS(url=url, api_key=""), "en"), output) as conversation:
            await trio.sleep(offset)
            while True:
                await conversation.say(trio_tokens())
                await trio.sleep(0.5)

    async with trio.open_nursery() as nursery:
        for each in range(number):
            nursery.start_soon(converse, TURN * each / number)
        await trio.sleep(TURN)
        heard, cpu = sum(output.heard for output in outputs), time.process_time()
        await trio.sleep(seconds)
        taken.note("trio", sum(output.heard for output in outputs) - heard, time.process_time() - cpu)
        nursery.cancel_scope.cancel()


async def speak_on_asyncio(url: str, number: int, seconds: float, taken: Taken, *, sink: bool) -> None:
    outputs: list[Output] = []

    async def converse(offset: float) -> None:
        output = triolet.asyncio.Sink(asyncio_send) if sink else NullDevice(hold=0.1)
        outputs.append(output)
        chain = speech(QwenTTS(url=url, api_key=""), "en")
        async with triolet.asyncio.Conversation(chain, output) as conversation:
            await asyncio.sleep(offset)
            while True:
                await conversation.say(asyncio_tokens())
                await asyncio.sleep(0.5)

    tasks = [asyncio.create_task(converse(TURN * each / number)) for each in range(number)]
    await asyncio.sleep(TURN)
    heard, cpu = sum(output.heard for output in outputs), time.process_time()
    await asyncio.sleep(seconds)
    taken.note("asyncio", sum(output.heard for output in outputs) - heard, time.process_time() - cpu)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Stamped(TTS):
    """A voice that knows when it has given each of its chunks, and marks them with their numbers."""

    def __init__(self) -> None:
        self.given: dict[int, float] = {}
        self.latencies: list[float] = []

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(24_000)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        yield _Stamping(self.given)

    def came(self, pcm: bytes) -> None:
        now = time.perf_counter()
        for sample in array("h", pcm):
            if sample >= MARK:
                self.latencies.append(1e3 * (now - self.given[sample - MARK]))


class _Stamping(TTSSession):
    def __init__(self, given: dict[int, float]) -> None:
        self._given = given

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        for number in range(CHUNKS):
            await trio.sleep(EVERY)
            self._given[number] = time.perf_counter()
            accept(array("h", [MARK + number, *([100] * (CHUNK - 1))]).tobytes())
        return Usage(characters=len(text))

    async def ended(self) -> None:
        await trio.sleep_forever()


def chain(voice: Stamped) -> Stage[str, AudioChunk]:
    return speech(voice, "en")


async def listen_on_trio(number: int, taken: Taken) -> None:
    async def converse() -> None:
        voice = Stamped()

        async def send(pcm: bytes) -> None:
            voice.came(pcm)
            await trio.lowlevel.checkpoint()

        async with Conversation(chain(voice), TrioSink(send, pace=100)) as conversation:
            await conversation.say(["Yes."])
        taken.latency["trio"] += voice.latencies

    async with trio.open_nursery() as nursery:
        for each in range(number):
            nursery.start_soon(converse)
            await trio.sleep(EVERY / number if each < number else 0)


async def listen_on_asyncio(number: int, taken: Taken) -> None:
    async def converse() -> None:
        voice = Stamped()

        async def send(pcm: bytes) -> None:
            voice.came(pcm)
            await asyncio.sleep(0)

        sink = triolet.asyncio.Sink(send, pace=100)
        async with triolet.asyncio.Conversation(chain(voice), sink) as conversation:
            await conversation.say(["Yes."])
        taken.latency["asyncio"] += voice.latencies

    tasks: list[asyncio.Task[None]] = []
    for _ in range(number):
        tasks.append(asyncio.create_task(converse()))
        await asyncio.sleep(EVERY / number)
    await asyncio.gather(*tasks)


@contextmanager
def server() -> Generator[str]:
    """The URL of the local server, in a process of its own."""
    cores = sorted(os.sched_getaffinity(0))
    command = [sys.executable, "-m", "benchmarks.load.server", "--core", str(cores[-1]), "--first-audio", "0.3"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[0]})
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def no_guest(_: object) -> None:
    """As if Trio had no epoll."""


def on_loop(name: str) -> Run:
    if name == "uvloop":
        import uvloop  # type: ignore[import-not-found,unused-ignore]  # pyright: ignore[reportMissingImports]

        loop: Any = uvloop
        return lambda main: loop.run(main())
    return lambda main: asyncio.run(main())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--conversations", type=int, default=20)
    options.add_argument("--seconds", type=float, default=6.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    options.add_argument("--threaded", action="store_true")
    chosen = options.parse_args()
    number: int = chosen.conversations
    run = on_loop(chosen.loop)
    if chosen.threaded:
        rounds.__dict__["_guest"] = no_guest
    with server() as url, contextlib.suppress(KeyboardInterrupt):
        for listener in ("output of ours", "sink"):
            taken, sink = Taken(), listener == "sink"
            for _ in range(chosen.rounds):
                trio.run(partial(speak_on_trio, url, number, chosen.seconds, taken, sink=sink))
                run(partial(speak_on_asyncio, url, number, chosen.seconds, taken, sink=sink))
            native, hosted = (statistics.median(taken.cpu[kind]) for kind in KINDS)
            print(
                f"CPU, {number} conversations, {listener}: Trio {native:.2f}, {chosen.loop} {hosted:.2f} ms for each second of "
                f"audio: {hosted / native:.2f} times (goal {CPU_GOAL})",
                flush=True,
            )
    for speakers in (1, number):
        taken = Taken()
        for _ in range(chosen.rounds):
            trio.run(listen_on_trio, speakers, taken)
            run(partial(listen_on_asyncio, speakers, taken))
        cuts = {kind: statistics.quantiles(taken.latency[kind], n=100) for kind in KINDS}
        print(
            f"latency, {speakers} conversations: median {cuts['trio'][49]:.2f} and {cuts['asyncio'][49]:.2f} ms, p99 "
            f"{cuts['trio'][98]:.2f} and {cuts['asyncio'][98]:.2f} ms: {cuts['asyncio'][49] - cuts['trio'][49]:.2f} ms more in the "
            f"median (goal {LATENCY_GOAL})",
            flush=True,
        )


if __name__ == "__main__":
    main()
