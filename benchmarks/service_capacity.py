"""How many turns in real time a worker of `triolet serve` holds, beside the engine alone: the same voice (tones, made in the process), the
same ramp, the same judge.

    python -m benchmarks.service_capacity [--start 40] [--seconds 8] [--spread 12.3] [--resolution 0.1] [--tries 2] [--workers 1 2] [--quick]

A step is so many conversations, each of which is said turn after turn: an answer of 11 s, at 60 tokens a second, half a second between
turns. They begin spread over `--spread` seconds. A step holds while 99 of 100 turns are heard within 50 ms of what they must take, no listener
meets a silence of 5 ms, and no turn fails. The ramp doubles until a step does not hold (or halves, until one does), then goes between until it is known within `--resolution`.
A step that does not hold is tried once more (`--tries`): of a hundred turns, the 99th is one that waits, and the host of a virtual machine may take
its core away for as long.

    engine       conversations in one process, each with a `NullDevice`: no network, nobody is told anything
    1 worker     `triolet serve`, with clients of `WS /v1/speech` in a process of their own; they tell what they play as `triolet-player.js` does
    2 workers    `triolet serve --workers 2`, likewise

First audio is measured at the client: from sending the token that ends the first sentence to the first binary message. What the segmenter
waits for the next token (17 ms at most) counts as overhead, for the engine too.

Printed for each step:

    turns       begun, as their listeners heard
    p50, p99    of the overhead, in ms
    underruns   at the client: silences of 5 ms and more before the end of an answer
    CPU         of the busiest worker, as a share of one core; and in ms for each second of audio, all workers together
    KB (idle)   memory of a conversation while it speaks, and while it is open and idle
    clients     share of a core that all clients take, and by how much (ms) 99 of 100 of their tokens were late at most

The engine and the first worker have core 0 for themselves, a second worker core 1. The clients of one worker have core 1 for themselves; those of two
share both cores with the workers, if there are no more than two cores: what they take is lost to the workers. Linux. Other work on the machine shows in the
figures: leave it alone meanwhile. Exit code 1 if nothing held.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from benchmarks.capacity import FULL, LATEST, cores, percentile
from benchmarks.load.callers import KEPT, TURN
from benchmarks.load.clients import LATE

HEAD = (
    f"{'':<10} {'conversations':>13} {'turns':>6} {'p50 ms':>7} {'p99 ms':>7} {'underruns':>9} {'CPU':>6} {'ms/s':>6} "
    f"{'KB (idle)':>11} {'clients':>15}"
)
FEWEST = 5
"""Conversations; where these do not hold, something else is wrong, or the machine is busy."""
GOAL = 0.7
"""What a worker holds of what the engine holds alone: messages over a socket in both directions take the rest."""
SETTINGS = """
host = "127.0.0.1"
port = 0
default = "tone"
[voices.tone]
tts = "tone"
[limits]
connections = 20000
turns = 10000
concurrent = 10000
requests_per_minute = 10000000
drain_timeout = 0.5
"""
"""The voice, and no limit but the machine's."""


@attrs.frozen
class Plan:
    """What each step does."""

    seconds: float
    spread: float


@attrs.frozen
class Result:
    """What a step gave."""

    figures: dict[str, Any]

    def percentile(self, share: float) -> float:
        return percentile(self.figures["overheads"], share)

    def limits(self) -> list[str]:
        """What did not hold, and what was full then; empty if all did."""
        figures, found = self.figures, list[str]()
        if (p99 := self.percentile(0.99)) > LATEST:
            found.append(f"p99 of first audio {1e3 * p99:.0f} ms")
        if figures["underruns"]:
            found.append(f"{figures['underruns']} underruns, {figures['silence']:.2f} s of silence")
        if figures["failed"]:
            found.append(f"{figures['failed']} turns failed ({figures['errors'][0]})")
        if found:
            if (stolen := figures.get("stolen", 0.0)) > LATEST:
                found.append(f"the host took {1e3 * stolen:.0f} ms of the cores away meanwhile")
            full = figures["cpu_busiest"] >= FULL
            found.append(
                f"the core of the busiest process was {'full' if full else 'not full'} ({figures['cpu']:.0%}, {figures['cpu_busiest']:.0%} in its "
                "busiest second)"
            )
            if figures.get("clients_late", 0.0) > LATE:
                found.append("THE CLIENTS WERE LATE: a part of this is theirs")
        return found

    def row(self, name: str) -> str:
        figures = self.figures
        ours = ""
        if "clients_cpu" in figures:
            ours = f"{figures['clients_cpu']:.0%}, {1e3 * figures['clients_late']:.1f} ms"
        memory = f"{figures['kilobytes']:.0f} ({figures['kilobytes_idle']:.0f})"
        each = figures.get("connections_of_each", [])
        split = f"   {'+'.join(map(str, each))} connections" if len(each) > 1 else ""
        return (
            f"{name:<10} {figures['conversations']:>13} {figures['turns']:>6} {1e3 * self.percentile(0.5):>7.1f} "
            f"{1e3 * self.percentile(0.99):>7.1f} {figures['underruns']:>9} {figures['cpu']:>6.0%} "
            f"{figures['cpu_ms_a_second']:>6.2f} {memory:>11} {ours:>15}{split}"
        )


