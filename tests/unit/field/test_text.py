"""Rows "Text" that show only with a service at the end of the chain: when the first words leave."""

from __future__ import annotations

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import serving
from tests.unit.field._heard import RATE, TEXT, commits_heard, voice, words
from trio.testing import MockClock

from triolet import Conversation, speech
from triolet.testing import RecordingOutput, ScriptedSource


@pytest.mark.parametrize("opener", ["好。", "嗯，我看看。", "はい。", "Yes!"])
async def test_a_short_opener_leaves_at_once(autojump_clock: MockClock, opener: str) -> None:
    """There is no least length for the first sentence, in any script."""
    async with serving(voice=voice()) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE)), output) as conversation:
            await trio.sleep(1)
            began = trio.current_time()
            await conversation.say(ScriptedSource([opener, 5.0, " Now more of it."]))
        first = world.voice.commits[0]
        assert first.text == opener
        assert first.time - began <= 0.31


@pytest.mark.parametrize("rate", [60, 800])
async def test_the_first_words_leave_long_before_a_fast_llm_has_ended(autojump_clock: MockClock, rate: int) -> None:
    """A source that never pauses does not starve the speaker."""
    text = " ".join([TEXT] * 6)
    async with serving(voice=voice(pace=8)) as world:
        output = RecordingOutput()
        source = ScriptedSource.paced(text, tokens_a_second=rate)
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            await trio.sleep(1)
            began = trio.current_time()
            result = await conversation.say(source)
        written = len(text) / 4 / rate
        assert world.voice.commits[0].time - began < written / 10
        assert words(commits_heard(world.voice, output.pcm)) == result.heard == text
