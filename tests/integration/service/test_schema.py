"""The service against its own OpenAPI document, by schemathesis: a small run of what `schemathesis run` does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import trio
from tests.integration.service.serving import serving

from triolet.testing import ToneTTS
from triolet_adapters.service import Limits, ServiceConfig


async def test_it_is_as_its_document_says(tmp_path: Path) -> None:
    config = ServiceConfig(port=0, limits=Limits(requests_per_minute=100_000))
    tone = ToneTTS(seconds_per_character=0.001)
    async with serving(tone, config, voices=("tone",), default="tone") as served:
        run = await trio.run_process(
            [sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/openapi.json",
             "--max-examples", "5", "--phases", "coverage", "--seed", "1", "--no-color"],
            cwd=tmp_path, check=False, capture_stdout=True, stderr=subprocess.STDOUT,
            env=os.environ | {"HYPOTHESIS_NO_PLUGINS": "1"},  # it would import Trio's, with pytest
        )  # fmt: skip
    assert run.returncode == 0, run.stdout.decode()
