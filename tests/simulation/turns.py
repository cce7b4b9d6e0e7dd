"""python -m tests.simulation.turns --turns 5000 --seed 1: so many turns at each rate, in the world of tests/simulation."""

# ruff: noqa: T201 -- a command prints

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.simulation._turns import RATES, run_turns


def main(command: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.turns", description="Turns with random interruptions."
    )
    parser.add_argument("--turns", type=int, default=5000, help="at each rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", action="store_true", help="three of ten connections break")
    parser.add_argument("--calm", action="store_true", help="nobody interrupts")
    parser.add_argument("--log", type=Path, help="write what happened to this file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    arguments = parser.parse_args(command)
    began = time.perf_counter()
    turns = arguments.turns * len(RATES)
    summary = run_turns(arguments.seed, turns, faults=arguments.faults, calm=arguments.calm, jobs=arguments.jobs)
    took = time.perf_counter() - began
    print(f"seed {arguments.seed}: {turns} turns in {took:.1f} s")
    print(*summary.table(), sep="\n")
    print(
        f"0 stale samples; heard text at most {summary.words_off} words off inside a phrase; {summary.repeated} repeats; "
        f"{summary.commits} commits on {summary.connections} connections; digest {summary.digest}"
    )
    if arguments.faults:
        print(f"{summary.broken} lines broke; {summary.failures} turns ended with an error of the service")
    if arguments.log is not None:
        arguments.log.write_text("\n".join(summary.log) + "\n", encoding="utf-8")
    if (missing := summary.missing()) and not arguments.calm:
        print(f"no turn was interrupted {', '.join(missing)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
