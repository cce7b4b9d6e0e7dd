"""Runs the tests of a module twice: as they are, and with each conversation held by an asyncio program.

    pytestmark = pytest.mark.usefixtures("natively_and_from_asyncio")

A test is a Trio function, which makes a `Conversation`. The second time, its Trio run is the guest of an asyncio loop in virtual
time, and `Conversation` is a `triolet.asyncio.Conversation` all of whose calls are made by tasks of asyncio: opening it, each
`say`, with an async generator of asyncio that gives what the source of the test gives, and leaving it. So a cancellation by the
test, an error, a token and a result go there and back.
"""

from __future__ import annotations

import contextvars
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine
from functools import partial
from types import ModuleType, TracebackType
from typing import Any, Self, TypeVar, cast

import pytest
import trio
from tests.unit.triolet.asyncio import _virtual_time

import triolet.asyncio
from triolet import Source, TurnResult
from triolet.asyncio._host import Host

T = TypeVar("T")

INSTANT = 1e-7
"""Seconds. In virtual time, they pass when all tasks of both sides wait."""


def run(function: Callable[[], Awaitable[T]], **_: object) -> T:
    """What `trio.run` does, on an asyncio loop in virtual time."""

    async def program() -> T:
        host = await Host.take()
        try:
            return await host.call(function)
        finally:
            host.release()
            await host.gone()

    return _virtual_time.run(program())


async def in_asyncio(function: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Await it in a task of the asyncio program, from Trio."""
    return await Host.current().call_back(function, contextvars.copy_context())


class Through:
    """A conversation of an asyncio program, as one of Trio."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._there = triolet.asyncio.Conversation(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._there, name)

    async def __aenter__(self) -> Self:
        await in_asyncio(self._there.__aenter__)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with trio.CancelScope(shield=True):
            await in_asyncio(partial(self._there.__aexit__, kind, error, traceback))

    async def say(self, tokens: Any, **options: Any) -> TurnResult:
        if isinstance(tokens, AsyncIterable) and not isinstance(tokens, Source):
            tokens = _of_asyncio(cast("AsyncIterable[str]", tokens), Host.current())
        return await in_asyncio(partial(self._there.say, tokens, **options))


async def _of_asyncio(tokens: AsyncIterable[str], host: Host) -> AsyncGenerator[str]:
    iterator = aiter(tokens)
    try:
        while (token := await host.call(partial(_next, iterator))) is not None:
            yield token
    finally:
        if (aclose := getattr(iterator, "aclose", None)) is not None:
            await host.call(aclose)


async def _next(iterator: Any) -> str | None:
    async for token in iterator:
        return str(token)
    return None


async def _until_all_wait(cushion: float = 0.0) -> None:
    await trio.sleep(max(cushion, INSTANT))


@pytest.fixture(params=["trio", pytest.param("asyncio", marks=pytest.mark.trio(run=run))])
def natively_and_from_asyncio(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """See the module."""
    module = cast("ModuleType", request.module)  # pyright: ignore[reportUnknownMemberType]
    if request.param == "asyncio":
        monkeypatch.setattr(module, "Conversation", Through)
        monkeypatch.setattr(trio.testing, "wait_all_tasks_blocked", _until_all_wait)
