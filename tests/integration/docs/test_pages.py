"""The pages of the documentation are run: each block of Python, each command; and what they show is what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.docs.markdown import ROOT, blocks
from tests.integration.docs.running import Page, compiled, is_suite

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if blocks(path))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_runs(path: Path, folder: Path) -> None:
    assert Page(path).run() > 0


def suites() -> dict[str, object]:
    """The tests that pages show, to be collected by pytest as if they stood here."""
    found: dict[str, object] = {}
    for path in PAGES:
        for block in blocks(path):
            if is_suite(block):
                names: dict[str, object] = {"__name__": __name__}
                exec(compiled(block), names)
                tests = {name: test for name, test in names.items() if name.startswith(("Test", "test_"))}
                assert tests, str(block)
                assert not tests.keys() & found.keys(), f"{block}: a test of this name stands on another page"
                found |= tests
    return found


globals().update(suites())
