from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest
from tests import _processes

if TYPE_CHECKING:
    from tests.integration.outputs.chromium import Chromium


@pytest.fixture(scope="module")
def chromium() -> Generator[Chromium]:
    """One browser for the tests of a module."""
    from tests.integration.outputs.chromium import running_chromium  # few tests need what it imports

    before = _processes.started_here()
    with running_chromium() as chromium, _processes.shared(_processes.started_here() - before):
        yield chromium
