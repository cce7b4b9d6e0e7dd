"""Talk for hours over a bad network, and see whether anything grows: python recipes/soak.py --minutes 60

A server on this machine speaks, behind a relay that breaks connections. To test your own chain, put it in place of `chain`.
Each round ends with a silence until all sessions are closed. What is left then is counted (on Linux); see `grown`.
"""

import argparse
import gc
import os
import random
import statistics
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import trio

from triolet import AudioChunk, Conversation, PoolOptions, Stage, speech
from triolet.errors import TTSError
from triolet.testing import ToneTTS
from triolet_adapters.outputs import NullDevice
from triolet_adapters.sources import Replay
from triolet_adapters.tts import QwenTTS
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, ServerOptions

TEXT = """Good morning. The train to the coast leaves at nine, and it takes an hour. There is another one at noon; it is slower,
but the view is better. Shall I book a seat for you? It costs **twelve euros**, and you can change it until tomorrow."""
NETWORK = {"sound": 80, "refused": 4, "hung up": 4, "dropped": 6, "stalled": 3, "slow": 3}  # of 100 connections
SERVICE = ServerOptions(jitter=0.05, idle_timeout=0.7, rate_limit="event", requests_per_minute=120)
WARM, LULL = 1.0, 3.0  # seconds until idle sessions are closed, and until both ends have said goodbye as well
MEMORY = 2.0  # MB
happened = Counter[str]()


def chain(url: str) -> Stage[str, AudioChunk]:
    """The chain that is tested."""
    impatient = QwenOptions(connect_timeout=3, session_timeout=3, first_audio_timeout=3, chunk_timeout=3)
    return speech(QwenTTS(voice="Cherry", url=url, api_key="", options=impatient), "en")


async def relay(port: int, client: trio.SocketStream) -> None:
    """Carry one connection to the server, with a fault that is drawn at random."""
    [fault] = random.choices(list(NETWORK), list(NETWORK.values()))
    happened[f"connection {fault}"] += 1

    async def carry(source: trio.SocketStream, sink: trio.SocketStream, limit: float = float("inf")) -> None:
        async for data in source:
            limit -= len(data)
            await trio.sleep(0.01 if fault == "slow" else 0)
            if limit > 0:
                await sink.send_all(data)
            elif fault == "dropped":
                break
        nursery.cancel_scope.cancel()

    try:
        async with client:
            if fault == "refused":
                await client.send_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            elif fault != "hung up":
                async with await trio.open_tcp_stream("127.0.0.1", port) as server, trio.open_nursery() as nursery:
                    nursery.start_soon(carry, client, server)
                    limit = random.randrange(500_000) if fault in ("dropped", "stalled") else float("inf")
                    nursery.start_soon(carry, server, client, limit)
    except* trio.BrokenResourceError:
        happened["connection broke"] += 1


async def caller(talk: Conversation) -> None:
    """Coughs, and talks over an answer that is too long."""
    for _ in range(random.randrange(3)):
        await trio.sleep(random.uniform(0, 1))
        talk.pause()
        happened["pauses"] += 1
        await trio.sleep(random.uniform(0, 0.3))
        talk.resume()
    await trio.sleep(random.uniform(0, 5))
    talk.interrupt()


async def turn(talk: Conversation) -> None:
    """Say one answer, to its end or until it is interrupted."""
    happened["turns"] += 1
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(caller, talk)
            result = await talk.say(Replay(TEXT, rate=random.choice((30, 100, 1000))))
            nursery.cancel_scope.cancel()
        happened["interrupted"] += result.interrupted
        happened["seconds of speech"] += round(result.seconds)
        happened["WORDS LOST"] += not result.interrupted and result.heard != TEXT
    except* TTSError as group:
        for error in group.exceptions:
            happened[f"error {type(error).__name__}"] += 1
    await trio.sleep(random.uniform(0, 0.5))


def count() -> dict[str, float]:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return {
        "tasks": trio.lowlevel.current_statistics().tasks_living,
        "descriptors": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "threads": threading.active_count(),
        "MB": pages * os.sysconf("SC_PAGESIZE") / 1e6,
    }


def grown(counts: list[dict[str, float]]) -> list[str]:
    """Name what has grown: what each count of the last quarter has more of than the first count, since a leak never goes away.

    Memory has grown if its median in the last quarter is more than `MEMORY` above that in the second. In the first quarter
    caches fill.
    """
    quarter = max(1, len(counts) // 4)
    last = counts[-quarter:]
    found = [name for name in ("tasks", "descriptors", "threads") if min(c[name] for c in last) > counts[0][name]]
    before, after = (statistics.median(c["MB"] for c in some) for some in (counts[quarter : 2 * quarter], last))
    return found + ["memory"] * (after > before + MEMORY)


async def main(minutes: float, every: float) -> int:
    counts: list[dict[str, float]] = []
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        server: str = await nursery.start(QwenServer(lambda rate: ToneTTS(sample_rate=rate, pace=12), SERVICE).serve)
        there = partial(relay, urlsplit(server).port or 0)
        [listener] = await nursery.start(partial(trio.serve_tcp, there, 0, host="127.0.0.1"))
        url = f"ws://127.0.0.1:{listener.socket.getsockname()[1]}"
        async with Conversation(chain(url), NullDevice(pace=6), pool=PoolOptions(cool_down=WARM)) as talk:
            for number in range(1 + max(1, round(60 * minutes / every))):  # nothing is said in the first round
                until = trio.current_time() + every - LULL
                while number and trio.current_time() < until:
                    await turn(talk)
                await trio.sleep(LULL)
                gc.collect()
                counts.append(count())
                figures = [f"{value:.5g} {name}" for name, value in [*counts[-1].items(), *sorted(happened.items())]]
                print(f"{(trio.current_time() - began) / 60:.1f} min: {', '.join(figures)}", flush=True)
        nursery.cancel_scope.cancel()
    wrong = grown(counts) + ["words"] * (happened["WORDS LOST"] > 0)
    print(f"NOT AS IT WAS: {', '.join(wrong)}" if wrong else "flat: tasks, descriptors, threads, memory")
    return bool(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=60.0, help="seconds of a round")
    sys.exit(trio.run(partial(main, **vars(parser.parse_args()))))
