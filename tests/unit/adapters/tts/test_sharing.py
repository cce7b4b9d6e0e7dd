"""Sessions that share a connection, where a protocol has contexts: how many connections there are, and what ends them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import pytest
import trio
from tests.unit.adapters.tts.elevenlabs._peers import QUIET, serving
from trio.testing import MockClock, wait_all_tasks_blocked

from triolet import Connect, Conversation, Failover, PhrasingOptions, TTSSession, speech
from triolet.errors import AuthenticationFailed, ConnectionLost, DeadlineExpired, TTSError
from triolet.testing import Link, RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import ElevenLabsTTS
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServerOptions
from triolet_adapters.tts.frame import VoiceOptions

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
TEN = "".join(f"This is sentence number {word}. " for word in NUMBERS)
SLOW = ElevenLabsServerOptions(pace=3, first_audio=0.2)
SHORT = "Hello there."
LONG = "A long sentence about the river, which nobody wants to hear. " * 3


@pytest.mark.parametrize("failover", [False, True])
async def test_turns_with_an_interruption_have_one_connection(autojump_clock: MockClock, failover: bool) -> None:
    output = RecordingOutput()
    async with serving(SLOW, ToneTTS(seconds_per_character=0.03)) as world:
        tts: Any = Failover(world.tts(), world.tts(api_key="other")) if failover else world.tts()
        chain = speech(tts, "en", phrasing=PhrasingOptions(merge=0))
        async with Conversation(chain, output) as conversation:
            assert (await conversation.say([TEN])).heard.split() == TEN.split()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(conversation.say, [TEN])
                await trio.sleep(4)
                conversation.interrupt()
            assert (await conversation.say([TEN])).heard.split() == TEN.split()
        assert len(world.voice.commits) > 20
        contexts = {message["context_id"] for message in world.sent if "context_id" in message}
        assert len(contexts) == len(world.voice.commits)
        assert len(world.network.connections) == 1
        assert not any("error" in message for message in world.received)
        assert decode(output.pcm).unreadable == 0
    assert world.server.left == {1000: 1}


async def test_without_sharing_each_session_has_a_connection(autojump_clock: MockClock) -> None:
    async with serving(SLOW) as world:
        tts = world.tts(options=VoiceOptions(ping_interval=None, share=False))
        async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
            await conversation.say([SHORT])
        assert len(world.network.connections) == 2


def shared(tts: ElevenLabsTTS) -> AbstractAsyncContextManager[Connect]:
    block = tts.sharing()
    assert block is not None
    return block


async def said(session: TTSSession, text: str = SHORT) -> bytes:
    pcm = bytearray()
    await session.commit(text, pcm.extend)
    return bytes(pcm)


async def test_a_further_session_than_the_service_allows_has_another_connection(autojump_clock: MockClock) -> None:
    async with serving(SLOW) as world, shared(world.tts()) as connect:
        async with AsyncExitStack() as stack:
            sessions = [await stack.enter_async_context(connect()) for _ in range(6)]
            async with trio.open_nursery() as nursery:
                for session in sessions:
                    nursery.start_soon(said, session, LONG)
            assert len(world.network.connections) == 2
            assert len(world.voice.commits) == 6
        await trio.sleep(1)
        assert world.server.left == {1000: 2}, "a connection without sessions is closed"
        async with connect() as session:
            assert await said(session)
        assert len(world.network.connections) == 3


async def test_contexts_that_were_stopped_count_until_they_are_over(autojump_clock: MockClock) -> None:
    """Four sessions are interrupted, and the service goes on with what they said: then one connection has room for one of them."""
    async with serving(ElevenLabsServerOptions(pace=1)) as world, shared(world.tts()) as connect:
        async with AsyncExitStack() as stack:
            sessions = [await stack.enter_async_context(connect()) for _ in range(4)]
            with trio.move_on_after(0.5):
                async with trio.open_nursery() as nursery:
                    for session in sessions:
                        nursery.start_soon(said, session, LONG)
            good = [session for session in sessions if session.reusable]
            assert len(good) == 1
        async with connect() as first, connect() as second, trio.open_nursery() as nursery:
            nursery.start_soon(said, first)
            nursery.start_soon(said, second)
        assert len(world.network.connections) == 2
        assert not any("error" in message for message in world.received)


async def test_words_that_are_late_on_a_dead_connection_go_to_another(autojump_clock: MockClock) -> None:
    """Both contexts of the answer are on the connection that died, and nobody is told: the second session is on a new one."""
    output = RecordingOutput()

    def link(index: int, _random: object) -> Link:
        return Link(silent_after=400 if index == 0 else None)

    async with serving(SLOW, ToneTTS(seconds_per_character=0.06), link) as world:
        async with Conversation(speech(world.tts(), "en", phrasing=PhrasingOptions(merge=0)), output) as conversation:
            began = trio.current_time()
            result = await conversation.say([TEN])
        assert result.heard == TEN
        assert 1 <= result.hedged <= 2
        assert output.audio[0].time - began < 4.0
        assert len(world.network.connections) == 2
        assert decode(output.pcm).unreadable == 0


async def test_a_connection_on_which_others_speak_is_kept(autojump_clock: MockClock) -> None:
    async with serving(SLOW) as world, shared(world.tts()) as connect:
        async with AsyncExitStack() as stack:
            sessions = [await stack.enter_async_context(connect()) for _ in range(2)]
            async with trio.open_nursery() as nursery:
                for session in sessions:
                    nursery.start_soon(said, session, LONG)
                await trio.sleep(1)
                sessions[0].doubt()
                async with connect() as another:
                    assert await said(another)
        assert len(world.network.connections) == 1


async def test_a_broken_connection_ends_all_of_its_sessions(autojump_clock: MockClock) -> None:
    errors: list[TTSError] = []

    async def lost(session: TTSSession) -> None:
        with pytest.raises(ConnectionLost) as caught:
            await said(session, LONG)
        errors.append(caught.value)

    faulty = ElevenLabsServerOptions(pace=3, fault="cut", fault_every=2, fault_after=1)
    async with serving(faulty) as world, shared(world.tts()) as connect:
        async with connect() as first, connect() as second, connect() as idle:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(lost, first)
                nursery.start_soon(lost, second)
                await idle.ended()
            assert len(errors) == 2
            assert not any(session.reusable for session in (first, second, idle))
            async with connect() as another:
                assert await said(another)
        assert len(world.network.connections) == 2


async def test_a_connection_that_gave_nothing_in_time_is_not_tried_again(autojump_clock: MockClock) -> None:
    options = VoiceOptions(ping_interval=None, chunk_timeout=2)
    stalls = ElevenLabsServerOptions(fault="stall", fault_every=2, fault_after=0.5)
    async with serving(stalls) as world, shared(world.tts(options=options)) as connect:
        async with connect() as first, connect() as idle:
            await said(first)
            with pytest.raises(DeadlineExpired, match="chunk_timeout"):
                await said(first, LONG)
            with pytest.raises(ConnectionLost, match="left for a new one"):  # who asks at once may be the first to know
                await said(idle)
            await idle.ended()
            async with connect() as another:
                await said(another)
        assert len(world.network.connections) == 2


async def test_those_who_connect_together_share_the_error(autojump_clock: MockClock) -> None:
    refused = 0

    async def attempt(connect: Any) -> None:
        nonlocal refused
        with pytest.raises(AuthenticationFailed):
            async with connect():
                pass
        refused += 1

    async with (
        serving(ElevenLabsServerOptions(api_key="right")) as world,
        shared(world.tts(api_key="wrong")) as connect,
    ):
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(attempt, connect)
        assert refused == 3
        assert len(world.network.connections) == 1
        await attempt(connect)
        assert len(world.network.connections) == 2


async def test_a_connect_that_is_given_up_leaves_nothing(autojump_clock: MockClock) -> None:
    dialled: list[trio.Event] = []

    async with serving() as world:

        async def dial(host: str, port: int, tls: bool) -> trio.abc.Stream:
            dialled.append(trio.Event())
            if len(dialled) == 1:
                await dialled[0].wait()
            return await world.network.dial(host, port, tls)

        async with shared(world.tts(dial=dial)) as connect:
            async with trio.open_nursery() as nursery:

                async def given_up() -> None:
                    async with connect():
                        raise AssertionError

                nursery.start_soon(given_up)
                await wait_all_tasks_blocked()
                nursery.cancel_scope.cancel()
            async with connect() as session:
                assert await said(session)
        assert len(dialled) == 2


async def test_a_connection_that_rested_for_long_is_left_for_a_new_one(autojump_clock: MockClock) -> None:
    async with serving() as world, shared(world.tts(options=QUIET)) as connect, connect() as first:
        await trio.sleep(14)
        async with connect() as second:
            assert await said(second)
        await trio.sleep(14)
        async with connect():
            assert len(world.network.connections) == 1
        await trio.sleep(2)
        async with connect():
            assert len(world.network.connections) == 2
            assert await said(first), "sessions that it has may use it"


async def test_leaving_a_session_that_speaks_stops_it_and_nothing_else(autojump_clock: MockClock) -> None:
    async with serving(SLOW) as world, shared(world.tts()) as connect:
        async with connect() as other, trio.open_nursery() as nursery:

            async def cut_off(session: TTSSession) -> None:
                with pytest.raises(RuntimeError, match="was left"):
                    await said(session, LONG)

            async with connect() as session:
                nursery.start_soon(cut_off, session)
                await trio.sleep(0.5)
            assert await said(other)
        assert len(world.network.connections) == 1
