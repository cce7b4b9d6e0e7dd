"""What a process takes: processor time, memory, descriptors; and on which core it runs. Linux."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable, Generator
from pathlib import Path

import attrs
import trio

LEAST = 0.5
"""Seconds of a rest that still says how busy a process was: /proc counts by hundredths."""


def pin(core: int) -> None:
    """Run on this core alone; a negative number pins nothing."""
    if core >= 0:
        os.sched_setaffinity(0, {core})


@attrs.frozen
class Taken:
    """What this process has taken so far."""

    at: float
    cpu: float
    """Seconds of processor time."""
    kilobytes: float
    """Resident."""
    descriptors: int

    @classmethod
    def now(cls) -> Taken:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return cls(
            time.monotonic(),
            time.process_time(),
            pages * os.sysconf("SC_PAGESIZE") / 1e3,
            sum(1 for _ in Path("/proc/self/fd").iterdir()),
        )


async def busiest_second(seconds: float, *taken: Callable[[], float]) -> float:
    """Sleep for so long. Return the largest share of a core that one of some processes took in a second of it: a mean hides a load that comes and
    goes. Each of `taken` gives the processor time that a process has taken.
    """
    most, end = 0.0, trio.current_time() + seconds
    while (left := end - trio.current_time()) > 0:
        at, before = time.monotonic(), [each() for each in taken]
        await trio.sleep(min(1.0, left))
        wall = time.monotonic() - at
        if wall >= LEAST:
            most = max(most, *((each() - then) / wall for each, then in zip(taken, before, strict=True)))
    return most


@attrs.define
class Pauses:
    """What the collector of garbage does, in seconds of processor time: other work on the machine does not count."""

    longest: float = 0.0
    seconds: float = 0.0
    """In all."""
    full: int = 0
    """Collections of all generations."""

    @contextlib.contextmanager
    def watched(self) -> Generator[Pauses]:
        began = 0.0

        def note(phase: str, info: dict[str, int]) -> None:
            nonlocal began
            if phase == "start":
                began = time.thread_time()
                return
            took = time.thread_time() - began
            self.longest = max(self.longest, took)
            self.seconds += took
            self.full += info["generation"] == 2

        gc.callbacks.append(note)
        try:
            yield self
        finally:
            gc.callbacks.remove(note)
