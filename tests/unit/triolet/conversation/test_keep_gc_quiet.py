"""What lives is not looked at again and again for garbage, in virtual time."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
import trio
from trio.testing import MockClock

from triolet import keep_gc_quiet
from triolet._tools import _keep_gc_quiet
from triolet._tools._keep_gc_quiet import FREEZE, GROWTH


class Circle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


COLLECT = 30.0


@pytest.fixture(autouse=True)
def usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(_keep_gc_quiet, "COLLECT", COLLECT)  # ten minutes would be hundreds of freezes
    gc.unfreeze()
    gc.freeze()
    yield
    gc.freeze()  # else each collection in the tests that follow looks at all that they have imported, which takes 0.2 s


async def test_what_lives_is_passed_over_and_garbage_goes_in_the_end(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    nursery.start_soon(keep_gc_quiet)
    lives, garbage = Circle(), weakref.ref(Circle())
    await trio.sleep(3 * FREEZE)
    assert garbage() is not None
    assert not any(each is lives for each in gc.get_objects()), "the collector would look at it"
    await trio.sleep(COLLECT + 20 * FREEZE)
    assert garbage() is None
    assert lives.itself is lives


async def test_much_garbage_goes_sooner(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    nursery.start_soon(keep_gc_quiet)
    await trio.sleep(FREEZE / 2)
    garbage, there = weakref.ref(Circle()), gc.get_freeze_count()
    kept = [[number] for number in range(there + 2 * GROWTH)]
    await trio.sleep(COLLECT / 2)
    assert garbage() is None
    assert len(kept) > there
