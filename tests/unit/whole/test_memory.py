"""What a conversation holds, by tracemalloc: the engine alone, with a voice that has no connections.

In it, a channel is 1.9 KB, a nursery 1.9 KB, a task that waits at least 1.2 KB, a cancel scope that is entered 0.8 KB, and a generator as
a context manager 0.6 KB. The bounds are a seventh above what Python 3.11, 3.12 and 3.13 take.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack, contextmanager

import trio
import trio.testing

from triolet import Conversation, speech
from triolet.testing import RecordingOutput, ToneTTS

KB = 1024
MANY = 10
IDLE = 20.5 * KB
"""Bytes of a conversation that nobody speaks in: 18.0 KB were measured."""
IN_A_TURN = 56 * KB
"""Bytes more of one that waits for the first token: 49.3 KB were measured. With generators for its stages it was 59.2 KB."""


@contextmanager
def traced() -> Generator[list[float]]:
    """Bytes held a conversation, of what the block left behind."""
    gc.collect()
    before, held = tracemalloc.get_traced_memory()[0], list[float]()
    yield held
    gc.collect()
    held.append((tracemalloc.get_traced_memory()[0] - before) / MANY)


async def test_a_conversation_is_small(autojump_clock: trio.testing.MockClock) -> None:
    begin = trio.Event()

    async def tokens() -> AsyncIterator[str]:
        await begin.wait()
        yield "A sentence."

    async def live(count: int) -> tuple[list[float], list[float]]:
        async with AsyncExitStack() as stack:
            with traced() as idle:
                conversations = [Conversation(speech(ToneTTS(), "en"), RecordingOutput()) for _ in range(count)]
                for conversation in conversations:
                    await stack.enter_async_context(conversation)
                await trio.testing.wait_all_tasks_blocked()
            async with trio.open_nursery() as nursery:
                with traced() as turn:
                    for conversation in conversations:
                        nursery.start_soon(conversation.say, tokens())
                    await trio.testing.wait_all_tasks_blocked()
                begin.set()
        return idle, turn

    tracemalloc.start()
    try:
        await live(1)  # what the process makes once
        begin = trio.Event()
        idle, turn = await live(MANY)
    finally:
        tracemalloc.stop()
    assert idle[0] < IDLE
    assert turn[0] < IN_A_TURN
