"""So many conversations, each with a listener in real time, in one process; it prints what they took as JSON.

    python -m benchmarks.load.callers URL PID [URL PID ...] --conversations 50 [--seconds 25] [--core 0] [--gc usual|quiet|kept]
        [--sessions own|shared]

URL and PID are of servers; the conversations are dealt out to them, and their processor time is read from /proc. Without any, the voice
is of tones, in this process.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import attrs
import trio

from benchmarks.load.process import Pauses, Taken, busiest_second, pin
from triolet import TTS, Conversation, PoolOptions, SessionPools, keep_gc_quiet, open_session_pools, quiet_gc, speech
from triolet.events import Event, PhrasePlaying, Underrun
from triolet.testing import ToneTTS
from triolet_adapters.outputs import NullDevice
from triolet_adapters.tts.qwen import QwenTTS

ANSWER = (
    "There are two trains on Saturday that would get you there in time. The first one leaves at ten and takes an hour, "
    "and you change once on the way. The other is direct, but it is slower."
)
"""About 11 s in the tone voice."""
FIRST_SENTENCE = ANSWER.index(".") + 1
TOKENS = [ANSWER[at : at + 4] for at in range(0, len(ANSWER), 4)]
PACE = 60.0
"""Tokens a second, as a quick chat model gives them."""
TURN = 12.3
"""Seconds of a turn and the pause after it. The conversations begin spread over it, so that turns begin evenly for as long as they go on: spread over
8 s, all began in 8 of every 12.3 s, and a core that was 72 % busy on average was full in those.
"""
PAUSE = 0.5
"""Seconds between turns: whoever talks is answered after about as long."""
AUDIBLE_UNDERRUN = 0.005
"""Seconds; below that a gap between two words is no fault that anybody hears."""
SHARED_SPARES = 4
"""Idle sessions that conversations which share them keep beside those that speak: as many as begin a turn in the same half second."""
USUAL, QUIET, KEPT = "usual", "quiet", "kept"
"""The collector of garbage: as Python sets it; after `quiet_gc()`; and with `keep_gc_quiet` beside it."""
SETTLE = 1.0
"""Seconds in which the conversations are open and nothing is said, so that what an idle one takes can be read."""


@attrs.define
class Seen:
    """What the listeners met."""

    overheads: list[float] = attrs.Factory(list[float])
    """For each turn: from when the last token of the first sentence was due to its first sample at the output, less what the
    server takes for first audio."""
    underruns: int = 0
    silence: float = 0.0
    """Seconds of all underruns."""
    errors: list[str] = attrs.Factory(list[str])


@attrs.define
class Turn:
    """One turn, as its listener meets it."""

    seen: Seen
    first_audio: float
    due: float = math.nan
    begun: bool = False

    async def tokens(self) -> AsyncGenerator[str]:
        start = trio.current_time()
        given = 0
        for number, token in enumerate(TOKENS):
            at = start + number / PACE
            await trio.sleep_until(at)
            given += len(token)
            if given >= FIRST_SENTENCE > given - len(token):
                self.due = at
            yield token

    def observe(self, event: Event) -> None:
        match event:
            case PhrasePlaying() if not self.begun:
                self.begun = True
                self.seen.overheads.append(event.at - self.due - self.first_audio)
            case Underrun() if event.seconds >= AUDIBLE_UNDERRUN:
                self.seen.underruns += 1
                self.seen.silence += event.seconds
            case _:
                pass


async def converse(
    tts: TTS,
    sessions: SessionPools | None,
    offset: float,
    begin: trio.Event,
    seen: Seen,
    first_audio: float,
    outputs: list[NullDevice],
) -> None:
    output = NullDevice()
    outputs.append(output)
    async with Conversation(speech(tts, "en"), output, sessions=sessions) as conversation:
        await begin.wait()
        await trio.sleep(offset)
        while True:
            turn = Turn(seen, first_audio)
            try:
                await conversation.say(turn.tokens(), observer=turn.observe)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is counted and named
                seen.errors.append(f"{type(error).__name__}: {error}")
            await trio.sleep(PAUSE)


def processor_time(pid: int) -> float:
    """Seconds that another process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tasks() -> int:
    return trio.lowlevel.current_statistics().tasks_living


