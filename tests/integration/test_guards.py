"""What tests/conftest.py promises of every test: it ends in time, what it started ends with it, and it hears Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import attrs
import pytest
from tests import _processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose children a process has")

REPORTS = """
def pytest_runtest_logreport(report):
    if report.when == "call" or not report.passed:
        print(report.nodeid, report.when, report.outcome, flush=True)
        print(report.longreprtext, flush=True)
"""
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

def test_fails():
    start("fails")
    raise ValueError  # and with that, pytest takes the alarm back

def test_blocked():
    print("still there:", _processes.started_here(), flush=True)
    start("blocked")
    ctypes.PyDLL(None).pause()  # holds Python's lock
"""


@attrs.frozen
class Done:
    code: int
    out: str
    outcomes: dict[str, list[str]]
    """By test: how it ended, and perhaps that what follows it failed."""
    started: dict[str, int]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Run the file of tests as `make test` runs a part of them, and as a job in the background is run."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "test_it.py").write_text(STARTS + TESTS, "utf-8")
    (folder / "conftest.py").write_text(REPORTS, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests", "-s", "-p", "tests.conftest", "-p", "no:cacheprovider", "test_it.py"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TESTS_BLOCKED_SECONDS": "3"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    outcomes: dict[str, list[str]] = {}
    for name, when, outcome in re.findall(r"^\S*test_it.py::test_(\w+) (\w+) (\w+)$", done.stdout, re.MULTILINE):
        outcomes.setdefault(name, []).append(outcome if when == "call" else f"{when} {outcome}")
    started = re.findall(r"([a-z]+) started (\d+)$", done.stdout, re.MULTILINE)
    return Done(done.returncode, done.stdout, outcomes, {name: int(pid) for name, pid in started})


def test_what_a_test_has_started_ends_with_it_and_so_does_a_test_that_waits_for_ever(done: Done) -> None:
    assert done.outcomes == {
        "passes": ["passed", "teardown failed"],  # it should have ended its process itself
        "waits_for_a_process": ["failed"],
        "waits_in_trio": ["failed"],
        "ctrl_c": ["passed"],
        "fails": ["failed"],
    }, done.out
    assert done.started.keys() == {"passes", "waits", "fails", "blocked"}
    assert "still there: set()\n" in done.out, "each has ended with its test, and not with pytest"
    assert done.out.count("AssertionError: the test has left processes behind") == 1


def test_one_that_is_blocked_in_c_ends_its_process_and_what_that_had_started(done: Done) -> None:
    """The other parts of `make test` go on."""
    assert done.code != 0
    assert "in test_blocked" in done.out, "it is named"
    assert "passed in" not in done.out, "pytest has not come to its own end"
    assert _processes.wait_for_the_end({done.started["blocked"]}, 0) == set()
