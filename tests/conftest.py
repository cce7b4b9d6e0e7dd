"""For all tests.

unit: one room at a time, in virtual time; no processes, no sockets. integration: processes, sockets, SDKs, README, recipes,
packaging. hearing: what a recogniser understands. simulation: the whole system from seeds. typing, mutations: what their
names say.

    pytest tests/unit                                    a tier, in one process
    pytest -n 2 --dist loadfile --no-loadscope-reorder   all of it, on two cores; `make -j 2 pytest` needs less
    pytest --hypothesis-profile=long tests/unit          forty times the examples, each time others; all cases of `few`
    python -m tests.simulation --seeds 20000 --jobs 2    the whole system, longer; `--seed N` replays one
    python -m tests.mutations                            breaks the code, and sees that the tests notice
    python -m tests.mutations.at_random --all            the pure cores, at random places: what survives lacks a test

Hypothesis draws the same examples in every run, so that a failure is of the change that is tested. The long profile draws
others, as the workflow `nightly` runs it, and prints with each failure a line `@reproduce_failure(...)` to paste above the test, and a seed for
`--hypothesis-seed`: either replays it.

A test may take `timeout` seconds (pyproject.toml); `@pytest.mark.timeout` allows more. One that is blocked in C ends its
process a little later; `python -m tests`, as `make test` runs its parts, then ends what it had started. What a test has started
ends with it.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import time
from collections.abc import Generator

import pytest
from hypothesis import settings
from tests import _processes

# A slow machine is no defect of what is tested.
settings.register_profile("suite", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("long", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("suite")

_FAILED = pytest.StashKey[bool]()
_BEFORE = pytest.StashKey[set[int]]()
"""Processes that ran when the test began."""

BLOCKED = float(os.environ.get("TESTS_BLOCKED_SECONDS", "300"))
"""Seconds after which a test that is blocked in C ends its process. It is more than a test may take that Python can stop."""
LOOK_AGAIN = 10.0
"""Seconds between two settings of that alarm. pytest's own sets it for each test, which takes as long as two short tests."""


class _Alarm:
    """Ends the process, and prints where it is, if no test begins for too long."""

    def __init__(self) -> None:
        # A copy of the one that pytest takes the output of tests from.
        self._out = os.dup(2)
        self._set_at: float | None = None

    def set(self) -> None:
        now = time.monotonic()
        if self._set_at is None or now - self._set_at > LOOK_AGAIN:
            self._set_at = now
            faulthandler.dump_traceback_later(BLOCKED, file=self._out, exit=True)

    def was_cancelled(self) -> None:
        """pytest does it when a test fails."""
        self._set_at = None

    def end(self) -> None:
        faulthandler.cancel_dump_traceback_later()
        os.close(self._out)


_ALARM = pytest.StashKey[_Alarm]()


def pytest_configure(config: pytest.Config) -> None:
    """Once a process."""
    _hear_ctrl_c()
    _processes.adopt_orphans()
    config.stash[_ALARM] = _Alarm()
    gc.disable()  # reading the tests makes little garbage, and looking for it takes a fifth of the time


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[_ALARM].set()
    _hear_ctrl_c()  # a run of Trio that was ended from outside has left its own handler
    item.stash[_BEFORE] = _processes.started_here()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """End the processes that the test has started; if it has not failed, it must have done so itself.

    No fixture: pytest takes a tenth of a short test to call one.
    """
    try:
        yield
    finally:
        before = item.stash[_BEFORE]
        left = _processes.started_here() - before
        names: list[str] = []
        if left and not item.stash.get(_FAILED, False):
            left = _processes.wait_for_the_end(left)
            names = [_processes.name_of(pid) for pid in left]
        _processes.end(left)
    assert not names, "the test has left processes behind"


def _hear_ctrl_c() -> None:
    """A job in the background is started deaf to it, and so are the processes that it starts; tests press it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    """A process of pytest-xdist that was ended by force leaves what it had started to this one."""
    config.stash[_ALARM].end()
    _processes.end(_processes.started_here())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test has failed."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
        item.config.stash[_ALARM].was_cancelled()
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where all that the tests need should be there (.ci/run says so), a test that is skipped has not shown what it is there to show."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests are failures where NO_SKIPS is set", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
