"""Measures what turns leave behind, and what a slow listener costs. Both ends run in this process, over WebSockets on loopback.

    python -m benchmarks.leaks [turns | slow] [--turns 500] [--growth 3] [--seconds 20]

turns: two of three turns are interrupted, at a random sample. Descriptors, tasks and threads must be as many after as before.
Memory may grow by 3 MB (`--growth`), after 50 turns in which caches fill.

slow: an endless text is said to a listener at a tenth of real time. Memory may rise by 1.5 MB above the stated bound of held
audio, and must not rise any more when that is reached.

Without either word, each runs in a process of its own. It needs Linux. The exit code is 1 if a bound is exceeded.
"""

from __future__ import annotations

import argparse
import functools
import gc
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio

from triolet import Conversation, speech
from triolet._model._audio import SAMPLE_BYTES
from triolet.conversation._memory_bound import audio_bound
from triolet.testing import ToneTTS
from triolet_adapters.outputs import NullDevice
from triolet_adapters.tts import QwenTTS
from triolet_adapters.tts.qwen import QwenServer

SENTENCE = "Each of these sentences has exactly ten words, which is common. "
ANSWER = SENTENCE * 2
WARM_UP = 50
GROWTH = 3.0
"""MB by which memory may grow over all turns. The audio of one turn is 0.04 MB: kept, it shows from 75 turns on."""
ABOVE = 1.5
"""MB above the stated bound."""
FLAT = 0.5
"""MB by which memory may differ between the first half of the time after the bound is reached, and its end."""
RATE = 8_000
ORDINARY, QUICK = 0.06, 0.02
"""Seconds that a character takes to say."""
HOLD = 0.1
"""Seconds that the output holds."""


def megabytes() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


@attrs.frozen
class Left:
    """What a process holds."""

    descriptors: int
    tasks: int
    threads: int

    @classmethod
    def now(cls) -> Left:
        descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
        return cls(descriptors, trio.lowlevel.current_statistics().tasks_living, threading.active_count())


@asynccontextmanager
async def conversation(output: NullDevice, seconds_per_character: float) -> AsyncGenerator[Conversation]:
    """Run with a server of its own. Each session has a voice of its own, since a voice keeps its commits."""
    async with trio.open_nursery() as nursery:
        voice = functools.partial(ToneTTS, seconds_per_character=seconds_per_character)
        url: str = await nursery.start(QwenServer(lambda rate: voice(sample_rate=rate)).serve)
        async with Conversation(speech(QwenTTS(url=url, api_key="", sample_rate=RATE), "en"), output) as talk:
            yield talk
        nursery.cancel_scope.cancel()


async def some_turns(count: int, draws: random.Random) -> int:
    """Say so many turns. Return how many were interrupted."""
    interrupted = 0
    output = NullDevice(pace=500)
    async with conversation(output, QUICK) as talk:
        for _ in range(count):
            async with trio.open_nursery() as nursery:
                if draws.random() < 2 / 3:
                    nursery.start_soon(
                        _interrupt, talk, output, output.heard + draws.randrange(round(len(ANSWER) * QUICK * RATE))
                    )
                interrupted += (await talk.say([ANSWER])).interrupted
                nursery.cancel_scope.cancel()
    return interrupted


async def _interrupt(talk: Conversation, output: NullDevice, sample: int) -> None:
    while output.heard < sample:  # noqa: ASYNC110 -- an output tells nobody what it is about to sound
        await trio.sleep(0.001)
    talk.interrupt()


async def turns(count: int, growth: float) -> bool:
    draws = random.Random(1)
    await some_turns(WARM_UP, draws)
    left, memory, began = Left.now(), megabytes(), time.monotonic()
    interrupted = await some_turns(count, draws)
    after, grown = Left.now(), megabytes() - memory
    print(f"{count} turns, {interrupted} interrupted, in {time.monotonic() - began:.1f} s")
    print(f"before {left}\nafter  {after}\nmemory {grown:+.2f} MB (at most {growth:g})")
    return left == after and grown <= growth


async def _endless() -> AsyncGenerator[str]:
    while True:
        await trio.lowlevel.checkpoint()
        for word in SENTENCE.split(" "):
            yield f"{word} "


async def slow_listener(seconds: float) -> bool:
    longest = ORDINARY * len(SENTENCE * 2)  # short sentences are merged, up to 120 characters
    bound = SAMPLE_BYTES * RATE * audio_bound(longest, hold=HOLD) / 1e6
    async with conversation(NullDevice(hold=HOLD, pace=0.1), ORDINARY) as talk, trio.open_nursery() as nursery:
        await talk.say(["One."])
        before = megabytes()
        nursery.start_soon(talk.say, _endless())
        rises: list[float] = []
        for _ in range(20):
            await trio.sleep(seconds / 20)
            rises.append(megabytes() - before)
        talk.interrupt()
    half = max(rises[:10])
    print(
        f"{seconds:g} s behind a slow listener: {max(rises):.2f} MB at most ({bound:.2f} is the bound, {ABOVE:g} above it allowed)"
    )
    print(f"{half:.2f} MB in the first half, {rises[-1]:.2f} MB at the end (at most {FLAT:g} more)")
    return max(rises) <= bound + ABOVE and rises[-1] <= half + FLAT


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What turns leave behind, and what a slow listener costs.")
    parser.add_argument("what", nargs="?", choices=["turns", "slow"])
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--growth", type=float, default=GROWTH)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    if arguments.what == "turns":
        kept = trio.run(turns, arguments.turns, arguments.growth)
    elif arguments.what == "slow":
        kept = trio.run(slow_listener, arguments.seconds)
    else:
        again = [sys.executable, "-m", "benchmarks.leaks", *sys.argv[1:]]
        codes = [subprocess.run([*again, what], check=False).returncode for what in ("turns", "slow")]
        kept = codes == [0, 0]
        print("kept" if kept else "MISSED")
    sys.exit(not kept)