async def callers(
    urls: list[str],
    pids: list[int],
    conversations: int,
    seconds: float,
    turn: float,
    first_audio: float,
    *,
    garbage: str,
    shared: bool,
) -> dict[str, Any]:
    seen, begin, outputs = Seen(), trio.Event(), list[NullDevice]()
    voices: list[TTS] = [QwenTTS(url=url, api_key="") for url in urls] or [ToneTTS(first_audio=first_audio)]
    before, tasks_before = Taken.now(), tasks()
    async with (
        open_session_pools(PoolOptions(spares=SHARED_SPARES, maximum=2 * conversations)) as sessions,
        trio.open_nursery() as nursery,
    ):
        for number in range(conversations):
            offset = turn * number / conversations
            tts = voices[number % len(voices)]
            nursery.start_soon(converse, tts, sessions if shared else None, offset, begin, seen, first_audio, outputs)
            await trio.sleep(0.01)  # connects, one after another
        await trio.sleep(SETTLE)
        idle, tasks_idle = Taken.now(), tasks()
        if garbage != USUAL:
            quiet_gc()
        if garbage == KEPT:
            nursery.start_soon(keep_gc_quiet)
        begin.set()
        await trio.sleep(turn)
        heard = sum(output.heard for output in outputs)
        began, servers = Taken.now(), [processor_time(pid) for pid in pids]
        with Pauses().watched() as pauses:
            busiest = await busiest_second(seconds, time.process_time)
        ended, tasks_ended = Taken.now(), tasks()
        heard = sum(output.heard for output in outputs) - heard
        wall = ended.at - began.at
        busiest_server = max(
            ((processor_time(pid) - then) / wall for pid, then in zip(pids, servers, strict=True)), default=0.0
        )
        nursery.cancel_scope.cancel()
    audio = heard / 24_000
    return {
        "conversations": conversations,
        "turns": len(seen.overheads),
        "overheads": sorted(seen.overheads),
        "underruns": seen.underruns,
        "silence": seen.silence,
        "errors": seen.errors[:3],
        "failed": len(seen.errors),
        "audio": audio,
        "cpu": (ended.cpu - began.cpu) / wall,
        "cpu_busiest": busiest,
        "cpu_ms_a_second": 1e3 * (ended.cpu - began.cpu) / audio if audio else math.nan,
        "server_cpu": busiest_server,
        "kilobytes": (ended.kilobytes - before.kilobytes) / conversations,
        "kilobytes_idle": (idle.kilobytes - before.kilobytes) / conversations,
        "tasks": (tasks_ended - tasks_before) / conversations,
        "tasks_idle": (tasks_idle - tasks_before) / conversations,
        "descriptors": (ended.descriptors - before.descriptors) / conversations,
        "descriptors_idle": (idle.descriptors - before.descriptors) / conversations,
        "gc_longest": pauses.longest,
        "gc_share": pauses.seconds / (ended.cpu - began.cpu),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="So many conversations in one process.")
    parser.add_argument("servers", nargs="*", help="URL PID, of each server")
    parser.add_argument("--conversations", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--turn", type=float, default=TURN)
    parser.add_argument("--first-audio", type=float, default=0.3)
    parser.add_argument("--core", type=int, default=-1)
    parser.add_argument("--gc", choices=[USUAL, QUIET, KEPT], default=USUAL)
    parser.add_argument("--sessions", choices=["own", "shared"], default="own")
    arguments = parser.parse_args()
    pin(arguments.core)
    figures = trio.run(
        lambda: callers(
            arguments.servers[0::2],
            [int(pid) for pid in arguments.servers[1::2]],
            arguments.conversations,
            arguments.seconds,
            arguments.turn,
            arguments.first_audio,
            garbage=arguments.gc,
            shared=arguments.sessions == "shared",
        )
    )
    json.dump(figures, sys.stdout)
