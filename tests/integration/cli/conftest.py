from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.integration.cli.command import serving

from triolet_adapters.cli._serve import Protocol
from triolet_adapters.tts import LocalTTS


@pytest.fixture(scope="session")
def url() -> Generator[str]:
    """The local voice behind the protocol: in this process, which has loaded it for other tests; one server for all of them."""
    with serving(Protocol.QWEN, LocalTTS()) as url:
        yield url
