"""Rows "Lost words": all that is written is heard, to the last sample."""

from __future__ import annotations

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import serving
from tests.unit.field._heard import RATE, TEXT, commits_heard, voice, words
from trio.testing import MockClock

from triolet import Conversation, speech
from triolet.testing import Link, RecordingOutput, ScriptedSource, decode
from triolet_adapters.tts.qwen import ServerOptions

LATENCY = 0.02


@pytest.mark.parametrize("hold", [0.1, 2.0])
async def test_a_turn_ends_when_its_last_sample_has_been_heard(autojump_clock: MockClock, hold: float) -> None:
    """Not when its text was handed in, nor when its audio was handed out."""
    async with serving(voice=voice()) as world:
        output = RecordingOutput(hold=hold)
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            for _ in range(3):
                before = len(output.pcm)
                await conversation.say([TEXT])
                assert words(commits_heard(world.voice, output.pcm[before:])) == TEXT


async def test_audio_that_comes_long_after_the_end_of_the_text_is_played(autojump_clock: MockClock) -> None:
    """The end of the input is not the end of the audio."""
    async with serving(voice=voice(first_audio=5.0, pace=0.5)) as world:
        output = RecordingOutput()
        result = await ([TEXT] | speech(world.tts(sample_rate=RATE), "en") | output).run()
        assert words(commits_heard(world.voice, output.pcm)) == result.heard == TEXT


async def test_the_end_of_the_text_commits_its_tail_at_once(autojump_clock: MockClock) -> None:
    """Half a sentence does not wait for the end of anything but the source."""
    async with serving(voice=voice(), link=Link(latency=LATENCY)) as world:
        output = RecordingOutput()
        source = ScriptedSource(["First we look at the map. ", 5.0, "And then we", 0.1])
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            await trio.sleep(1)
            began = trio.current_time()
            await conversation.say(source)
        tail = world.voice.commits[-1]
        assert tail.text == "And then we"
        assert tail.time - began == pytest.approx(5.1 + LATENCY, abs=0.01)
        assert words(commits_heard(world.voice, output.pcm)) == "First we look at the map. And then we"


@pytest.mark.parametrize(
    ("tokens", "committed", "within"),
    [
        (["First we look at the map.", 30.0, " Well."], "First we look at the map.", 0.3),
        (["First we look at the map, then we", 30.0, " pack."], "First we look at the map,", 1.6),
    ],
    ids=["a sentence", "a clause"],
)
async def test_an_idle_source_does_not_hold_back_what_is_finished(
    autojump_clock: MockClock, tokens: list[str | float], committed: str, within: float
) -> None:
    """A source that pauses has what it finished committed within a bounded time."""
    async with serving(voice=voice(), link=Link(latency=LATENCY)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            await trio.sleep(1)
            began = trio.current_time()
            result = await conversation.say(ScriptedSource(tokens))
        assert world.voice.commits[0].text == committed
        assert world.voice.commits[0].time - began <= within + LATENCY + 0.01
        assert words(commits_heard(world.voice, output.pcm)) == result.heard == result.text


@pytest.mark.parametrize(
    ("tokens", "first"),
    [(["so let me look ", "at", 9.0, " this."], "so let me look"), (["Well,", 9.0, " yes."], "Well,")],
)
async def test_half_a_sentence_does_not_wait_for_its_end_for_ever(
    autojump_clock: MockClock, tokens: list[str | float], first: str
) -> None:
    """Nothing is heard for four seconds at most; then what is there is said."""
    async with serving(voice=voice(), link=Link(latency=LATENCY)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            await trio.sleep(1)
            began = trio.current_time()
            result = await conversation.say(ScriptedSource(tokens))
        assert world.voice.commits[0].text == first
        assert world.voice.commits[0].time - began <= 4 + LATENCY + 0.01
        assert words(commits_heard(world.voice, output.pcm)) == result.heard == result.text


@pytest.mark.parametrize("text", ["ok", "Ok.", "5", "好。", "Ok. No! Yes? I. Am. Here.", "Ok.\n\nNo.\n"])
async def test_every_sentence_is_spoken_however_short(autojump_clock: MockClock, text: str) -> None:
    """There is no least length."""
    async with serving(voice=voice()) as world:
        output = RecordingOutput()
        result = await ([text] | speech(world.tts(sample_rate=RATE)) | output).run()
        assert words(commits_heard(world.voice, output.pcm)).split() == text.split()
        assert result.heard == text


async def test_the_samples_heard_are_those_received_and_declared_silence(autojump_clock: MockClock) -> None:
    """Whatever pauses the LLM, the service and the listener make, in deltas of any size."""
    sentences = [f"Here is sentence {name}." for name in ("one", "two", "three", "four", "five", "six")]
    source = ScriptedSource(step for text in sentences for step in (f"{text} ", 0.1, "", 2.0))
    async with serving(ServerOptions(delta_bytes=778, jitter=0.2), voice(pace=1.2)) as world:
        output = RecordingOutput()
        async with (
            Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(conversation.say, source)
            for _ in range(5):
                await trio.sleep(1.7)
                conversation.pause()
                await trio.sleep(0.9)
                conversation.resume()
        assert words(commits_heard(world.voice, output.pcm)) == " ".join(sentences)
        decoded = decode(output.pcm)
        assert decoded.unreadable == 0
        assert output.heard == decoded.silence + sum(commit.samples for commit in world.voice.commits)
        assert decoded.silence <= (len(world.voice.commits) - 1) * 0.4 * RATE
