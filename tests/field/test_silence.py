"""Rows "Silence, hangs": whatever stops, the turn goes on or ends with an error that names it, in bounded time."""

from __future__ import annotations

import pytest
import trio
from tests.adapters.qwen._peers import serving
from tests.field._heard import RATE, TEXT, commits_heard, voice, words
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


class _AtStep(trio.abc.Instrument):
    """Cancels when the tasks of a run have taken so many steps."""

    def __init__(self, step: int, scope: trio.CancelScope) -> None:
        self.steps = 0
        self._step = step
        self._scope = scope

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self.steps += 1
        if self.steps == self._step:
            self._scope.cancel()


async def _cancelled_at(step: int) -> int:
    """One turn that is cancelled at that step of any task; gives how many steps were taken."""
    tasks = trio.lowlevel.current_statistics().tasks_living
    scope = trio.CancelScope()
    async with serving(voice=voice(pace=8), link=Link(latency=0.02)) as world:
        instrument = _AtStep(step, scope)
        trio.lowlevel.add_instrument(instrument)
        with scope:
            async with Conversation(speech(world.tts(sample_rate=RATE), "en"), RecordingOutput()) as conversation:
                await conversation.say(ScriptedSource.paced("Well, here we go. Then on."))
                scope.cancel()
        trio.lowlevel.remove_instrument(instrument)
        if scope.cancel_called:
            assert trio.current_time() <= LONGEST_TURN + LEAVING
        await trio.sleep(15)
        assert world.network.open == 0
    assert trio.lowlevel.current_statistics().tasks_living == tasks
    return instrument.steps


LONGEST_TURN = 5.0
LEAVING = 2.0
"""Seconds: what is written above takes less than the first to say, and the second is what leaving may take."""


def test_cancelling_at_any_step_of_a_turn_returns_soon_and_leaves_nothing() -> None:
    """A sweep over the steps of all tasks, those of the service included."""
    steps = trio.run(_cancelled_at, 0, clock=MockClock(autojump_threshold=0))
    assert steps > 300
    for step in range(1, steps, steps // 60):
        trio.run(_cancelled_at, step, clock=MockClock(autojump_threshold=0))
