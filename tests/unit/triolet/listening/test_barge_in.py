"""A user who talks over a conversation, in Trio and in asyncio: judged by the samples that were heard."""

from __future__ import annotations

import asyncio

import pytest
import trio
from tests.unit.triolet.asyncio import _virtual_time
from tests.unit.triolet.conversation._conversations import ONE, in_sentences

import triolet.asyncio
from triolet import BargeIn, BargeInDecision, Conversation, TurnResult
from triolet.testing import RecordingOutput, ToneTTS, decode

PAUSE, RESUME, INTERRUPT = BargeInDecision


async def test_a_false_start_then_a_word(autojump_clock: trio.testing.MockClock) -> None:
    output, decided, results = RecordingOutput(), list[BargeInDecision](), list[TurnResult]()
    async with Conversation(in_sentences(ToneTTS(pace=4)), output) as conversation, trio.open_nursery() as nursery:

        async def say() -> None:
            results.append(await conversation.say([ONE]))

        nursery.start_soon(say)
        async with BargeIn(conversation, observer=decided.append) as user:
            await trio.sleep(1)
            user.started()
            at = output.heard
            await trio.sleep(0.2)
            assert user.talking
            user.stopped()
            await trio.sleep(0.69)
            assert output.heard == at, "silent at once, and until it is known"
            await trio.sleep(0.3)
            assert output.heard > at, "it goes on by itself"
            (whole,) = decode(output.pcm).runs
            assert whole.stop == output.heard, "with the next sample"

            user.started()
            at = output.heard
            await trio.sleep(0.1)
            user.transcript("wait", final=False)
            user.transcript("Wait, please.")
            user.stopped()
            await trio.sleep(0.1)
        assert results[0].interrupted
        assert output.heard == at
        assert decided == [PAUSE, RESUME, PAUSE, INTERRUPT]
        user.started()  # of a detector that is late: nothing
        assert not user.talking
        with trio.fail_after(30):
            assert (await conversation.say([ONE])).heard == ONE


async def test_a_voice_that_lasts_interrupts_by_itself(autojump_clock: trio.testing.MockClock) -> None:
    output = RecordingOutput()
    async with Conversation(in_sentences(ToneTTS(pace=4)), output) as conversation, BargeIn(conversation) as user:

        async def talk() -> None:
            await trio.sleep(1)
            user.started()

        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(talk)
            assert (await conversation.say([ONE])).interrupted
        assert trio.current_time() - began == pytest.approx(1.5, abs=0.01)


async def test_no_pause_is_left_behind(autojump_clock: trio.testing.MockClock) -> None:
    async with (
        Conversation(in_sentences(ToneTTS(pace=4)), RecordingOutput()) as conversation,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(conversation.say, [ONE])
        with pytest.raises(LookupError):  # alone, not in a group
            async with BargeIn(conversation) as user:
                await trio.sleep(1)
                user.started()
                raise LookupError
        with trio.fail_after(30):
            await conversation.say(["And then."])
        assert conversation.last is not None
        assert conversation.last.heard == "And then."


async def test_misuse_is_told() -> None:
    conversation = Conversation(in_sentences(ToneTTS()), RecordingOutput())
    for user in (BargeIn(conversation), triolet.asyncio.BargeIn(conversation)):
        for call in (user.started, user.stopped, lambda user=user: user.transcript("a")):
            with pytest.raises(RuntimeError, match="async with"):
                call()
    user = BargeIn(conversation)
    async with user:
        pass
    with pytest.raises(RuntimeError, match="new one"):
        await user.__aenter__()


def test_the_same_from_asyncio() -> None:
    async def program() -> tuple[TurnResult, list[tuple[BargeInDecision, float]]]:
        loop, decided = asyncio.get_running_loop(), list[tuple[BargeInDecision, float]]()
        output = RecordingOutput()
        chain = in_sentences(ToneTTS(pace=4))
        async with (
            triolet.asyncio.Conversation(chain, output) as conversation,
            triolet.asyncio.BargeIn(
                conversation, observer=lambda decision: decided.append((decision, round(loop.time() - start, 2)))
            ) as user,
        ):
            start = loop.time()
            turn = asyncio.create_task(conversation.say([ONE]))
            await asyncio.sleep(1)
            user.started()
            at = output.heard
            await asyncio.sleep(0.2)
            user.stopped()
            await asyncio.sleep(0.69)
            assert output.heard == at
            await asyncio.sleep(1)
            assert output.heard > at
            user.started()
            assert user.talking
            result = await turn
        user.stopped()  # late: nothing
        return result, decided

    result, decided = _virtual_time.run(program())
    assert result.interrupted
    assert decided == [(PAUSE, 1.0), (RESUME, 1.9), (PAUSE, 2.89), (INTERRUPT, 3.39)]
