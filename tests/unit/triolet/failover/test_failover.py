"""Several providers as one voice: whose samples are heard, when one of them is silent, refuses, is slow or dies."""

from __future__ import annotations

import contextlib
import itertools
import logging
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from tests._nightly import few
from tests.unit.triolet.failover._talking_providers import (
    FIRST,
    OPTIONS,
    SECOND,
    TEXT,
    THIRD,
    Clock,
    Provider,
    talking,
    two,
    whose,
)

from triolet import (
    TTS,
    Conversation,
    Failover,
    FailoverOptions,
    PoolOptions,
    RateLimits,
    TTSSession,
    open_session_pools,
    speech,
)
from triolet.errors import (
    AllProvidersFailed,
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    NoAudio,
    ServiceError,
    TTSError,
    Unspeakable,
)
from triolet.testing import RecordingOutput, ScriptedSource
from triolet.testing._tone import decode


async def test_the_first_speaks_while_it_is_well(autojump_clock: Clock) -> None:
    first, second = two()
    async with talking(first, second) as talk:
        assert await talk.say("Here we are. It is a fine day, and we have time.") == "1"
    assert second.connections == 0


async def test_a_silent_first_loses_the_phrase_unseen(autojump_clock: Clock) -> None:
    first, second = two()
    first.silent = True
    async with talking(first, second) as talk:
        began = trio.current_time()
        assert await talk.say("Here we are. It is a fine day.") == "2"
        assert talk.output.audio[0].time - began < OPTIONS.first_audio_timeout + 2
        assert await talk.say("And on.") == "2"


