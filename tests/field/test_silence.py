"""Rows "Silence, hangs": whatever stops, the turn goes on or ends with an error that names it, in bounded time."""

from __future__ import annotations

import pytest
import trio
from tests.adapters.qwen._peers import serving
from tests.field._heard import RATE, TEXT, commits_heard, voice, words
from tests.field._sweep import WAYS, end_at
from trio.testing import MockClock

from triolet import Accept, Conversation, PhraseState, Usage, speech
from triolet.errors import DeadlineExpired, NoAudio
from triolet.testing import Link, RecordingOutput, ScriptedSource, ToneTTS
from triolet_adapters.tts.qwen import QwenOptions, ServerOptions

CHUNK_TIMEOUT = QwenOptions().chunk_timeout


async def test_a_service_that_stops_half_way_is_noticed(autojump_clock: MockClock) -> None:
    """A half-open connection in the middle of a sentence: an error within its deadline, and every sentence accounted for."""
    async with serving(None, voice(pace=1.5), Link(silent_after=70_000)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            with pytest.raises(DeadlineExpired) as caught:
                await conversation.say([TEXT])
            heard_until = output.audio[-1].time + len(output.audio[-1].pcm) / 2 / RATE
            assert trio.current_time() - heard_until <= CHUNK_TIMEOUT + 1
            spoken = caught.value.spoken
            assert spoken is not None
            assert all(each.whole for each in commits_heard(world.voice, output.pcm)[:-1])
            states = [report.state for report in spoken.phrases]
            assert PhraseState.FAILED in states
            assert all(report.reason for report in spoken.phrases if report.state is PhraseState.FAILED)
            assert TEXT.startswith(spoken.heard)


class _Mute(ToneTTS):
    """Has nothing to say to one sentence, and says that it is done."""

    async def _speak(self, connection: int, commit: int, text: str, accept: Accept) -> Usage:
        if text == "At last we walk!":
            return Usage(len(text))
        return await super()._speak(connection, commit, text, accept)


async def test_done_without_audio_is_an_error_and_the_next_turn_speaks(autojump_clock: MockClock) -> None:
    """Typed, at once, and with what had been heard."""
    async with serving(voice=_Mute(sample_rate=RATE, first_audio=0.2, pace=3)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            with pytest.raises(NoAudio) as caught:
                await conversation.say(["Here it is. ", "At last we walk!"])
            assert caught.value.spoken is not None
            assert (await conversation.say(["Now then."])).heard == "Now then."


async def test_audio_that_comes_slowly_is_waited_for(autojump_clock: MockClock) -> None:
    """No timer ends a response for which the service still sends."""
    async with serving(ServerOptions(delta_bytes=800), voice(first_audio=4.0, pace=0.02)) as world:
        output = RecordingOutput()
        spoken = await (["Hello there."] | speech(world.tts(sample_rate=RATE), "en") | output).run()
        assert words(commits_heard(world.voice, output.pcm)) == spoken.heard == "Hello there."


async def test_an_llm_that_runs_a_tool_for_a_minute_loses_nothing(autojump_clock: MockClock) -> None:
    """Though the service closes sessions that are idle for so long."""
    async with serving(ServerOptions(idle_timeout=23), voice()) as world:
        output = RecordingOutput()
        source = ScriptedSource(["Let me look. ", 60.0, "I found it, ", 61.0, "and it works."])
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            spoken = await conversation.say(source)
        assert spoken.heard == spoken.text
        assert words(commits_heard(world.voice, output.pcm)) == "Let me look. I found it, and it works."


@pytest.mark.parametrize("way", WAYS)
def test_cancelling_at_any_step_of_a_turn_returns_soon_and_leaves_nothing(way: str) -> None:
    """A sweep over the steps of all tasks, those of the service included; `_sweep` by itself takes every one."""
    steps = end_at(way, 0)
    assert steps > 300
    for step in range(1, steps, steps // 25):
        end_at(way, step)
