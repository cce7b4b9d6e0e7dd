"""What a listener gets: the whole chain on a virtual clock, judged by the samples that reach the ear.

    python -m benchmarks.listener [--quick | --full] [--seed 1]

Needs the extra "local", and speechmos for the sound (pip install --no-deps speechmos==0.0.1.1 tqdm).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable

import trio
from trio.testing import MockClock

from benchmarks.ear import flow
from benchmarks.ear.report import Row
from benchmarks.ear.scripts import scripts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few of the scripts, under a minute")
    options.add_argument("--full", action="store_true", help="all of the scripts, half an hour")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    share = 1.0 if chosen.full else 1 / 12 if chosen.quick else 1 / 6
    began = time.monotonic()
    script = list(scripts(chosen.seed, share))
    if chosen.quick:
        script = script[::4]
    print(f"seed {chosen.seed}, {len(script)} scripts")
    runs = trio.run(flow.play, script, _progress, clock=MockClock(autojump_threshold=0))
    _print(flow.rows(runs))
    print(f"{time.monotonic() - began:.0f} s")


def _print(rows: Iterable[Row]) -> None:
    for row in rows:
        print(row, flush=True)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<60}\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