async def test_a_first_that_refuses_costs_no_time_to_speak_of(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal = ConnectionFailed("refused")
    async with talking(first, second) as talk:
        began = trio.current_time()
        assert await talk.say("Here we are.") == "2"
        assert talk.output.audio[0].time - began < 1.5


async def test_a_first_that_takes_too_long_to_connect(autojump_clock: Clock) -> None:
    first, second = two(connect=60.0)
    async with talking(first, second) as talk:
        began = trio.current_time()
        assert await talk.say("Here we are.") == "2"
        assert talk.output.audio[0].time - began < OPTIONS.connect_timeout + 2


def busy(seconds: float) -> ConnectionFailed:
    return ConnectionFailed("busy", code="503", retryable=True, retry_after=seconds)


async def test_a_first_that_asks_for_a_wait_holds_nobody_up_and_is_not_probed_before(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal = busy(60.0)
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"
        assert trio.current_time() < 5
        first.refusal = None
        while trio.current_time() < 45:
            assert await talk.say("Here we are again.") == "2"
            await trio.sleep(4)
        assert first.connections == 0
        while trio.current_time() < 90:
            await talk.say("And here we are still.")
            await trio.sleep(4)
        assert await talk.say("Well again.") == "1"


async def test_a_commit_that_asks_for_a_wait_goes_to_the_next_at_once(autojump_clock: Clock) -> None:
    first, second = two()
    first.failure = busy(60.0)
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"
        assert trio.current_time() < 5


async def test_where_all_ask_for_a_wait_the_shortest_is_waited_for(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal, second.refusal = busy(40.0), busy(20.0)

    async def well_again() -> None:
        await trio.sleep(5)
        first.refusal = second.refusal = None

    async with talking(first, second) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(well_again)
        assert await talk.say("Here we are.") == "2"
        assert 20 < talk.output.audio[0].time < 25
    assert first.connections == 0


@pytest.mark.parametrize("error", [AuthenticationFailed("401"), ServiceError("quota gone", retryable=False)])
async def test_what_another_try_cannot_help_goes_to_the_next(autojump_clock: Clock, error: TTSError) -> None:
    first, second = two()
    first.refusal = error
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"
    first, second = two()
    first.failure = error
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"


async def test_an_answer_without_audio_counts_as_silence(autojump_clock: Clock) -> None:
    first, second = two()
    first.mute = True
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"


async def test_the_next_phrase_is_the_seconds_when_the_first_falls_behind(autojump_clock: Clock) -> None:
    first, second = two(pace=0.4)
    async with talking(first, second) as talk:
        text = "This goes on for a while, and it is slow as nothing that was ever heard before. Then it is fast."
        assert await talk.say(text) == "12"
    assert first.texts[0] in text
    assert text.endswith(second.texts[-1])


async def test_short_phrases_that_are_each_a_little_slow_add_up(autojump_clock: Clock) -> None:
    first, second = two(pace=0.5)
    async with talking(first, second) as talk:
        heard = [await talk.say("So it is, then.") for _ in range(6)]
    assert heard[:2] == ["1", "1"]
    assert heard[-1] == "2"


async def test_at_the_pace_of_real_time_nothing_is_too_slow(autojump_clock: Clock) -> None:
    first, second = two(pace=0.99)
    async with talking(first, second) as talk:
        for _ in range(10):
            assert await talk.say("This goes on for a while, but not too slow. So it is.") == "1"


async def test_a_phrase_in_which_the_first_dies_is_ended_by_the_second(autojump_clock: Clock) -> None:
    first, second = two(pace=1.2)
    first.failure, first.fails_after = ConnectionLost("gone"), 1.5
    text = "This goes on for a while, then it has a pause; and on it goes. So it is."
    async with talking(first, second) as talk:
        assert await talk.say(text) == "12"


async def test_what_another_try_cannot_help_does_not_end_a_phrase_in_the_middle(autojump_clock: Clock) -> None:
    first, second = two(pace=1.2)
    first.failure, first.fails_after = ServiceError("quota gone", retryable=False), 1.5
    async with talking(first, second) as talk:
        assert await talk.say("This goes on for a while, then it has a pause; and on it goes. So it is.") == "12"


async def test_what_speaks_is_not_ended_by_our_deadlines(autojump_clock: Clock) -> None:
    """However slow: when it has given up its first samples, only its own deadlines count."""
    first, second = two(pace=0.025, chunk=0.06)
    voice, pcm = Failover(first, second), bytearray()
    async with voice.connect() as session:
        await session.commit("Here we are.", pcm.extend)
    assert len(pcm) == 2 * first.samples_of("Here we are.")


async def test_idle_sessions_of_a_provider_that_is_down_are_replaced(autojump_clock: Clock) -> None:
    first, second = two()
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "1"
        assert first.open > 0
        first.failure = ConnectionLost("gone")
        assert await talk.say("Here we are.") == "2"
        assert (first.open, second.open > 0) == (0, True)


async def test_a_session_that_makes_room_while_somebody_waits_costs_no_attempt(autojump_clock: Clock) -> None:
    """A phrase waits for a session of the second, and one of the first, which is down, has just said its last."""

    class FarAway(Provider):
        @asynccontextmanager
        async def _connect(self) -> AsyncGenerator[TTSSession]:
            await trio.sleep(2.5)
            async with super()._connect() as session:
                yield session

    for _ in range(16):  # Trio runs tasks of one moment in any order
        first, second = Provider(FIRST), FarAway(SECOND)
        voice = Failover(first, second, options=FailoverOptions(probe_after=60.0))
        heard, last = bytearray(), bytearray()
        async with open_session_pools(PoolOptions(spares=0)) as sessions:
            pool = sessions.pool(voice)
            async with pool.in_use(), trio.open_nursery() as nursery:
                nursery.start_soon(pool.commit, TEXT, last.extend)
                await trio.sleep(0.1)
                first.failure = ConnectionLost("gone")
                with pytest.raises(ConnectionLost):
                    await pool.commit("One.", lambda _: None)
                await pool.commit("Here we are.", heard.extend)
        assert (whose(bytes(last)), whose(bytes(heard))) == ("1", "2")


async def test_the_first_is_taken_back_when_it_speaks_a_probe(autojump_clock: Clock) -> None:
    first, second = two()
    first.silent = True
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"
        first.silent = False
        await trio.sleep(10)
        assert first.texts == [OPTIONS.probe]
        assert await talk.say("Here we are.") == "1"
        assert second.texts == ["Here we are."]


@pytest.mark.parametrize("ill", ["silent", "mute", "never ends"])
async def test_connecting_is_not_enough_to_be_taken_back(autojump_clock: Clock, ill: str) -> None:
    first, second = two(seconds_per_character=1000.0 if ill == "never ends" else 0.06)
    voice = Failover(first, second)
    first.refusal = ConnectionFailed("refused")
    async with voice.connect():
        first.refusal, first.silent, first.mute = None, ill == "silent", ill == "mute"
        await trio.sleep(600)
        assert first.connections == voice.statistics().providers[0].probes > 5
        assert voice.in_use is second


async def test_a_slow_first_is_not_taken_back_before_it_keeps_up(autojump_clock: Clock) -> None:
    first, second = two(pace=0.4)
    voice = Failover(first, second)
    long = "This goes on for a while, and it is slow as nothing that was ever heard before."
    async with voice.connect() as session:
        await session.commit(long, lambda _: None)
        await session.ended()
    async with voice.connect() as session:
        await trio.sleep(60)
        assert voice.in_use is second
        first.speed = 3.0
        await session.ended()
        assert voice.in_use is first


async def test_probes_are_one_at_a_time_and_ever_more_seldom(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal = ConnectionFailed("refused")
    voice = Failover(first, second)
    async with voice.connect(), voice.connect(), voice.connect():
        await trio.sleep(3600)
    (statistics, _) = voice.statistics().providers
    assert 3600 / 60 <= statistics.probes <= 2 * 3600 / 60 + 10
    assert statistics.failures == 1
    assert first.commits == []


async def test_without_any_session_the_first_is_asked_again_after_a_while(autojump_clock: Clock) -> None:
    first, second = two()
    first.silent = True
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"
        first.silent = False
    voice = Failover(first, second)
    first.refusal = ConnectionFailed("refused")
    async with voice.connect():
        assert voice.in_use is second
    first.refusal = None
    await trio.sleep(OPTIONS.forget_after - 1)
    assert voice.in_use is second
    await trio.sleep(2)
    async with voice.connect() as session:
        pcm = bytearray()
        await session.commit("Here we are.", pcm.extend)
        assert whose(bytes(pcm)) == "1"


async def test_a_first_that_is_asked_again_too_soon_costs_one_deadline(autojump_clock: Clock) -> None:
    first, second = two()
    first.silent = True
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"
        await trio.sleep(600)
        began = trio.current_time()
        assert await talk.say("And again.") == "2"
        assert talk.output.audio[-1].time - began < OPTIONS.first_audio_timeout + 2


async def test_a_session_that_opens_as_its_provider_is_found_down_is_not_given_out(autojump_clock: Clock) -> None:
    """Whichever of the two runs first: none is taken away from who was given it, without a word."""

    class Torn(Provider):
        def __init__(self) -> None:
            super().__init__(FIRST)
            self.answers = trio.Event()
            self.asked = 0

        @asynccontextmanager
        async def _connect(self) -> AsyncGenerator[TTSSession]:
            self.asked += 1
            refused = self.asked == 2
            async with super()._connect() as session:
                await self.answers.wait()
                if refused:
                    raise ConnectionFailed("full")
                yield session

    answered = 0

    async def speak(voice: Failover) -> None:
        nonlocal answered
        async with voice.connect() as session:
            with contextlib.suppress(ConnectionLost):  # so it is said on another
                await session.commit("One.", lambda _: None)
            answered += 1

    for _ in range(16):  # Trio runs tasks of one moment in any order
        first = Torn()
        voice = Failover(first, Provider(SECOND))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(speak, voice)
            nursery.start_soon(speak, voice)
            await trio.testing.wait_all_tasks_blocked()
            first.answers.set()
    assert answered == 32


async def test_when_all_are_down_one_error_names_each_and_its_reason(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal, second.refusal = AuthenticationFailed("the key was refused"), ConnectionFailed("no route")
    async with talking(first, second) as talk:
        with pytest.raises(AllProvidersFailed) as caught:
            await talk.say("Here we are.")
    assert "Provider (1 of 2): AuthenticationFailed: the key was refused" in str(caught.value)
    assert "Provider (2 of 2): ConnectionFailed: no route" in str(caught.value)
    assert caught.value.retryable
    assert list(caught.value.failures.values()) == [first.refusal, second.refusal]
    first.refusal = second.refusal = AuthenticationFailed("the key was refused")
    voice = Failover(first, second)
    with pytest.raises(AllProvidersFailed) as caught:
        async with voice.connect():
            pass
    assert not caught.value.retryable


async def test_when_all_are_down_the_one_is_asked_that_failed_the_longest_ago(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal = second.refusal = ConnectionFailed("refused")
    voice = Failover(first, second)
    with pytest.raises(AllProvidersFailed):
        async with voice.connect():
            pass
    first.refusal, first.failure = None, ConnectionLost("gone")
    with pytest.raises(AllProvidersFailed):
        async with voice.connect() as session:
            await session.commit("Here we are.", lambda _: None)
    second.refusal = None
    heard = bytearray()
    async with voice.connect() as session:
        await session.commit("Here we are.", heard.extend)
    assert whose(bytes(heard)) == "2"


async def test_a_session_does_not_end_in_a_commit(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal = ConnectionFailed("refused")
    voice = Failover(first, second, options=FailoverOptions(probe_after=0.1))
    ended: list[float] = []
    async with voice.connect() as session, trio.open_nursery() as nursery:
        first.refusal = None

        async def watch() -> None:
            await session.ended()
            ended.append(trio.current_time())

        nursery.start_soon(watch)
        heard = bytearray()
        await session.commit("This goes on for a while, and it is not what is wanted any more.", heard.extend)
        assert whose(bytes(heard)) == "2"
        assert voice.in_use is first
        assert not ended
        await trio.testing.wait_all_tasks_blocked()
        assert ended
        with pytest.raises(ConnectionLost):
            await session.commit("Here we are.", heard.extend)
    assert voice.statistics().providers[1].failures == 0


async def test_the_last_one_has_its_own_deadlines_only(autojump_clock: Clock) -> None:
    first, second = Provider(FIRST), Provider(SECOND, first_audio=8.0)
    first.refusal = ConnectionFailed("refused")
    async with talking(first, second) as talk:
        assert await talk.say("Here we are.") == "2"


async def test_three_providers_one_after_another(autojump_clock: Clock) -> None:
    first, second, third = Provider(FIRST), Provider(SECOND), Provider(THIRD)
    first.silent, second.refusal = True, AuthenticationFailed("401")
    async with talking(first, second, third, options=FailoverOptions(longest_wait=5.0)) as talk:
        assert await talk.say("Here we are.") == "3"
        second.refusal = None
        await trio.sleep(12)
        assert await talk.say("Here we are.") == "2"
        first.silent = False
        await trio.sleep(14)
        assert await talk.say("Here we are.") == "1"


@pytest.mark.parametrize("seed", few(range(6), 2))
async def test_whatever_the_first_does_all_is_heard_once_and_it_is_taken_back(autojump_clock: Clock, seed: int) -> None:
    """The first fails and mends at moments of its own, in all the ways that lose nothing of what was heard."""
    draws = random.Random(seed)
    random.seed(seed)  # of the pauses
    first, second = two(limits=RateLimits(per_minute=30))
    tasks = trio.lowlevel.current_statistics().tasks_living

    async def change_its_mind() -> None:
        while True:
            await trio.sleep(draws.expovariate(1 / 4))
            first.silent, first.mute, first.refusal, first.failure = False, False, None, None
            match draws.randrange(6):
                case 0:
                    first.silent = True
                case 1:
                    first.mute = True
                case 2:
                    first.refusal = draws.choice([AuthenticationFailed("401"), ConnectionFailed("refused")])
                case 3:
                    first.failure = draws.choice([ConnectionLost("gone"), ServiceError("quota gone")])
                case _:
                    pass

    voice = Failover(first, second, options=FailoverOptions(longest_wait=10.0, forget_after=40.0))
    output = RecordingOutput()
    async with Conversation(speech(voice, "en"), output) as conversation:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(change_its_mind)
            for _ in range(12):
                at = output.heard
                result = await conversation.say(ScriptedSource.paced(TEXT))
                assert result.heard == TEXT
                commits = {(each.connection, each.commit): each for each in [*first.commits, *second.commits]}
                runs = decode(output.pcm[2 * at :]).runs
                heard = [commits[run.connection, run.commit].text for run in runs]
                whole = [text for text, _ in itertools.groupby(heard)]
                assert " ".join(whole) == TEXT
                await trio.sleep(draws.uniform(0, 30))
            nursery.cancel_scope.cancel()
        first.silent, first.mute, first.refusal, first.failure = False, False, None, None
        with contextlib.suppress(TTSError):
            await conversation.say(TEXT)
        await trio.sleep(14)
        assert voice.in_use is first
    assert (first.open, second.open) == (0, 0)
    assert trio.lowlevel.current_statistics().tasks_living == tasks


async def test_an_empty_turn_is_nobodys_fault(autojump_clock: Clock) -> None:
    first, second = two()
    voice = Failover(first, second)
    async with Conversation(speech(voice, "en"), RecordingOutput()) as conversation:
        for tokens in (["", " "], [], ["..."]):
            await conversation.say(tokens)
        await trio.sleep(30)
    async with voice.connect() as session:
        with pytest.raises(ValueError, match="no words"):
            await session.commit("...", lambda _: None)
    assert voice.in_use is first
    assert voice.statistics().changes == 0


async def test_what_is_cut_short_by_the_listener_is_nobodys_fault(autojump_clock: Clock) -> None:
    first, second = two(first_audio=2.0)
    voice = Failover(first, second)
    async with Conversation(speech(voice, "en"), RecordingOutput()) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, ["Here we are."])
        await trio.sleep(1)
        conversation.interrupt()
    assert voice.statistics().providers[0].failures == 0


async def test_a_text_that_a_voice_cannot_speak_is_not_its_fault(autojump_clock: Clock) -> None:
    first, second = two()
    first.failure = Unspeakable("no Greek")
    voice = Failover(first, second)
    async with voice.connect() as session:
        with pytest.raises(Unspeakable):
            await session.commit("Here we are.", lambda _: None)
    assert voice.in_use is first


async def test_no_audio_from_the_only_one_left_is_told_as_it_is(autojump_clock: Clock) -> None:
    first, second = two()
    first.refusal, second.mute = AuthenticationFailed("401"), True
    voice = Failover(first, second)
    async with voice.connect() as session:
        with pytest.raises(NoAudio):
            await session.commit("Here we are.", lambda _: None)
    assert voice.in_use is second


async def test_why_the_voice_changed_is_visible_without_its_text(
    autojump_clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "triolet.failover")
    first, second = two()
    first.failure = ServiceError("refused: Here we are", code="DataInspectionFailed", message="Here we are")
    voice = Failover(first, second)
    async with voice.connect() as session:
        with pytest.raises(TTSError) as caught:
            await session.commit("Here we are.", lambda _: None)
        assert caught.value.retryable
        await session.ended()
    statistics = voice.statistics()
    assert (statistics.in_use, statistics.changes) == ("Provider (2 of 2)", 1)
    assert "DataInspectionFailed" in caplog.text
    assert "Here we are" not in caplog.text
    first.failure = None
    async with voice.connect() as session:
        await session.ended()
    assert voice.statistics().in_use == "Provider (1 of 2)"
    assert voice.statistics().last_change == "Provider (1 of 2) speaks again"
    assert "Provider (1 of 2) speaks again" in caplog.text


def test_each_run_begins_with_the_first() -> None:
    first, second = two()
    voice = Failover(first, second)

    async def run(*, well: bool) -> TTS:
        first.refusal = None if well else ConnectionFailed("refused")
        async with voice.connect():
            return voice.in_use

    assert trio.run(lambda: run(well=False), clock=Clock(autojump_threshold=0)) is second
    assert trio.run(lambda: run(well=True), clock=Clock(autojump_threshold=0)) is first


async def test_a_provider_that_is_down_keeps_nobody_waiting_for_its_limits(autojump_clock: Clock) -> None:
    first, second = Provider(FIRST, limits=RateLimits(per_minute=3)), Provider(SECOND)
    voice = Failover(first, second)
    async with voice.connect() as one, voice.connect() as another:
        async with trio.open_nursery() as nursery:
            first.failure = ConnectionLost("gone")
            heard = bytearray()

            async def waiting_to_speak() -> None:
                with pytest.raises(ConnectionLost):
                    await another.commit("Here we are.", lambda _: None)

            async def waiting_to_connect() -> None:
                async with voice.connect() as session:
                    await session.commit("Here we are.", heard.extend)

            async def fails() -> None:
                with pytest.raises(ConnectionLost):
                    await one.commit("Here we are.", lambda _: None)

            nursery.start_soon(fails)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(waiting_to_speak)
            nursery.start_soon(waiting_to_connect)
        assert trio.current_time() < 5
        assert whose(bytes(heard)) == "2"
        assert voice.statistics().providers[0].failures == 1


async def test_a_failover_behind_another_is_not_down_for_a_commit_that_was_not_begun(autojump_clock: Clock) -> None:
    first, second, third = Provider(FIRST, limits=RateLimits(per_minute=2)), Provider(SECOND), Provider(THIRD)
    inner = Failover(first, second)
    voice = Failover(inner, third)
    async with voice.connect() as session, trio.open_nursery() as nursery:
        first.refusal = ConnectionFailed("refused")

        async def finds_it_down() -> None:
            async with voice.connect():
                pass

        nursery.start_soon(finds_it_down)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(ConnectionLost):
            await session.commit("Here we are.", lambda _: None)
        assert inner.in_use is second
        assert voice.in_use is inner


async def test_the_limits_of_each_are_kept_for_it_alone(autojump_clock: Clock) -> None:
    first, second = Provider(FIRST, limits=RateLimits(per_minute=4)), Provider(SECOND)
    voice = Failover(first, second)
    began = trio.current_time()
    async with voice.connect() as session:
        for _ in range(3):
            await session.commit("So.", lambda _: None)
        assert trio.current_time() - began < 10
        await session.commit("So.", lambda _: None)
        assert trio.current_time() - began >= 60
    assert voice.statistics().providers[0].waited > 50
    first.refusal = ConnectionFailed("refused")
    async with voice.connect() as session:
        began = trio.current_time()
        for _ in range(20):
            await session.commit("So.", lambda _: None)
        assert trio.current_time() - began < 20


async def test_the_log_names_the_turn_in_which_a_provider_failed(
    autojump_clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "triolet")
    first, second = two()
    async with talking(first, second) as talk:
        await talk.say("Here we are.")
        first.failure = ServiceError("gone", code="500", retryable=True)
        await talk.say("Here we are again.")
        begun = [record.message for record in caplog.records if record.message.endswith("begins")]
        turn = begun[1].removesuffix("begins")
        assert (
            f"{turn}Provider (1 of 2) is down (ServiceError 500): Provider (2 of 2) speaks from now on" in caplog.text
        )
        first.failure = None
        await trio.sleep(10)
        await talk.say("And here we are still.")
    # A probe belongs to no turn, though a session that a turn opened makes it.
    spoken = [record.message for record in caplog.records if "speaks again" in record.message]
    assert spoken == ["Provider (1 of 2) speaks again: Provider (1 of 2) speaks from now on"]


async def test_the_log_names_the_turn_in_which_a_provider_fell_behind(
    autojump_clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "triolet")
    first, second = two()
    async with talking(first, second) as talk:
        await talk.say("Here we are.")
        first.speed = 0.2
        await talk.say("Here we are again, in a sentence that takes its time, and is slow.")
    [begun] = [record.message for record in caplog.records if record.message.endswith("begins")][1:]
    [down] = [record.message for record in caplog.records if "is down" in record.message]
    assert down.startswith(begun.removesuffix("begins"))
