"""How many conversations one process holds in real time: the local server and the conversations, each in a process of its
own, more of them in each step, until somebody would hear it.

    python -m benchmarks.capacity [--start 25] [--step 25] [--most 400] [--seconds 25] [--servers N] [--gc usual|quiet|kept]
        [--sessions own|shared] [--quick]

Each conversation is said turn after turn: an answer of 11 s, at 60 tokens a second, over a WebSocket on loopback, to a listener
in real time (`NullDevice`, 0.1 s ahead), with half a second between turns. A step holds while 99 of 100 turns are heard within
50 ms of what they must take, no listener meets a silence that is not planned, and no turn fails. What a turn must take: the
token that ends its first sentence, and the server's own first audio (0.3 s). The token after the mark, for which the segmenter
waits (17 ms at this pace), is counted as ours.

Printed for each step:

    turns       begun, as their listeners heard
    p99, p50    of that overhead, in ms
    underruns   silences of 5 ms and more that nobody planned
    CPU         of the process of the conversations, as a share of one core; and in ms for each second of audio heard
    server      share of a core that the busiest server took: where it is near 100 %, the server is the limit, not the engine
    gc          the longest pause for garbage, in ms, and its share of the CPU
    KB, tasks, descriptors     of one conversation while it speaks (and while it is open and idle)

The conversations have core 0 for themselves, and each server a core of its own as long as there are more; on a machine with one
core nothing is pinned. Linux. Other work on the machine shows in the figures: leave it alone meanwhile. Exit code 1 if the first
step failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import attrs

from benchmarks.load.callers import KEPT, QUIET, TURN, USUAL

LATEST = 0.05
"""Seconds of overhead that 99 of 100 turns may have: less than a listener notices beside the 0.5 to 1 s of any service."""
FULL = 0.9
"""Share of a core from which on a process that has to answer in time is full: what comes together then waits."""
HEAD = (
    f"{'conversations':>13} {'turns':>6} {'p50 ms':>7} {'p99 ms':>7} {'underruns':>9} {'CPU':>6} {'ms/s':>6} {'server':>6} "
    f"{'gc ms':>6} {'gc':>5} {'KB (idle)':>12} {'tasks (idle)':>13} {'descriptors':>12}"
)


def percentile(ordered: list[float], share: float) -> float:
    """Of values in order; infinite if there are none."""
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else math.inf


@attrs.frozen
class Load:
    """What each step does."""

    seconds: float
    turn: float
    """Seconds over which the conversations begin."""
    first_audio: float
    servers: int
    gc: str
    sessions: str


@attrs.frozen
class Step:
    """What so many conversations took, and what they met."""

    figures: dict[str, Any]

    def percentile(self, share: float) -> float:
        """Of the overheads, in seconds; infinite if nothing was heard."""
        return percentile(self.figures["overheads"], share)

    def limits(self) -> list[str]:
        """What did not hold; empty if all did."""
        figures, found = self.figures, list[str]()
        if (p99 := self.percentile(0.99)) > LATEST:
            found.append(f"p99 of first audio {1e3 * p99:.0f} ms (at most {1e3 * LATEST:.0f})")
        if figures["underruns"]:
            found.append(f"{figures['underruns']} underruns, {figures['silence']:.1f} s of silence")
        if figures["failed"]:
            found.append(f"{figures['failed']} turns failed ({figures['errors'][0]})")
        if found and figures["server_cpu"] >= FULL:
            found.append(
                f"THE SERVER WAS FULL ({figures['server_cpu']:.0%} of its core): this is its limit, not the engine's"
            )
        elif found and figures["cpu_busiest"] >= FULL:
            found.append(
                f"the core of the conversations was full ({figures['cpu']:.0%}, {figures['cpu_busiest']:.0%} in its busiest second)"
            )
        elif found:
            found.append("neither process had a full core: bursts, pauses, or other work on this machine")
        return found

    def row(self) -> str:
        figures = self.figures
        return (
            f"{figures['conversations']:>13} {figures['turns']:>6} {1e3 * self.percentile(0.5):>7.1f} "
            f"{1e3 * self.percentile(0.99):>7.1f} {figures['underruns']:>9} {figures['cpu']:>6.0%} "
            f"{figures['cpu_ms_a_second']:>6.2f} {figures['server_cpu']:>6.0%} {1e3 * figures['gc_longest']:>6.1f} "
            f"{figures['gc_share']:>5.0%} {_pair(figures, 'kilobytes', 0):>12} {_pair(figures, 'tasks', 1):>13} "
            f"{_pair(figures, 'descriptors', 1):>12}"
        )


def _pair(figures: dict[str, Any], name: str, digits: int) -> str:
    return f"{figures[name]:.{digits}f} ({figures[f'{name}_idle']:.{digits}f})"


def cores() -> list[int]:
    """Those that this process may use."""
    return sorted(os.sched_getaffinity(0))


@contextmanager
def server(core: int, load: Load) -> Generator[tuple[str, int]]:
    """A server's URL and process id; it ends with the block."""
    command = ["benchmarks.load.server", "--core", str(core), "--first-audio", str(load.first_audio)]
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.kill()
        process.communicate()


