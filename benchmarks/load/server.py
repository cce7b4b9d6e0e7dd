"""The local server with a voice of tones, in a process of its own; it prints its URL and serves until it is ended.

python -m benchmarks.load.server [--core 1] [--first-audio 0.3] [--pace 2] [--delta 0.1]
"""

from __future__ import annotations

import argparse
import gc

import trio

from benchmarks.load.process import pin
from triolet import SAMPLE_BYTES
from triolet.testing import ToneTTS
from triolet_adapters.tts.qwen import QwenServer, ServerOptions

RATE = 24_000


def voice(rate: int) -> ToneTTS:
    """One for each session, since one keeps its commits."""
    return ToneTTS(sample_rate=rate, chunk=10.0)


async def serve(options: ServerOptions) -> None:
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(QwenServer(voice, options).serve)
        gc.freeze()
        print(url, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The local server with a voice of tones.")
    parser.add_argument("--core", type=int, default=-1)
    parser.add_argument("--first-audio", type=float, default=0.3)
    parser.add_argument("--pace", type=float, default=2.0)
    parser.add_argument("--delta", type=float, default=0.1)
    arguments = parser.parse_args()
    pin(arguments.core)
    delta_bytes = round(arguments.delta * RATE) * SAMPLE_BYTES
    trio.run(
        serve,
        ServerOptions(first_audio=arguments.first_audio, pace=arguments.pace, delta_bytes=delta_bytes),
    )
