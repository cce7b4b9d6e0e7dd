"""A listener who is made to wait: pauses of a conversation, judged by the samples."""

from __future__ import annotations

from functools import partial

import pytest
import trio
from tests.unit.triolet.conversation._conversations import ONE, Own, in_sentences, texts

from triolet import (
    AudioCallback,
    Conversation,
    Filler,
    PoolOptions,
    TurnResult,
    Usage,
    speech,
)
from triolet.errors import ServiceError
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS, decode

pytestmark = pytest.mark.usefixtures("natively_and_from_asyncio")


async def test_a_pause_is_exact_to_the_sample(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(pace=4), RecordingOutput()
    plain, plain_output = ToneTTS(pace=4), RecordingOutput()
    await ([ONE] | in_sentences(plain) | plain_output).run()
    async with Conversation(in_sentences(tts), output, pool=PoolOptions(spares=0, renew_idle=100)) as conversation:
        result: list[TurnResult] = []

        async def say() -> None:
            result.append(await conversation.say([ONE]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say)
            await trio.sleep(1.2345)
            conversation.pause()
            heard = output.heard
            await trio.sleep(60)
            assert output.heard == heard
            conversation.resume()
            conversation.resume()
    assert output.pcm == plain_output.pcm
    assert result[0].heard == ONE
    assert result[0].latency.longest_gap == 0.0


async def test_a_pause_ends_with_the_turn_that_was_paused(autojump_clock: trio.testing.MockClock) -> None:
    """A caller who coughs, then talks over it: the next answer is heard, though nobody could resume it."""
    output = RecordingOutput()
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:

        async def caller() -> None:
            await trio.sleep(1)
            conversation.pause()
            await trio.sleep(0.2)
            conversation.interrupt()
            await trio.sleep(0.2)
            conversation.resume()  # of no turn: it does nothing

        nursery.start_soon(caller)
        assert (await conversation.say(["This is a long answer, and it goes on and on."])).interrupted
        await trio.sleep(1)
        at = output.heard
        with trio.fail_after(10):
            assert (await conversation.say(["The next."])).heard == "The next."
        assert output.heard > at


async def test_a_pause_after_the_last_sample_ends_with_its_turn(autojump_clock: trio.testing.MockClock) -> None:
    """All has been heard, and the source has not ended yet."""
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, ScriptedSource(["An answer.\n\n", 5.0]))
            await trio.sleep(4)
            conversation.pause()
        with trio.fail_after(10):
            assert (await conversation.say(["The next."])).heard == "The next."


async def test_a_filler_that_fails_does_not_end_a_pause(autojump_clock: trio.testing.MockClock) -> None:
    class Picky(ToneTTS):
        async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
            if text == "One moment.":
                raise ServiceError("refused")
            return await super()._speak(connection, commit, text, accept)

    output = RecordingOutput()
    answer = ScriptedSource([3.0, "The answer."])
    async with Conversation(speech(Picky(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(partial(conversation.say, answer, filler=Filler("One moment.", after=0.5)))
        await trio.sleep(0.2)
        conversation.pause()
        await trio.sleep(5)
        assert output.heard == 0
        conversation.resume()
    assert decode(output.pcm).runs


async def test_no_filler_is_said_after_a_pause_in_which_the_answer_came(autojump_clock: trio.testing.MockClock) -> None:
    """A false alarm is no silence to be filled: not before the first word, and not while the end of a sentence is held."""
    scripts: tuple[tuple[float, list[str | float | BaseException]], ...] = (
        (0.2, [3.0, "The answer."]),
        (1.47, ["First we look at the map. ", 5.0, "The answer."]),
    )
    for at, script in scripts:
        tts, output = ToneTTS(pace=4), RecordingOutput()
        answer = ScriptedSource(script)
        async with Conversation(in_sentences(tts), output) as conversation, trio.open_nursery() as nursery:
            nursery.start_soon(partial(conversation.say, answer, filler=Filler("One moment.", after=1.5)))
            await trio.sleep(at)
            conversation.pause()
            await trio.sleep(6)
            conversation.resume()
        assert texts(tts, output.pcm) == [step.strip() for step in script if isinstance(step, str)]


async def test_a_silence_after_a_pause_is_filled(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    answer = ScriptedSource([9.0, "The answer."])
    async with Conversation(speech(tts, "en"), output) as conversation, trio.open_nursery() as nursery:
        began = trio.current_time()
        nursery.start_soon(partial(conversation.say, answer, filler=Filler("One moment.", after=1.5)))
        await trio.sleep(1)
        conversation.pause()
        await trio.sleep(3)
        conversation.resume()
    assert texts(tts, output.pcm) == ["One moment.", "The answer."]
    assert output.audio[0].time - began == pytest.approx(5.5, abs=0.1)


async def test_a_pause_holds_though_the_output_opens_only_then(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    async with Conversation(Own(tts), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, ScriptedSource([1.0, "One two three. "]))
        await trio.sleep(0.5)
        conversation.pause()
        await trio.sleep(5)
        assert output.heard == 0
        conversation.resume()
    assert texts(tts, output.pcm) == ["One two three."]
