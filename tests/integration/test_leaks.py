"""What turns leave behind and what a slow listener costs: the figures of benchmarks/leaks.py, kept."""

from __future__ import annotations

import subprocess
import sys

from tests.integration.cli.command import environment


def measured(*arguments: str) -> str:
    """A measurement of benchmarks/leaks.py: in a process of its own, or other tests' memory is counted as well."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.leaks", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_50_turns_with_interruptions_leave_what_was_there() -> None:
    """Over real sockets: as many descriptors, tasks and threads as before, on both ends, and memory within 1.5 MB, less than
    the audio of these turns.

    The workflow `nightly` takes 2000.
    """
    printed = measured("turns", "--turns", "50", "--growth", "1.5")
    assert "50 turns" in printed
    assert int(printed.split(" interrupted")[0].rsplit(" ", 1)[-1]) > 20


def test_memory_behind_a_slow_listener_is_bounded_and_flat() -> None:
    """At most 1.5 MB above the stated bound of held audio, however long it lasts."""
    assert "behind a slow listener" in measured("slow", "--seconds", "2")
