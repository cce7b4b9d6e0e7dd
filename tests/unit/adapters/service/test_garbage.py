"""The collector of garbage of a service, in virtual time."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
import trio
from trio.testing import MockClock

from triolet_adapters.service.process import _garbage, keep_garbage_quiet
from triolet_adapters.service.process._garbage import FREEZE, GROWTH


class Circle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


COLLECT = 30.0


@pytest.fixture(autouse=True)
def usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(_garbage, "COLLECT", COLLECT)  # ten minutes would be hundreds of freezes
    gc.unfreeze()
    gc.freeze()
    yield
    gc.unfreeze()


async def test_what_lives_is_passed_over_and_garbage_goes_in_the_end(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    nursery.start_soon(keep_garbage_quiet)
    lives, garbage = Circle(), weakref.ref(Circle())
    await trio.sleep(3 * FREEZE)
    assert garbage() is not None
    assert not any(each is lives for each in gc.get_objects()), "the collector would look at it"
    await trio.sleep(COLLECT + 20 * FREEZE)
    assert garbage() is None
    assert lives.itself is lives


async def test_much_garbage_goes_sooner(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    nursery.start_soon(keep_garbage_quiet)
    await trio.sleep(FREEZE / 2)
    garbage, there = weakref.ref(Circle()), gc.get_freeze_count()
    kept = [[number] for number in range(there + 2 * GROWTH)]
    await trio.sleep(COLLECT / 2)
    assert garbage() is None
    assert len(kept) > there
