"""benchmarks/capacity.py runs and prints what it promises; what the figures are is no test's business."""

from __future__ import annotations

import subprocess
import sys

from tests.integration.cli.command import environment


def test_the_quick_mode_prints_a_step_and_what_held() -> None:
    """Two conversations with a server in a process of its own are heard, and what each takes is counted."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.capacity", "--quick"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    head, row = done.stdout.split("\n\n")[1].splitlines()
    cells = row.split()
    assert head.split()[0] == "conversations", done.stdout + done.stderr
    assert cells[0] == "2"
    assert int(cells[1]) >= 2
    assert float(cells[2]) > 0
    tasks, idle = float(cells[-4]), float(cells[-3].strip("()"))
    assert tasks >= idle >= 1
    assert " held" in done.stdout.splitlines()[-1]


def test_a_step_names_what_did_not_hold() -> None:
    """A full server is named as the limit, so that nobody takes its figures for the engine's."""
    from benchmarks.capacity import Step

    figures = {"overheads": [0.02] * 99, "underruns": 0, "silence": 0.0, "failed": 0, "errors": [], "cpu": 0.5}
    assert Step({**figures, "server_cpu": 0.99}).limits() == []
    late = {**figures, "overheads": [0.02] * 90 + [0.3] * 10}
    assert "THE SERVER WAS FULL" in Step({**late, "server_cpu": 0.95}).limits()[-1]
    assert "core of the conversations" in Step({**late, "cpu": 0.97, "server_cpu": 0.5}).limits()[-1]
    assert "300 ms" in Step({**late, "server_cpu": 0.5}).limits()[0]
    assert "2 underruns" in Step({**figures, "underruns": 2, "silence": 0.4, "server_cpu": 0.5}).limits()[0]