def step(conversations: int, load: Load) -> Step:
    free = cores()
    with ExitStack() as stack:
        servers: list[str] = []
        for number in range(load.servers):
            core = free[1 + number % (len(free) - 1)] if len(free) > 1 else -1
            url, pid = stack.enter_context(server(core, load))
            servers += [url, str(pid)]
        command = [sys.executable, "-m", "benchmarks.load.callers", *servers]
        command += ["--conversations", str(conversations), "--seconds", str(load.seconds), "--turn", str(load.turn)]
        command += ["--first-audio", str(load.first_audio), "--gc", load.gc, "--sessions", load.sessions]
        command += ["--core", str(free[0] if len(free) > 1 else -1)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Step(json.loads(done.stdout))


def ramp(numbers: Sequence[int], load: Load) -> bool:
    """Steps until one does not hold; whether the first did."""
    print(HEAD)
    held = 0
    for conversations in numbers:
        result = step(conversations, load)
        print(result.row(), flush=True)
        if limits := result.limits():
            print(f"\n{held or 'none'} held; at {conversations}: " + "; ".join(limits))
            return held > 0
        held = conversations
    print(f"\n{held} held; the limit was not reached")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.capacity", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--start", type=int, default=25, help="conversations in the first step (25)")
    add("--step", type=int, default=25, help="more in each that follows (25)")
    add("--most", type=int, default=400, help="conversations in the last step, at most (400)")
    add("--seconds", type=float, default=25.0, help="how long each step is measured, once all have begun (25)")
    add(
        "--servers", type=int, default=0, help="servers, each a process (one for each core beside the first, 3 at most)"
    )
    add(
        "--gc",
        choices=[USUAL, QUIET, KEPT],
        default=USUAL,
        help="quiet: triolet.quiet_gc() once all are open; kept: keep_gc_quiet, too",
    )
    add("--sessions", choices=["own", "shared"], default="own", help="shared: by all, in open_session_pools()")
    add("--quick", action="store_true", help="two conversations, one step, 3 s: whether it runs")
    arguments = parser.parse_args()
    servers = arguments.servers or max(1, min(3, len(cores()) - 1))
    if arguments.quick:
        numbers, load = [2], Load(3.0, 1.0, 0.05, 1, arguments.gc, arguments.sessions)
    else:
        numbers = list(range(arguments.start, arguments.most + 1, arguments.step))
        load = Load(arguments.seconds, TURN, 0.3, servers, arguments.gc, arguments.sessions)
    pinned = "conversations and servers on cores of their own" if len(cores()) > 1 else "one core: nothing is pinned"
    print(f"{load.servers} server(s), {pinned}, gc {load.gc}, sessions {load.sessions}\n")
    with contextlib.suppress(KeyboardInterrupt):
        return 0 if ramp(numbers, load) else 1
    return 1


if __name__ == "__main__":
    sys.exit(main())
