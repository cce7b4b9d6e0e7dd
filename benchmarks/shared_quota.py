"""Whether processes that share an account keep its limit, and use it: with a real Redis, against which each asks as often as it may.

    python -m benchmarks.shared_quota [--minutes 60] [--minute 1.0] [--limit 180] [--only NAME]

Needs redis-server or valkey-server, and triolet[redis]. An hour of minutes of `--minute` seconds is measured for each case:

    two            two processes
    comes-goes     a third one comes, works for five minutes, is killed and comes again
    restart        two, and Redis is killed once in the middle and started anew, without what it held

Each process notes when its requests were let through; the notes of all are then put together. Printed:

    granted     requests that were let through, in all
    most        of them in any window of a minute, whatever moment it begins with, by the clock of Redis: the limit must hold for each
    seen        the same by the clocks of the processes, when they had the answer. What a network and a busy loop are late is covered by a second of a
                real minute, but by 17 ms of one that is 60 times as short: so it may be some more here, and is not judged
    used        share of the limit that was used, from the first grant to the end; after a restart, without the grace (2.5 s) in which nobody knows
                what was used and nothing is granted

A minute here is as much longer than `--minute` as in service (1.6 %), so 98.4 % is the most that can be used. Exit code 1 if more than the limit
was granted in a window, or less than 95 % of it used.
"""

from __future__ import annotations

import argparse
import bisect
import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path

import attrs
import trio

from triolet import RateLimits
from triolet.errors import ConnectionFailed
from triolet_adapters.quotas import RedisQuota, open_shared_store

LEAST_USED = 0.95
CASES = ("two", "comes-goes", "restart")
ANSWERS = 20.0
"""Seconds in which Redis must have started."""
ASKING = 3
"""Tasks of each process that ask: whoever is late to ask leaves a place unused."""
SHORTEST = 0.0005
"""Seconds between two requests of a process at the least, so that the machine has time for others."""


@attrs.frozen
class Found:
    """What was granted."""

    granted: int
    most: int
    seen: int
    used: float

    @classmethod
    def of(
        cls, times: Sequence[tuple[float, float]], minute: float, limit: int, until: float, lost: float = 0.0
    ) -> Found:
        """From when requests were let through: by the clock of Redis, and by that of the processes. `lost`: seconds of that time in which
        nothing could be granted.
        """
        if not times:
            return cls(0, 0, 0, 0.0)
        granted, seen = sorted(time for time, _ in times), sorted(time for _, time in times)
        used = len(times) / (limit * (until - seen[0] - lost) / minute)
        return cls(len(times), most_in_any_window(granted, minute), most_in_any_window(seen, minute), used)


def most_in_any_window(ordered: Sequence[float], seconds: float) -> int:
    """Of these moments, the most that lie within so many seconds."""
    return max(bisect.bisect_left(ordered, first + seconds) - at for at, first in enumerate(ordered))


async def ask(url: str, minute: float, limit: int, until: float, notes: Path) -> None:
    """Ask as often as it may, and note each request that is let through."""
    async with open_shared_store(url) as store:
        quota = RedisQuota(store, minute=minute)
        with notes.open("w", buffering=1) as file:
            noted = set[str]()

            async def one() -> None:
                while time.monotonic() < until:
                    try:
                        wait = await quota.request("account", RateLimits(per_minute=limit))
                    except ConnectionFailed:
                        wait = 0.05
                    else:
                        if wait == 0.0:
                            note()
                    await trio.sleep(max(SHORTEST, min(wait, 0.25 * minute)))

            def note() -> None:
                """Write down what was granted since the last note: (Redis's clock, ours)."""
                [granted] = store._granted.values()  # noqa: SLF001 -- nobody else needs the clock of Redis
                for microseconds, name in list(granted.requests)[-ASKING:]:
                    if name not in noted:
                        noted.add(name)
                        file.write(f"{microseconds / 1e6:.6f} {time.monotonic():.6f}\n")

            async with trio.open_nursery() as asking:
                for _ in range(ASKING):
                    asking.start_soon(one)


@attrs.define
class Redis:
    """A Redis of our own, which keeps nothing on disk."""

    program: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + ANSWERS
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.02)
        raise OSError("Redis has not started")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def redis() -> Generator[Redis]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise SystemExit("there is no redis-server or valkey-server here: install one")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Redis(program, probe.getsockname()[1])
    try:
        server.start()
        yield server
    finally:
        server.kill()


def measure(case: str, minutes: float, minute: float, limit: int) -> Found:
    """One case."""
    with redis() as server, tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        # A store that is new grants nothing for its grace; then the hour begins.
        until = began + 4.0 + minutes * minute
        number = 0
        running: list[subprocess.Popen[bytes]] = []

        def start() -> subprocess.Popen[bytes]:
            nonlocal number
            number += 1
            command = [sys.executable, "-m", "benchmarks.shared_quota", "--ask", server.url, str(until)]
            command += [str(Path(folder) / str(number)), "--minute", str(minute), "--limit", str(limit)]
            process = subprocess.Popen(command)
            running.append(process)
            return process

        start()
        start()
        if case == "comes-goes":
            while time.monotonic() < until - 5 * minute:
                third = start()
                time.sleep(5 * minute)
                third.kill()
                time.sleep(2 * minute)
        elif case == "restart":
            time.sleep(4.0 + minutes * minute / 2)
            server.kill()
            server.start()
        for process in running:
            process.wait()
        lines = [line.split() for file in Path(folder).iterdir() for line in file.read_text("ascii").splitlines()]
    # A line that a killed process has not finished is left out.
    times = [(float(parts[0]), float(parts[1])) for parts in lines if len(parts) == 2]
    lost = 2.5 if case == "restart" else 0.0
    return Found.of(times, minute, limit, until, lost)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.shared_quota",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--minutes", type=float, default=60.0, help="windows that are measured (60)")
    add("--minute", type=float, default=1.0, help="seconds of a window (1.0)")
    add("--limit", type=int, default=180, help="requests in a window (180)")
    add("--only", choices=CASES, help="one case")
    add("--ask", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        url, until, notes = given.ask
        trio.run(ask, url, given.minute, given.limit, float(until), Path(notes))
        return 0
    print(f"{'case':<12} {'granted':>8} {'most':>5} {'seen':>5} {'limit':>6} {'used':>7}")
    kept = True
    for case in [given.only] if given.only else CASES:
        found = measure(case, given.minutes, given.minute, given.limit)
        kept = kept and found.most <= given.limit and found.used >= LEAST_USED
        print(
            f"{case:<12} {found.granted:>8} {found.most:>5} {found.seen:>5} {given.limit:>6} {found.used:>7.1%}",
            flush=True,
        )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
