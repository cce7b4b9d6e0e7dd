from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.integration.cli.command import start


@pytest.fixture(scope="session")
def url() -> Generator[str]:
    """The local voice behind the protocol: one process for all tests."""
    with start("serve", "tts", "--port", "0") as server:
        assert server.stdout is not None
        yield server.stdout.readline().decode().strip()
        server.terminate()
        server.communicate()
