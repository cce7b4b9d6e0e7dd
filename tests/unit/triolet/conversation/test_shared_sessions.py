"""Conversations that share their sessions: what stands by stands by for all of them."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
import trio
from trio.testing import MockClock

from triolet import Conversation, PoolOptions, open_session_pools, speech
from triolet.testing import RecordingOutput, ToneTTS


async def test_idle_conversations_have_one_session_between_them(autojump_clock: MockClock) -> None:
    voice = ToneTTS()
    async with open_session_pools(PoolOptions(always_warm=True)) as sessions, AsyncExitStack() as block:
        conversations = [
            await block.enter_async_context(Conversation(speech(voice, "en"), RecordingOutput(), sessions=sessions))
            for _ in range(10)
        ]
        for number, conversation in enumerate(conversations):
            assert (await conversation.say([f"This is number {number}."])).heard
            assert voice.open <= 2, "the one at work, and one that stands by for all"
        await trio.sleep(25)
        assert voice.open == 1
    assert voice.open == 0


async def test_leaving_one_leaves_the_sessions_to_the_others(autojump_clock: MockClock) -> None:
    voice = ToneTTS()
    async with open_session_pools() as sessions:
        async with Conversation(speech(voice, "en"), RecordingOutput(), sessions=sessions) as conversation:
            await conversation.say(["Hello there."])
        assert voice.open >= 1
        opened = sum(each.opened for each in sessions.statistics().values())
        async with Conversation(speech(voice, "en"), RecordingOutput(), sessions=sessions) as conversation:
            assert (await conversation.say(["Hello again."])).heard == "Hello again."
        assert sum(each.opened for each in sessions.statistics().values()) == opened


def test_options_for_shared_sessions_belong_where_they_are_opened() -> None:
    with pytest.raises(ValueError, match="not both"):
        Conversation(speech(ToneTTS()), RecordingOutput(), pool=PoolOptions(), sessions=object())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
