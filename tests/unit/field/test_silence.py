"""Rows "Silence, hangs": whatever stops, the turn goes on or ends with an error that names it, in bounded time."""

from __future__ import annotations

import random

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import serving
from tests.unit.field._heard import RATE, TEXT, commits_heard, voice, words
from tests.unit.field._reader import Reader, words_heard
from trio.testing import MockClock

from triolet import AudioCallback, Conversation, PhraseState, RecoveryPolicy, Usage, speech
from triolet.errors import DeadlineExpired, NoAudio
from triolet.testing import Link, RecordingOutput, ScriptedSource, ToneTTS
from triolet_adapters.tts.qwen import QwenOptions, ServerOptions

CHUNK_TIMEOUT = QwenOptions().chunk_timeout


def _second_falls_silent(index: int, _draws: random.Random) -> Link:
    """Half-open, in the middle of the phrase that follows the first sentence."""
    return Link(silent_after=100_000 if index == 1 else None)


async def test_a_service_that_stops_half_way_is_noticed_and_the_answer_goes_on(autojump_clock: MockClock) -> None:
    """A half-open connection costs its deadline: then all the rest is said on another."""
    async with serving(None, Reader(sample_rate=RATE, first_audio=0.2, pace=1.5), _second_falls_silent) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            result = await conversation.say([TEXT])
        assert isinstance(world.voice, Reader)
        heard = [word.text for word in words_heard(world.voice, output.pcm) if word.whole]
        _all_once_but_one_repeat(heard, repeated=result.repeated)
        assert result.heard == TEXT
        assert 1.0 < result.latency.longest_gap < CHUNK_TIMEOUT + 2


def _all_once_but_one_repeat(heard: list[str], *, repeated: int) -> None:
    """All words are there in order, but that at most as many stretches as reported are there twice."""
    assert repeated <= 1
    text = TEXT.split()
    extra = len(heard) - len(text)
    assert extra <= (8 if repeated else 0)
    assert any(heard[:at] + heard[at + extra :] == text for at in range(len(text) + 1)), heard


async def test_a_service_that_stops_half_way_ends_the_turn_if_that_is_wanted(autojump_clock: MockClock) -> None:
    """An error within its deadline, and every sentence accounted for."""
    async with serving(None, voice(pace=1.5), Link(silent_after=70_000)) as world:
        output = RecordingOutput()
        chain = speech(world.tts(sample_rate=RATE), "en", recovery=RecoveryPolicy(lost="fail"))
        async with Conversation(chain, output) as conversation:
            with pytest.raises(DeadlineExpired) as caught:
                await conversation.say([TEXT])
            heard_until = output.audio[-1].time + len(output.audio[-1].pcm) / 2 / RATE
            assert trio.current_time() - heard_until <= CHUNK_TIMEOUT + 1
            result = caught.value.result
            assert result is not None
            states = [report.state for report in result.phrases]
            assert PhraseState.FAILED in states
            assert all(report.reason for report in result.phrases if report.state is PhraseState.FAILED)
            assert TEXT.startswith(result.heard)


class _Mute(ToneTTS):
    """Has nothing to say to one sentence, and says that it is done."""

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        if text == "At last we walk!":
            return Usage(len(text))
        return await super()._speak(connection, commit, text, accept)


async def test_a_sentence_without_audio_is_reported_and_the_next_goes_on(autojump_clock: MockClock) -> None:
    """At once, and typed."""
    async with serving(voice=_Mute(sample_rate=RATE, first_audio=0.2, pace=3)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            result = await conversation.say(["Here it is.\n\nAt last we walk!\n\nNow then."])
        assert words(commits_heard(world.voice, output.pcm)) == "Here it is. Now then."
        assert [report.state for report in result.phrases] == [
            PhraseState.HEARD,
            PhraseState.FAILED,
            PhraseState.HEARD,
        ]
        assert (result.phrases[1].reason or "").startswith("NoAudio")
        assert "At last we walk!" in result.unheard
        assert result.latency.longest_gap < 1.0


async def test_a_turn_without_any_audio_is_an_error_and_the_next_turn_speaks(autojump_clock: MockClock) -> None:
    """The caller need not read a report to know that nothing was heard."""
    mute = _Mute(sample_rate=RATE, first_audio=0.2, pace=3)
    async with (
        serving(voice=mute) as world,
        Conversation(speech(world.tts(sample_rate=RATE), "en"), RecordingOutput()) as conversation,
    ):
        with pytest.raises(NoAudio) as caught:
            await conversation.say(["At last we walk!"])
        assert caught.value.result is not None
        assert (await conversation.say(["Now then."])).heard == "Now then."


async def test_audio_that_comes_slowly_is_waited_for(autojump_clock: MockClock) -> None:
    """No timer ends a response for which the service still sends."""
    async with serving(ServerOptions(delta_bytes=800), voice(first_audio=4.0, pace=0.02)) as world:
        output = RecordingOutput()
        result = await (["Hello there."] | speech(world.tts(sample_rate=RATE), "en") | output).run()
        assert words(commits_heard(world.voice, output.pcm)) == result.heard == "Hello there."


async def test_an_llm_that_runs_a_tool_for_a_minute_loses_nothing(autojump_clock: MockClock) -> None:
    """Though the service closes sessions that are idle for so long."""
    async with serving(ServerOptions(idle_timeout=23), voice()) as world:
        output = RecordingOutput()
        source = ScriptedSource(["Let me look. ", 60.0, "I found it, ", 61.0, "and it works."])
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            result = await conversation.say(source)
        assert result.heard == result.text
        assert words(commits_heard(world.voice, output.pcm)) == "Let me look. I found it, and it works."
