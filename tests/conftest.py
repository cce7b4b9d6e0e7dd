"""For all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A slow machine is no defect of what is tested.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that is skipped in CI has not shown what it is there to show."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests are failures in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
