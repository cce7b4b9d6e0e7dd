"""The whole chain over the real WebSocket protocol, on a virtual clock: order, loss and staleness, judged by the samples."""

from __future__ import annotations

import gc
from typing import Literal

import pytest
import trio
from tests._nightly import few
from tests.unit.adapters.tts.qwen._peers import serving

from triolet import TTS, AudioChunk, Conversation, PhraseState, PhrasingOptions, Stage, TurnResult, speech
from triolet.errors import TTSError
from triolet.testing import Link, RecordingOutput, ScriptedSource, ToneTTS, decode
from triolet_adapters.outputs import Memory
from triolet_adapters.tts.qwen import ServerOptions

TEXT = (
    "First we look at the map. Then we choose a way, and we pack. At last we walk! Do you come along? "
    "It is not far. We shall be there by noon, I think."
)
SENTENCES = (
    "First we look at the map.", "Then we choose a way, and we pack.", "At last we walk!", "Do you come along?",
    "It is not far.", "We shall be there by noon, I think.",
)  # fmt: skip


SHARED = 3
"""Samples that two neighbouring commits may have in common, so that either may seem to own them."""


def in_sentences(tts: TTS) -> Stage[str, AudioChunk]:
    """No sentences are joined."""
    return speech(tts, "en", phrasing=PhrasingOptions(merge=0))


def texts(tts: ToneTTS, pcm: bytes) -> list[str]:
    """The texts whose samples are there from first to last without a gap, in order."""
    commits = {(commit.connection, commit.commit): commit for commit in tts.commits}
    whole: list[str] = []
    at: dict[tuple[int, int], int] = {}
    for run in decode(pcm).runs:
        key = (run.connection, run.commit)
        assert abs(run.start - at.get(key, 0)) <= SHARED, "a gap or a repetition"
        at[key] = run.stop
        if run.stop >= commits[key].samples:
            whole.append(commits[key].text)
    return whole


@pytest.mark.parametrize("limit", ["handshake", "event"])
async def test_a_quota_that_is_used_up_makes_a_turn_wait_and_not_fail(
    autojump_clock: trio.testing.MockClock, limit: Literal["handshake", "event"]
) -> None:
    options = ServerOptions(rate_limit=limit, requests_per_minute=4)
    async with serving(options, ToneTTS(sample_rate=8000)) as world:
        while world.server.admit():
            pass
        output = RecordingOutput()
        async with Conversation(in_sentences(world.tts(sample_rate=8000)), output) as conversation:
            result = await conversation.say([TEXT])
        assert 55 < trio.current_time() < 180
    assert texts(world.voice, output.pcm) == list(SENTENCES)
    assert result.heard == TEXT


@pytest.mark.parametrize(
    "link",
    [Link(), Link(latency=0.2, jitter=0.1, split=700), Link(bandwidth=25_000, window=4096)],
    ids=["near", "far and uneven", "narrow"],
)
async def test_every_sentence_is_heard_once_and_in_order(autojump_clock: trio.testing.MockClock, link: Link) -> None:
    async with serving(ServerOptions(jitter=0.2), ToneTTS(sample_rate=8000, first_audio=0.2, pace=3), link) as world:
        output = RecordingOutput()
        result = await (ScriptedSource.paced(TEXT) | in_sentences(world.tts(sample_rate=8000)) | output).run()
    assert texts(world.voice, output.pcm) == list(SENTENCES)
    assert result.heard == TEXT
    assert world.network.open == 0
    assert len(world.network.connections) <= 2  # the second where a short sentence leaves no time for the next


async def test_all_samples_that_the_service_sent_are_played(autojump_clock: trio.testing.MockClock) -> None:
    async with serving(ServerOptions(delta_bytes=777, jitter=0.1), ToneTTS(sample_rate=8000, pace=5)) as world:
        output = Memory()
        await ([TEXT] | speech(world.tts(sample_rate=8000), "en") | output).run()
    decoded = decode(output.pcm)
    assert decoded.unreadable == 0
    assert sum(run.stop - run.start for run in decoded.runs) == sum(commit.samples for commit in world.voice.commits)


