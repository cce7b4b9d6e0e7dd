"""The recipe for asyncio programs. What `triolet.asyncio` does is tested in tests/unit/triolet/asyncio."""

from __future__ import annotations

from pathlib import Path

from tests.hearing.words import compare
from tests.integration.recipes.running import RunHere, heard


def test_the_recipe_speaks_until_it_is_interrupted(tmp_path: Path, run_here: RunHere) -> None:
    printed = run_here("from_asyncio")
    first, second, rest = (line.partition(":")[2].strip() for line in printed.splitlines())
    assert first == "This program has an event loop of its own."
    assert f"{second} {rest}".startswith("Whoever talks")
    assert rest.endswith("Never.")
    assert compare([f"{first} {second}"], heard(tmp_path / "from_asyncio.wav")).errors <= 2, "a word may be cut off"
