"""The soak, for seconds; and what it takes for a leak."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.recipes.running import RECIPES, run

Counts = list[dict[str, float]]
START = {"tasks": 8.0, "descriptors": 13.0, "threads": 1.0, "MB": 46.0}


def test_it_talks_and_finds_nothing_that_grows(tmp_path: Path) -> None:
    *counts, verdict = run("soak", tmp_path, "--minutes", "0.05", "--every", "5").splitlines()
    assert len(counts) == 2
    assert int(re.findall(r"(\d+) turns", counts[-1])[0]) >= 1
    assert int(re.findall(r"(\d+) seconds of speech", counts[-1])[0]) >= 1
    assert verdict == "flat: tasks, descriptors, threads, memory"


@pytest.fixture(scope="module")
def grown() -> Callable[[Counts], list[str]]:
    """What judges the counts."""
    recipe: dict[str, Any] = runpy.run_path(str(RECIPES / "soak.py"))
    judge: Callable[[Counts], list[str]] = recipe["grown"]
    return judge


def test_what_only_wavers_is_flat(grown: Callable[[Counts], list[str]]) -> None:
    assert grown([{**START, "MB": 46 + i % 3, "tasks": 8 + 2 * (i % 2)} for i in range(16)]) == []
    assert grown([{**START, "MB": 50 - 4 * (i == 0)} for i in range(16)]) == [], "the first quarter is for warming up"


@pytest.mark.parametrize("name", ["tasks", "descriptors", "threads"])
def test_one_that_is_left_is_found(grown: Callable[[Counts], list[str]], name: str) -> None:
    assert grown([{**START, name: START[name] + (i > 9)} for i in range(16)]) == [name]


def test_memory_that_creeps_is_found(grown: Callable[[Counts], list[str]]) -> None:
    assert grown([{**START, "MB": 46 + 0.3 * i} for i in range(16)]) == ["memory"]
