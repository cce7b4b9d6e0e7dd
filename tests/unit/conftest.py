"""For tests of the unit tier."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Generator
from typing import Any

import pytest
import trio
from tests.unit.triolet.asyncio._both import natively_and_from_asyncio

__all__ = ["natively_and_from_asyncio"]

LONGEST = 100_000.0
"""Seconds of virtual time that a test may take: more than a day. What waits for ever on a virtual clock fails by it at once, where
it would hang."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """End a test on the autojump clock that waits for what never comes.

    pytest-trio runs a test on a clock only if the test itself asks for it, and not if one of its fixtures does: here both do.
    """
    if not isinstance(item, pytest.Function) or "autojump_clock" not in item.fixturenames:
        return (yield)
    test, info = item.obj, item._fixtureinfo
    itself = "autojump_clock" in info.argnames
    if not itself:
        item._fixtureinfo = dataclasses.replace(info, argnames=(*info.argnames, "autojump_clock"))

    @functools.wraps(test)
    async def within(**arguments: Any) -> None:
        if not itself:
            del arguments["autojump_clock"]
        with trio.fail_after(LONGEST):
            await test(**arguments)

    item.obj = within
    return (yield)
