"""Measures what a listener hears: the whole chain on a virtual clock, judged by the samples that were heard.

    python -m benchmarks.listener [--quick | --full] [--seed 1]

Needs the extra "local", and speechmos for the sound (pip install --no-deps speechmos==0.0.1.1 tqdm).
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import trio
from trio.testing import MockClock

from benchmarks.ear import cuts, flow, sound
from benchmarks.ear.report import Row
from benchmarks.ear.scripts import scripts

Result = TypeVar("Result")

COMPARED = 54
"""Turns that are also played with the other policies."""

INTERRUPTED = 432
"""Turns that are interrupted."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few of the scripts, half a minute")
    options.add_argument("--full", action="store_true", help="all of the scripts, a quarter of an hour")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    share = 1.0 if chosen.full else 1 / 12
    began = time.monotonic()
    script = list(scripts(chosen.seed, share))
    if chosen.quick:
        script = random.Random(chosen.seed).sample(script, 24)
    print(f"seed {chosen.seed}, {len(script)} scripts")
    runs = _virtually(flow.play, script, COMPARED, _progress)
    _print(flow.rows(runs))
    played = runs["triolet"]
    often = (played * (INTERRUPTED // len(played) + 1))[:INTERRUPTED]
    cut_off = _virtually(cuts.interruptions, often[: 120 if chosen.quick else None], chosen.seed, _progress)
    _print(cuts.heard_rows(cuts.cuts(cut_off)))
    _print(cuts.interruption_rows(cut_off))
    some = played[:: max(1, len(played) // (18 if chosen.quick else 40))]
    _print(cuts.loss_rows(_virtually(cuts.losses, some, 0.0), _virtually(cuts.losses, some, 0.5)))
    _print(sound.cut_rows())
    _print(sound.quality_rows(some[: 4 if chosen.quick else 40], chosen.seed))
    print(f"{time.monotonic() - began:.0f} s")


def _virtually(run: Callable[..., Awaitable[Result]], *arguments: object) -> Result:
    return trio.run(run, *arguments, clock=MockClock(autojump_threshold=0))


def _print(rows: Iterable[Row]) -> None:
    for row in rows:
        print(row, flush=True)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<60}\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
