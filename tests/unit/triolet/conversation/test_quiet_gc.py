"""One call, and a long-lived process is seldom held up by the collector of garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from triolet import quiet_gc


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    threshold = gc.get_threshold()
    gc.unfreeze()  # the test run may have frozen what it has imported
    yield
    gc.freeze()  # else each collection in the tests that follow looks at all that they have imported, which takes 0.2 s
    gc.set_threshold(*threshold)


def test_what_is_there_is_not_looked_at_again_and_what_comes_is_looked_at_seldom() -> None:
    there = gc.get_freeze_count()
    quiet_gc()
    frozen = gc.get_freeze_count()
    assert frozen > there + 10_000  # the modules of this test run
    assert len(gc.get_objects()) < 1_000
    assert gc.get_threshold()[0] > 700
    assert gc.isenabled()


def test_garbage_is_still_found() -> None:
    """Ten thousand lists that hold themselves do not stay."""
    quiet_gc()
    for _ in range(30_000):
        loop: list[object] = []
        loop.append(loop)
    assert len(gc.get_objects()) < 15_000


def test_a_second_call_takes_in_what_has_come_since() -> None:
    quiet_gc()
    kept = [[number] for number in range(5_000)]
    before = gc.get_freeze_count()
    quiet_gc()
    assert gc.get_freeze_count() >= before + len(kept)
