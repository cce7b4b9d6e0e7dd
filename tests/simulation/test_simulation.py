"""The whole system in virtual time, from seeds: vendors and lines that fail, an LLM and a listener who do as they please."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.simulation._plan import draw
from tests.simulation._protocols import MIXED, PROTOCOLS, QWEN
from tests.simulation._run import run
from tests.simulation._totals import digest, try_many


@pytest.mark.timeout(600)  # many worlds, in half a minute where the machine is not busy
def test_a_hundred_seeds() -> None:
    """Of the first, those in which all happens that may. `python -m tests.simulation` runs thousands, and replays one."""
    *_, totals = try_many(70, 100, jobs=1)
    assert totals.failures == []
    assert totals.missing() == []


@pytest.mark.parametrize("protocol", [name for name in (*PROTOCOLS, MIXED) if name != QWEN])
def test_any_protocol_may_stand_in_a_vendors_place(protocol: str) -> None:
    """`python -m tests.simulation --protocol NAME` runs more. Qwen's has a hundred, above."""
    *_, totals = try_many(0, 2, jobs=1, protocol=protocol)
    assert totals.failures == []


def test_a_seed_replays_exactly() -> None:
    """To the sample and to the microsecond, in another process with other hash seeds too."""
    here = digest(run(draw(7)))
    assert digest(run(draw(7))) == here
    assert digest(run(draw(8))) != here
    command = [sys.executable, "-m", "tests.simulation", "--seed", "7"]
    environment = os.environ | {"PYTHONHASHSEED": "5", "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=60)
    assert here in other.stdout
