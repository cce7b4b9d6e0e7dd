"""Measures what the bridge of recipes/from_asyncio.py costs, compared with the same turn on Trio alone.

    python -m benchmarks.asyncio_bridge [--tokens 1000] [--rounds 3]

The voice and the listener take no time. The same text is said on Trio alone, with its tokens from asyncio, with its audio into
asyncio (in chunks of 40 ms), and with both. The fastest of the rounds counts. Then one crossing is timed, there and back: by
itself, and while the local voice, whose thread shares the interpreter, speaks as fast as it can.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import attrs
import trio
from recipes.from_asyncio import AsyncioConversation, AsyncioOutput, in_asyncio

from triolet import Conversation, speech
from triolet.testing import ToneTTS
from triolet_adapters.outputs import NullDevice
from triolet_adapters.tts import LocalTTS

SENTENCE = ["Each", "of", "these", "sentences", "has", "ten", "words,", "which", "is", "common."]
NO_TIME = 1e6
CROSSINGS = 2000
GOAL = 1000.0
"""Microseconds."""


@attrs.frozen(order=True)
class Times:
    """Two times in seconds: on the clock, and of work on all cores. A busy machine does not lengthen the second."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Times:
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Times) -> Times:
        return Times(self.wall - other.wall, self.cpu - other.cpu)

    def row(self, name: str, other: Times, count: int, unit: str) -> str:
        more = self - other
        return f"{name:20}{self.wall:6.2f} s  {more.wall / count * 1e6:6.0f} µs {unit} (work: {more.cpu / count * 1e6:.0f} µs)"


async def trio_tokens(count: int) -> AsyncGenerator[str]:
    for i in range(count):
        await trio.lowlevel.checkpoint()
        yield f"{SENTENCE[i % len(SENTENCE)]} "


async def asyncio_tokens(count: int) -> AsyncGenerator[str]:
    for i in range(count):
        await asyncio.sleep(0)
        yield f"{SENTENCE[i % len(SENTENCE)]} "


class Far:
    """Counts the chunks that came."""

    def __init__(self) -> None:
        self.pieces = 0

    async def send(self, pcm: bytes) -> None:  # noqa: ASYNC124
        self.pieces += 1


async def on_trio(count: int) -> Times:
    async with Conversation(speech(ToneTTS(), "en"), NullDevice(pace=NO_TIME)) as talk:
        began = Times.now()
        await talk.say(trio_tokens(count))
        return Times.now() - began


async def bridged(count: int, *, tokens: bool, audio: bool) -> tuple[Times, int]:
    """Say the text. Return its times, and how many chunks crossed."""
    far = Far()
    talk = Conversation(
        speech(ToneTTS(), "en"), AsyncioOutput(far.send, pace=NO_TIME) if audio else NullDevice(pace=NO_TIME)
    )
    async with AsyncioConversation(talk) as bridge:
        began = Times.now()
        if tokens:
            await bridge.say(asyncio_tokens(count))
        else:
            await bridge.call(lambda: talk.say(trio_tokens(count)))
        return Times.now() - began, far.pieces


async def crossings() -> dict[str, list[float]]:
    """Microseconds there and back, for each direction, alone and beside the voice."""
    loop = asyncio.get_running_loop()
    times: dict[str, list[float]] = {}

    async def nothing() -> None:  # noqa: ASYNC124
        pass

    async def out() -> list[float]:
        return [await timed(lambda: in_asyncio(loop, nothing)) for _ in range(CROSSINGS)]

    talk = Conversation(speech(LocalTTS(), "en"), NullDevice(pace=NO_TIME))
    async with AsyncioConversation(talk) as bridge:
        await bridge.say(asyncio_tokens(len(SENTENCE)))  # loads the voice
        for beside in ("alone", "beside the voice"):
            voice = asyncio.create_task(bridge.say(asyncio_tokens(10**9))) if beside != "alone" else None
            times[f"token into Trio, {beside}"] = [
                await timed(lambda: bridge.call(trio.lowlevel.checkpoint)) for _ in range(CROSSINGS)
            ]
            times[f"piece into asyncio, {beside}"] = await bridge.call(out)
            if voice is not None:
                voice.cancel()
                await asyncio.wait([voice])
                await bridge.say(asyncio_tokens(len(SENTENCE)))  # the voice's thread is free again
    return times


async def timed(function: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await function()
    return (time.perf_counter() - began) * 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tokens", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    count: int = chosen.tokens
    rounds = range(chosen.rounds)

    alone = min(trio.run(on_trio, count) for _ in rounds)
    tokens, _ = min(asyncio.run(bridged(count, tokens=True, audio=False)) for _ in rounds)
    audio, pieces = min(asyncio.run(bridged(count, tokens=False, audio=True)) for _ in rounds)
    both, _ = min(asyncio.run(bridged(count, tokens=True, audio=True)) for _ in rounds)
    print(f"{count} tokens, {pieces} pieces of audio; goal: at most {GOAL:.0f} µs a token or piece")
    print(alone.row("Trio alone", Times(0, 0), count, "a token"))
    print(tokens.row("tokens from asyncio", alone, count, "more a token"))
    print(audio.row("audio into asyncio", alone, pieces, "more a piece"))
    print(both.row("both", alone, count + pieces, "more a token or piece"))
    for name, each in asyncio.run(crossings()).items():
        cuts = statistics.quantiles(each, n=100)
        print(f"{name:37} median {statistics.median(each):6.0f} µs, p95 {cuts[94]:6.0f} µs, p99 {cuts[98]:6.0f} µs")


if __name__ == "__main__":
    main()