@pytest.mark.parametrize("after", [0.1, 0.5, 1.3, 2.7, 5.0])
async def test_nothing_stale_is_heard_though_the_service_goes_on_sending(
    autojump_clock: trio.testing.MockClock, after: float
) -> None:
    tasks = trio.lowlevel.current_statistics().tasks_living
    async with serving(None, ToneTTS(sample_rate=8000, first_audio=0.2, pace=2), Link(latency=0.05)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=8000), "en"), output) as conversation:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(conversation.say, ScriptedSource.paced(TEXT))
                await trio.sleep(after)
                heard = output.heard
                conversation.interrupt()
            old = {(commit.connection, commit.commit) for commit in world.voice.commits}
            await trio.sleep(5)
            assert output.heard == heard
            again = await conversation.say(["Now something else."])
        assert again.heard == "Now something else."
        new = decode(output.pcm[2 * heard :])
        assert new.runs
        assert not {(run.connection, run.commit) for run in new.runs} & old
        assert conversation.last is not None
    assert world.network.open == 0
    assert world.server.open == 0
    assert trio.lowlevel.current_statistics().tasks_living == tasks


async def test_a_connection_that_breaks_between_phrases_is_not_noticed(autojump_clock: trio.testing.MockClock) -> None:
    async with serving(
        None, ToneTTS(sample_rate=8000), lambda index, _: Link(reset_after=(60_000, None)[index > 0])
    ) as world:
        output = RecordingOutput()
        result = await ([TEXT] | in_sentences(world.tts(sample_rate=8000)) | output).run()
    assert len(world.network.connections) > 1
    assert texts(world.voice, output.pcm) == list(SENTENCES)
    assert result.heard == TEXT


async def test_a_service_that_breaks_in_the_middle_leaves_what_was_heard(
    autojump_clock: trio.testing.MockClock,
) -> None:
    link = [*[Link(reset_after=60_000)] * 2, *[Link(reset_after=9000)] * 20]
    async with serving(None, ToneTTS(sample_rate=8000, pace=1.5), lambda index, _: link[index]) as world:
        output = RecordingOutput()
        pipeline = [TEXT] | speech(world.tts(sample_rate=8000), "en") | output
        with pytest.raises(TTSError) as caught:
            await pipeline.run()
        result = caught.value.result
        assert result == pipeline.result
        assert result is not None
        assert result.text == TEXT
        assert TEXT.startswith(result.heard)
        states = [report.state for report in result.phrases]
        assert states[0] is PhraseState.HEARD
        assert PhraseState.FAILED in states
        heard = states.count(PhraseState.HEARD)
        assert texts(world.voice, output.pcm) == list(SENTENCES[:heard])
        assert "ConnectionLost" in (result.phrases[states.index(PhraseState.FAILED)].reason or "")
    assert world.network.open == 0


async def test_interrupted_turns_leave_nothing(autojump_clock: trio.testing.MockClock) -> None:
    tasks = trio.lowlevel.current_statistics().tasks_living
    async with serving(None, ToneTTS(sample_rate=8000, first_audio=0.1, pace=3), Link(latency=0.02)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=8000), "en"), output) as conversation:
            for turn in few(range(1, 41), 14):
                result: list[TurnResult] = []

                async def say(turn: int = turn, result: list[TurnResult] = result) -> None:
                    result.append(await conversation.say([f"Turn {turn} begins. {TEXT}"]))

                async with trio.open_nursery() as nursery:
                    nursery.start_soon(say)
                    await trio.sleep(0.093 * turn)
                    conversation.interrupt()
                assert result[0].interrupted
                assert result[0].text.startswith(result[0].heard)
        await trio.sleep(5)
        assert world.network.open == 0
        assert world.server.open == 0
    gc.collect()
    assert trio.lowlevel.current_statistics().tasks_living == tasks
