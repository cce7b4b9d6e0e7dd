"""Turns with other settings speak on sessions of their own, with the settings on the wire."""

from __future__ import annotations

import gc
import weakref

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import Tap, serving

from triolet import Conversation, RateLimits, speech
from triolet.testing import RecordingOutput, ToneTTS
from triolet_adapters.tts import QwenTTS
from triolet_adapters.tts.frame._variants import KEPT_ADJUSTMENTS


async def test_a_turn_may_have_another_voice(autojump_clock: trio.testing.MockClock) -> None:
    tap = Tap()
    async with serving(voice=ToneTTS(pace=5)) as world:
        tts = world.tts(tap=tap, model="qwen3-tts-instruct-flash-realtime")
        async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
            await conversation.say(["One."])
            await conversation.say(["Two."], voice="Ethan", language="English", instructions="Speak slowly.")
            await conversation.say(["Three."], voice="Ethan", language="English", instructions="Speak slowly.")
            statistics = conversation.statistics()
        with pytest.raises(ValueError, match="language_type"):
            tts.adjusted(language="Klingon")
    updates = [event["session"] for event in tap.of_type("session.update")]
    changed = [update for update in updates if update["voice"] == "Ethan"]
    assert changed
    assert all((u["language_type"], u["instructions"]) == ("English", "Speak slowly.") for u in changed)
    assert {update["voice"] for update in updates} == {"Cherry", "Ethan"}
    assert sorted(pool.commits for pool in statistics.values()) == [1, 2]


def test_the_documented_limits_are_those_of_the_model() -> None:
    assert QwenTTS(api_key="k").limits == RateLimits(per_second=3, per_minute=180)
    assert QwenTTS(api_key="k", model="qwen3-tts-flash-realtime-2025-09-18").limits == RateLimits(per_minute=10)


async def test_equal_adjustments_are_one_voice() -> None:
    async with serving() as world:
        tts = world.tts()
        assert tts.limits == RateLimits()  # a server on this machine has none
        assert tts.adjusted(voice="Ethan") is tts.adjusted(voice="Ethan")


def test_instructions_of_its_own_for_each_turn_pile_up_nothing() -> None:
    tts = QwenTTS(api_key="k", model="qwen3-tts-instruct-flash-realtime")
    adjusted = [weakref.ref(tts.adjusted(instructions=f"Like number {turn}.")) for turn in range(500)]
    assert tts.adjusted(instructions="Like number 499.") is adjusted[-1]()
    gc.collect()
    assert sum(voice() is not None for voice in adjusted) <= KEPT_ADJUSTMENTS
