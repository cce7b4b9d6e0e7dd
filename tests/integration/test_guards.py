"""What tests/conftest.py promises of every test: it ends in time, what it started ends with it, and it hears Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from tests import _processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose children a process has")

STARTS = """
import ctypes, os, signal, subprocess
import pytest, trio
from tests import _processes

_processes.GRACE = 0.1

def start(name):
    # A shell that starts a process, and ends: the process is nobody's child any more.
    out = subprocess.run(["sh", "-c", "sleep 1000 >/dev/null & echo $!"], stdout=subprocess.PIPE, check=True).stdout
    print(name, "started", out.decode(), flush=True)
"""
TESTS = """
def test_fails():
    start("fails")
    raise ValueError

def test_passes():
    start("passes")

@pytest.mark.timeout(0.5)
def test_waits_for_a_process():
    start("waits")
    subprocess.run(["sleep", "1000"])

@pytest.mark.timeout(0.5)
def test_waits_in_trio():
    trio.run(trio.sleep_forever)

def test_ctrl_c():
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    child = subprocess.Popen(["sleep", "1000"])
    child.send_signal(signal.SIGINT)
    assert child.wait() == -signal.SIGINT
"""
IN_C = """
def test_fails():
    raise ValueError

def test_blocked():
    start("blocked")
    ctypes.PyDLL(None).pause()  # holds Python's lock
"""


@attrs.frozen
class Done:
    code: int
    out: str
    outcomes: dict[str, list[str]]
    """By test: how it ended, and perhaps how what follows it ended."""
    started: dict[str, int]


def pytest_on(code: str, folder: Path, *, module: str = "pytest", blocked: float = 60) -> Done:
    """Run a file of tests as a job in the background is run."""
    (folder / "test_it.py").write_text(STARTS + code, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    command = [sys.executable, "-m", module, "-s", "-rA", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = subprocess.run(
            [*command, "test_it.py"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TESTS_BLOCKED_SECONDS": str(blocked)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    outcomes: dict[str, list[str]] = {}
    for outcome, name in re.findall(r"^(PASSED|FAILED|ERROR) test_it.py::test_(\w+)", done.stdout, re.MULTILINE):
        outcomes.setdefault(name, []).append(outcome)
    started = re.findall(r"([a-z]+) started (\d+)$", done.stdout, re.MULTILINE)
    return Done(done.returncode, done.stdout, outcomes, {name: int(pid) for name, pid in started})


def test_what_a_test_has_started_ends_with_it_and_so_does_a_test_that_waits_for_ever(tmp_path: Path) -> None:
    done = pytest_on(TESTS, tmp_path)
    assert done.outcomes == {
        "fails": ["FAILED"],
        "passes": ["PASSED", "ERROR"],  # it should have ended its process itself
        "waits_for_a_process": ["FAILED"],
        "waits_in_trio": ["FAILED"],
        "ctrl_c": ["PASSED"],
    }, done.out
    assert set(done.started) == {"fails", "passes", "waits"}
    assert _processes.wait_for_the_end(set(done.started.values()), 0) == set()
    assert "has left processes behind" in done.out


def test_one_that_is_blocked_in_c_ends_its_process_and_what_that_had_started(tmp_path: Path) -> None:
    """As `make test` runs a part of the tests; the other parts go on."""
    done = pytest_on(IN_C, tmp_path, module="tests", blocked=1)
    assert done.code != 0
    assert "in test_blocked" in done.out, "it is named"
    assert set(done.started) == {"blocked"}
    assert _processes.wait_for_the_end(set(done.started.values()), 0) == set()
