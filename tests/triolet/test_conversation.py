"""Turns on one output: said, interrupted, and what was heard of them, judged by the samples."""

from __future__ import annotations

import pytest
import trio

from triolet import Conversation, Spoken, speech
from triolet.errors import ConnectionLost
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, ToneTTS, decode

ONE = "First we look at the map. Then we choose a way. At last we walk."
TWO = "Here is another answer. It is short."


def texts(tts: ToneTTS, pcm: bytes) -> list[str]:
    """The texts whose samples were heard, in order."""
    said = {(commit.connection, commit.commit): commit.text for commit in tts.commits}
    heard: list[str] = []
    for run in decode(pcm).runs:
        text = said[run.connection, run.commit]
        if not heard or heard[-1] != text:
            heard.append(text)
    return heard


async def test_turns_are_said_one_after_another(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(pace=4), RecordingOutput()
    async with Conversation(speech(tts, "en"), device) as conversation:
        spoken: list[Spoken] = []

        async def say(text: str) -> None:
            spoken.append(await conversation.say([text]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, ONE)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(say, TWO)
    assert [turn.heard for turn in spoken] == [ONE, TWO]
    assert texts(tts, device.pcm) == [
        "First we look at the map.",
        "Then we choose a way.",
        "At last we walk.",
        "Here is another answer.",
        "It is short.",
    ]


@pytest.mark.parametrize("after", [0.01, 0.5, 1.0, 2.0, 3.0, 4.0])
async def test_nothing_of_an_interrupted_turn_is_heard_afterwards(
    autojump_clock: trio.testing.MockClock, after: float
) -> None:
    tts, device = ToneTTS(first_audio=0.2, pace=4), RecordingOutput()
    before = trio.lowlevel.current_statistics().tasks_living
    source = ScriptedSource.paced(ONE, tokens_a_second=40)
    async with Conversation(speech(tts, "en"), device) as conversation:
        spoken = Spoken()

        async def say() -> None:
            nonlocal spoken
            spoken = await conversation.say(source)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say)
            await trio.sleep(after)
            heard_before = device.heard
            conversation.interrupt()
            conversation.interrupt()  # twice does no harm
            await trio.testing.wait_all_tasks_blocked()
            first = len(device.pcm)
            assert device.heard == heard_before
        assert tts.open == 0
        assert source.closed
        assert spoken.interrupted
        assert spoken.text.startswith(spoken.heard)
        assert spoken.heard + spoken.unheard == spoken.text
        assert conversation.last is not None
        assert conversation.last.heard == spoken.heard
        again = await conversation.say([TWO])
        assert again.heard == TWO
        assert not again.interrupted
    old = {(commit.connection, commit.commit) for commit in tts.commits if commit.text in ONE}
    assert not [run for run in decode(device.pcm[first:]).runs if (run.connection, run.commit) in old]
    assert trio.lowlevel.current_statistics().tasks_living == before


async def test_an_interruption_ends_the_waiting_turns_unread(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    waiting = ScriptedSource([TWO])
    async with Conversation(speech(tts, "en"), device) as conversation:
        results: list[Spoken] = []

        async def say(source: object) -> None:
            results.append(await conversation.say(source))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, [ONE])
            await trio.sleep(0.5)
            nursery.start_soon(say, waiting)
            await trio.sleep(0.5)
            conversation.interrupt()
    assert waiting.given == []
    assert [(turn.interrupted, turn.text) for turn in results] in ([(True, ONE), (True, "")], [(True, ""), (True, ONE)])


async def test_cancelling_say_does_what_an_interruption_does(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    async with Conversation(speech(tts, "en"), device) as conversation:
        with trio.move_on_after(2.0):
            await conversation.say([ONE])
        assert conversation.last is not None
        assert conversation.last.interrupted
        assert conversation.last.heard == "First we look at the map."
        assert (await conversation.say([TWO])).heard == TWO


async def test_leaving_the_block_ends_the_turn_and_closes_the_output(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    async with trio.open_nursery() as nursery, Conversation(speech(tts, "en"), device) as conversation:
        nursery.start_soon(conversation.say, [ONE])  # noqa: ASYNC111 -- the block is left while it talks
        await trio.sleep(1)
    assert tts.open == 0
    with pytest.raises(RuntimeError, match="not open"):
        await conversation.say([TWO])
    with pytest.raises(RuntimeError, match="not open"):
        await device.play(b"")


async def test_an_error_ends_its_turn_only(autojump_clock: trio.testing.MockClock) -> None:
    pcm = b"\1\1" * 2400
    tts = ScriptedTTS([[pcm], [ConnectionLost("gone", retryable=False)], [pcm]])
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
        with pytest.raises(ConnectionLost, match="gone") as caught:
            await conversation.say([ONE])
        assert caught.value.spoken is not None
        assert caught.value.spoken.text.startswith("First")
        assert (await conversation.say(["Well."])).heard == "Well."


async def test_interrupting_silence_does_nothing(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        conversation.interrupt()
        assert (await conversation.say([TWO])).heard == TWO
        conversation.interrupt()
        assert conversation.last is not None
        assert not conversation.last.interrupted
