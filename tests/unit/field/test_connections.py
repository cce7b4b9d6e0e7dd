"""Rows "Connections": sessions are there when they are needed, no more of them than allowed, and their faults unseen."""

from __future__ import annotations

import contextlib

import pytest
import trio
from tests._nightly import few
from tests.unit.adapters.tts.qwen._peers import Tap, serving
from tests.unit.field._heard import RATE, TEXT, Heard, commits_heard, voice, words
from trio.testing import MockClock

from triolet import Conversation, PoolOptions, TurnResult, speech
from triolet.errors import TTSError
from triolet.testing import Link, RecordingOutput
from triolet_adapters.tts.qwen import ServerOptions

LATENCY = 0.05


async def test_a_session_is_renewed_before_the_service_ends_it(autojump_clock: MockClock) -> None:
    """A sentence after any silence leaves at once, on a session that the service has not grown tired of."""
    tap = Tap()
    async with serving(ServerOptions(idle_timeout=23), voice(), Link(latency=LATENCY)) as world:
        output = RecordingOutput()
        chain = speech(world.tts(sample_rate=RATE, tap=tap), "en")
        async with Conversation(chain, output, pool=PoolOptions(always_warm=True)) as conversation:
            for silence in (5, 22.5, 61, 300):
                await trio.sleep(silence)
                began, before = trio.current_time(), len(world.voice.commits)
                await conversation.say([TEXT])
                assert world.voice.commits[before].time - began == pytest.approx(LATENCY, abs=0.01)
        assert words(commits_heard(world.voice, output.pcm)) == " ".join([TEXT] * 4)
        assert tap.of_type("error") == [], "the service has ended a session"


@pytest.mark.parametrize("end", ["reset", "closed by the service", "gone without a word"])
async def test_a_session_that_died_while_idle_costs_one_unseen_redial(autojump_clock: MockClock, end: str) -> None:
    """Nobody hears of it."""
    options = ServerOptions(idle_timeout=3 if end == "closed by the service" else None)
    async with serving(options, voice(), Link(latency=LATENCY)) as world:
        output = RecordingOutput()
        tts = world.tts(sample_rate=RATE)
        async with Conversation(speech(tts, "en"), output, pool=PoolOptions(spares=0)) as conversation:
            await conversation.say(["Hello."])
            opened = len(world.network.connections)
            for connection in world.network.connections:
                if end == "reset":
                    connection.reset()
                elif end == "gone without a word":
                    connection.vanish()
            await trio.sleep(4)
            result = await conversation.say([TEXT])
        assert result.heard == TEXT
        assert words(commits_heard(world.voice, output.pcm)) == f"Hello. {TEXT}"
        if end != "closed by the service":
            assert len(world.network.connections) - opened <= 2


async def test_twenty_quick_interruptions_stay_within_the_number_of_sessions(autojump_clock: MockClock) -> None:
    """As the service counts them, which hears of a leaving only later."""
    async with serving(voice=voice(), link=Link(latency=0.1)) as world:
        output = RecordingOutput()
        tts = world.tts(sample_rate=RATE)
        async with Conversation(speech(tts, "en"), output, pool=PoolOptions(maximum=3)) as conversation:
            most = 0
            for turn in range(20):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(conversation.say, [TEXT])
                    await trio.sleep(0.05 + 0.03 * turn)
                    conversation.interrupt()
                most = max(most, world.server.open)
            last = len(output.pcm)
            assert (await conversation.say(["Now then."])).heard == "Now then."
        assert words(commits_heard(world.voice, output.pcm[last:])) == "Now then."
        assert max(most, world.voice.most_open) <= 3 + 1  # one may be on its way out at the service
        assert world.network.open == 0


async def test_sentences_and_turns_share_their_connection(autojump_clock: MockClock) -> None:
    """In the happy path a session is opened once; a second one only where a short sentence leaves no time for the next."""
    async with serving(voice=voice(pace=8), link=Link(latency=LATENCY)) as world:
        output = RecordingOutput()
        chain = speech(world.tts(sample_rate=RATE), "en")
        async with Conversation(chain, output, pool=PoolOptions(spares=0)) as conversation:
            for _ in range(4):
                await conversation.say([TEXT])
        assert len(world.voice.commits) >= 4 * 2
        assert words(commits_heard(world.voice, output.pcm)) == " ".join([TEXT] * 4)
        assert len(world.network.connections) <= 2


SHORT = "We begin with a sentence that takes a while, so that the next one is on its way long before its time comes."
LONG = " ".join(["And this one is very long indeed", *["and it goes on"] * 14]) + "."
LAST = "This is the end."
ALL = f"{SHORT} {LONG} {LAST}"


async def _broken_after(seconds: float) -> tuple[list[Heard], TurnResult]:
    """A turn whose connections all break at that time: what was heard, and the report."""
    async with serving(None, voice(pace=4)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:

            async def say() -> None:
                with contextlib.suppress(TTSError):
                    await conversation.say([ALL])

            with trio.move_on_after(200) as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(say)
                    await trio.sleep(seconds)
                    for connection in world.network.connections:
                        connection.reset()
            assert not scope.cancelled_caught, "it waits for ever"
            assert conversation.last is not None
        return commits_heard(world.voice, output.pcm), conversation.last


@pytest.mark.parametrize("after", [2.0, 3.5, 5.0])
async def test_a_long_sentence_that_breaks_before_its_turn_is_said_again(
    autojump_clock: MockClock, after: float
) -> None:
    """What was received of it is forgotten, also by the count of what the listener has left."""
    heard, result = await _broken_after(after)
    assert words(heard) == result.heard == ALL
    assert result.latency.longest_gap < 1.0


@pytest.mark.parametrize("step", few(range(12), 4))
async def test_nothing_of_an_attempt_that_broke_is_heard_if_it_is_said_again(
    autojump_clock: MockClock, step: int
) -> None:
    """Also when its turn comes between the break and the second attempt."""
    heard, result = await _broken_after(5.0 + 0.03 * step)
    if result.error is None:
        assert words(heard) == result.heard == ALL
    else:
        assert [each.text for each in heard] == [SHORT, LONG][: len(heard)]
