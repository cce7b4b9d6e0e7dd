"""Processes that tests start, and their own: found, and ended, whatever became of the test.

Linux tells whose children a process has, and gives orphans to the nearest process that asks for them. Elsewhere a test that
fails may leave one behind.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
GRACE = 10.0
"""Seconds in which a process that was told to end may do so: most need milliseconds, on a machine that is not busy."""
_SHARED: set[int] = set()


def adopt_orphans() -> None:
    """A process whose parent ends becomes a child of this one, so that `started_here` finds it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@contextmanager
def shared(pids: set[int]) -> Generator[None]:
    """In the block these, and what they start, are several tests' own: `started_here` passes over them."""
    _SHARED.update(pids)
    try:
        yield
    finally:
        _SHARED.difference_update(pids)


def started_here() -> set[int]:
    """Processes that this one has started, and those that they have, as long as they run; without Python's own helper."""
    found = _children(os.getpid()) - _SHARED
    found.discard(getattr(resource_tracker._resource_tracker, "_pid", None) or 0)
    waiting = list(found)
    while waiting:
        below = _children(waiting.pop()) - found
        found |= below
        waiting.extend(below)
    return {pid for pid in found if _runs(pid)}


def wait_for_the_end(pids: set[int], seconds: float | None = None) -> set[int]:
    """Give them that long (`GRACE`) to end by themselves; those that did not."""
    until = time.monotonic() + (GRACE if seconds is None else seconds)
    while (pids := {pid for pid in pids if _runs(pid)}) and time.monotonic() < until:
        time.sleep(0.01)
    return pids


def end(pids: set[int]) -> None:
    """By force."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_for_the_end(pids)


def name_of(pid: int) -> str:
    """How it was called."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()[:200]
    except OSError:
        return "?"


def _has_children() -> bool:
    """Whether this process may have any: most tests start none, and one call of the system says so."""
    if sys.platform != "linux":
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _children(pid: int) -> set[int]:
    # Without pathlib, which makes it four times as dear; it runs twice for each test.
    found: set[int] = set()
    if pid == os.getpid() and not _has_children():
        return found
    tasks = f"/proc/{pid}/task"
    try:
        for task in os.listdir(tasks):  # noqa: PTH208
            with open(f"{tasks}/{task}/children", "rb") as children:  # noqa: PTH123
                found.update(map(int, children.read().split()))
    except OSError:  # it has ended meanwhile, or this system does not tell
        return found
    return found


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