def engine(conversations: int, plan: Plan) -> Result:
    """The conversations alone, in a process of their own."""
    free = cores()
    command = [sys.executable, "-m", "benchmarks.load.callers", "--conversations", str(conversations)]
    command += ["--seconds", str(plan.seconds), "--turn", str(plan.spread), "--first-audio", "0", "--gc", KEPT]
    command += ["--sessions", "shared", "--core", str(free[0] if len(free) > 1 else -1)]
    return Result(json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))


@contextlib.contextmanager
def service(workers: int) -> Generator[tuple[str, list[int]]]:
    """The URL of a service, and the process ids of its workers. It ends with the block."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        settings = Path(folder) / "service.toml"
        settings.write_text(SETTINGS, "utf-8")
        log = stack.enter_context((Path(folder) / "log").open("w"))
        command = [sys.executable, "-m", "triolet_adapters.cli", "serve", "--config", str(settings)]
        process = subprocess.Popen([*command, "--workers", str(workers)], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            url = next(part for part in process.stdout.readline().split() if part.startswith("http"))
            threads = Path(f"/proc/{process.pid}/task").glob("*/children")
            children = [int(pid) for thread in threads for pid in thread.read_text("ascii").split()]
            yield url, [process.pid] if workers == 1 else children
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def served(workers: int) -> Callable[[int, Plan], Result]:
    """Steps of a service of so many workers, each step with a service of its own."""

    def step(conversations: int, plan: Plan) -> Result:
        free = cores()
        with service(workers) as (url, pids):
            for number, pid in enumerate(pids):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    os.sched_setaffinity(int(thread.name), {free[number % len(free)]})
            command = [sys.executable, "-m", "benchmarks.load.clients", url, *map(str, pids)]
            command += ["--conversations", str(conversations), "--seconds", str(plan.seconds)]
            command += ["--spread", str(plan.spread), "--core", str(free[workers] if len(free) > workers else -1)]
            return Result(json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))

    return step


def stolen() -> float:
    """Seconds of its cores that the host of this virtual machine has given to others so far."""
    fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


def tried(name: str, number: int, tries: int, step: Callable[[int], Result]) -> list[str]:
    """Do a step until it holds, so many times at most. Return what did not hold in the last."""
    limits = list[str]()
    for _ in range(tries):
        before = stolen()
        result = step(number)
        result.figures["stolen"] = stolen() - before
        print(result.row(name), flush=True)
        if not (limits := result.limits()):
            break
    return limits


def ramp(name: str, start: int, resolution: float, tries: int, step: Callable[[int], Result]) -> tuple[int, list[str]]:
    """The most conversations that held, and what the limit was: double, then go between."""
    held, failed, why, number = 0, 0, list[str](), start
    while not failed or failed - held > max(1, resolution * failed):
        if limits := tried(name, number, tries, step):
            failed, why = number, limits
            if number <= FEWEST:
                break
        else:
            held = number
        number = (held + failed) // 2 if failed else 2 * number
    print(f"{name:<10} {held or 'none'} held; at {failed}: " + "; ".join(why) + "\n", flush=True)
    return held, why


def _planned(step: Callable[[int, Plan], Result], plan: Plan, number: int) -> Result:
    return step(number, plan)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.service_capacity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--start", type=int, default=40, help="conversations in the first step (40)")
    add("--seconds", type=float, default=8.0, help="how long each step is measured, once all have begun (8)")
    add("--spread", type=float, default=TURN, help="seconds over which the conversations begin (12.3, those of a turn)")
    add("--resolution", type=float, default=0.1, help="how exactly the limit is found, as a share of it (0.1)")
    add("--tries", type=int, default=2, help="how often a step is tried that does not hold (2)")
    add("--workers", type=int, nargs="*", default=[1, 2], help="the services that are measured (1 2)")
    add("--quick", action="store_true", help="two conversations, one step each, 3 s: whether it runs")
    given = parser.parse_args()
    plan = Plan(3.0, 1.0) if given.quick else Plan(given.seconds, given.spread)
    steps: dict[str, Callable[[int, Plan], Result]] = {"engine": engine}
    steps |= {f"{count} worker{'s' if count > 1 else ''}": served(count) for count in given.workers}
    print(
        f"{len(cores())} cores; voice of tones, in the process; {plan.spread:g} + {plan.seconds:g} s a step\n\n{HEAD}"
    )
    if given.quick:
        results = {name: step(2, plan) for name, step in steps.items()}
        for name, result in results.items():
            print(result.row(name), *result.limits())
        return 0
    found: dict[str, int] = {}
    for name, step in steps.items():
        found[name], _ = ramp(name, given.start, given.resolution, given.tries, partial(_planned, step, plan))
    alone = found["engine"]
    for name, held in found.items():
        if name != "engine" and alone:
            ratio = held / alone
            print(f"{name}: {held} of {alone} that the engine holds alone: {ratio:.2f} (goal of 1 worker: {GOAL:g})")
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
