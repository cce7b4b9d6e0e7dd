"""Rows "Stale or disordered audio": what is heard is of this turn, in order, without gaps or clicks."""

from __future__ import annotations

import itertools
import math
from array import array
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import URL, listening, serving
from tests.unit.field._heard import RATE, TEXT, commits_heard, voice, words
from trio.testing import MockClock

from triolet import TTS, AudioCallback, AudioFormat, Conversation, PhrasingOptions, TTSSession, Usage, speech
from triolet.testing import Link, RecordingOutput, ScriptedSource, decode
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, QwenTTS, ServerOptions


@pytest.mark.parametrize("join", [0, PhrasingOptions().merge], ids=["apart", "joined"])
@pytest.mark.parametrize(
    "text",
    [TEXT, " ".join(["Go on now."] * 12)],
    ids=["prose", "sentences of half a second"],
)
async def test_a_service_at_twice_real_time_leaves_no_gap(autojump_clock: MockClock, text: str, join: int) -> None:
    """Between sentences there is the declared pause and nothing else."""
    async with serving(voice=voice(first_audio=0.3, pace=2.0), link=Link(latency=0.02)) as world:
        output = RecordingOutput()
        async with Conversation(
            speech(world.tts(sample_rate=RATE), "en", phrasing=PhrasingOptions(merge=join)), output
        ) as conversation:
            await trio.sleep(1)
            result = await conversation.say(ScriptedSource.paced(text, tokens_a_second=60))
        assert words(commits_heard(world.voice, output.pcm)) == text
        assert len(output.audio) == 1, "the listener was left without audio"
        assert decode(output.pcm).silence <= 0.4 * RATE * (len(world.voice.commits) - 1)
        assert result.latency.longest_gap == 0


class Sine(TTS):
    """A pure tone that rises from silence and goes back to it; its steepest step is known."""

    FREQUENCY = 220.0
    PEAK = 12_000

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(RATE)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        await trio.lowlevel.checkpoint()
        yield _SineSession()


class _SineSession(TTSSession):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        await trio.sleep(0.1)
        total = RATE
        for start in range(0, total, 333):
            accept(
                array(
                    "h",
                    (
                        round(
                            Sine.PEAK
                            * min(1.0, at / 400, (total - at) / 400)
                            * math.sin(2 * math.pi * Sine.FREQUENCY * at / RATE)
                        )
                        for at in range(start, min(total, start + 333))
                    ),
                ).tobytes()
            )
            await trio.sleep(0.01)
        return Usage(len(text))


async def test_a_sine_through_the_pipe_shows_no_jump(autojump_clock: MockClock) -> None:
    """Neither where deltas join nor where phrases do, also when the listener pauses."""
    options = ServerOptions(delta_bytes=778, jitter=0.05)
    async with listening(QwenServer(Sine(), options).handle_stream, Link(latency=0.02, split=500)) as network:
        tts = QwenTTS(api_key="", url=URL, options=QwenOptions(ping_interval=None), dial=network.dial, sample_rate=RATE)
        output = RecordingOutput()
        async with Conversation(speech(tts, "en"), output) as conversation, trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, [TEXT])
            await trio.sleep(1.3)
            conversation.pause()
            await trio.sleep(1.0)
            conversation.resume()
    samples = array("h", output.pcm)
    steepest = Sine.PEAK * (2 * math.pi * Sine.FREQUENCY / RATE + 1 / 400)
    assert max(samples) > 0.99 * Sine.PEAK
    assert max(abs(b - a) for a, b in itertools.pairwise(samples)) <= steepest + 1


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000])
async def test_playing_takes_as_long_as_the_audio_is_also_through_a_resampler(
    autojump_clock: MockClock, rate: int
) -> None:
    """Within one in a hundred."""
    async with serving(ServerOptions(delta_bytes=2000), voice(pace=4)) as world:
        output = RecordingOutput()
        await ([TEXT] | speech(world.tts(sample_rate=rate), "en") | output).run()
        made = sum(commit.samples for commit in world.voice.commits) / RATE
        declared = 0.4 * (len(world.voice.commits) - 1)
        first, last = output.audio[0], output.audio[-1]
        took = last.time + len(last.pcm) / 2 / rate - first.time
        assert took == pytest.approx(made + declared, rel=0.01)
