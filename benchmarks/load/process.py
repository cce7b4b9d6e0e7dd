"""What a process takes: processor time, memory, descriptors; and on which core it runs. Linux."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Generator
from pathlib import Path

import attrs


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
