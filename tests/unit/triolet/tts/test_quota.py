"""A service that allows little, or ends what is idle: the due commit comes first, and nothing is opened in vain."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio
from tests.unit.triolet.tts.test_sessions import Service
from trio.testing import MockClock

from triolet import TTS, AudioCallback, Conversation, PoolOptions, RateLimits, TTSSession, Usage, speech
from triolet.errors import ConnectionFailed, ConnectionLost, ServiceError, TTSError
from triolet.events import Event, Underrun
from triolet.testing import RecordingOutput, ToneTTS
from triolet.tts._rate_limiter import RateLimiter
from triolet.tts._session_pools import SessionPools, open_session_pools

TEN = RateLimits(per_minute=10)
ANSWER = " ".join(f"This is sentence number {number} of an answer that is rather long." for number in range(16))


class Limited(ToneTTS):
    """A voice of a small account."""

    def __init__(self) -> None:
        super().__init__()
        self.connects = 0

    @property
    def limits(self) -> RateLimits:
        return TEN

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        self.connects += 1
        return super().connect()


async def longest_silence(options: PoolOptions) -> tuple[float, int]:
    silences = [0.0]

    def observe(event: Event) -> None:
        if isinstance(event, Underrun):
            silences.append(event.seconds)

    voice = Limited()
    async with Conversation(speech(voice, "en"), RecordingOutput(), pool=options) as conversation:
        result = await conversation.say([ANSWER], observer=observe)
    assert result.heard == ANSWER
    return max(silences), voice.connects


async def test_under_a_small_quota_the_longest_silence_is_that_without_spares(autojump_clock: MockClock) -> None:
    bare, _ = await longest_silence(PoolOptions(spares=0))
    silence, connects = await longest_silence(PoolOptions())
    assert silence <= bare + 0.1
    assert connects == 1


async def test_the_most_urgent_request_goes_first(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits(per_second=1))
    order: list[str] = []

    async def ask(name: str, urgency: int) -> None:
        await limiter.wait(urgency)
        order.append(name)

    await limiter.wait()
    async with trio.open_nursery() as nursery:
        for name, urgency in (("spare", 1_000_000), ("next", 3), ("due", 2), ("due, later", 2)):
            nursery.start_soon(ask, name, urgency)
            await trio.testing.wait_all_tasks_blocked()
    assert order == ["due", "due, later", "next", "spare"]


async def test_who_leaves_the_queue_holds_nobody_up(autojump_clock: MockClock) -> None:
    limiter = RateLimiter(RateLimits(per_second=1))
    await limiter.wait()
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        with trio.move_on_after(0.1):
            await limiter.wait(0)
        nursery.start_soon(limiter.wait, 1)
    assert trio.current_time() - began == pytest.approx(1.0)


class Ending(Service):
    """Ends its sessions when they have been idle for so long."""

    def __init__(self, after: float) -> None:
        super().__init__(connect=0.01, commit=0.05)
        self.after = after

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._ending()

    @asynccontextmanager
    async def _ending(self) -> AsyncGenerator[TTSSession]:
        async with super().connect() as session, trio.open_nursery() as nursery:
            nursery.start_soon(self._end, self.open[-1])
            yield session
            nursery.cancel_scope.cancel()

    async def _end(self, session: object) -> None:
        await trio.sleep(self.after)
        session.dead.set()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


async def test_a_service_that_hangs_up_at_once_is_not_dialled_again_and_again(autojump_clock: MockClock) -> None:
    service = Ending(0.0)
    async with open_session_pools(PoolOptions(cool_down=60.0)) as pools:
        pools.pool(service).warm_up()
        await trio.sleep(10)
    assert len(service.connects) <= 8
    assert pools.pool(service).statistics().broken == len(service.connects)


async def test_a_service_with_a_short_idle_limit_is_dialled_once_a_commit(autojump_clock: MockClock) -> None:
    service = Ending(0.3)
    async with open_session_pools(PoolOptions()) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            for _ in range(20):
                await pool.commit("Hello.", lambda pcm: None)
                await trio.sleep(1.0)
    assert len(service.connects) <= 20 + 10


class Impatient(Limited):
    """A small account at a service that ends each session after 0.1 s without a commit."""

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._impatient()

    @asynccontextmanager
    async def _impatient(self) -> AsyncGenerator[TTSSession]:
        async with super().connect() as session:
            yield _Impatient(session)


class _Impatient(TTSSession):
    def __init__(self, session: TTSSession) -> None:
        self.session = session
        self.busy = False

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        self.busy = True
        try:
            return await self.session.commit(text, accept)
        finally:
            self.busy = False

    async def ended(self) -> None:
        idle = 0
        while idle < 2:
            await trio.sleep(0.05)
            idle = 0 if self.busy else idle + 1


async def test_a_short_idle_limit_under_a_small_quota_costs_about_a_connect_a_commit(
    autojump_clock: MockClock,
) -> None:
    voice = Impatient()
    began = trio.current_time()
    async with Conversation(speech(voice, "en"), RecordingOutput()) as conversation:
        result = await conversation.say([ANSWER])
    assert result.heard == ANSWER
    assert voice.connects <= 1.5 * len(result.phrases)
    requests = voice.connects + len(result.phrases)
    assert trio.current_time() - began < result.seconds + 60 * requests / 10


async def test_sessions_that_are_lost_in_their_commits_end_in_an_error(autojump_clock: MockClock) -> None:
    service = Service(connect=0.01, commit=0.01)
    service.failures = [ConnectionLost("it hung up") for _ in range(100)]
    async with open_session_pools(PoolOptions()) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            for _ in range(3):
                with pytest.raises(ConnectionLost, match="it hung up"):
                    await pool.commit("Hello.", lambda pcm: None)
    assert len(service.connects) <= 6


TOO_FAST = ConnectionFailed("too fast", code="429", retryable=True, throttled=True)


def asks_for(seconds: float) -> TTSError:
    return ConnectionFailed(f"come again in {seconds:g} s", code="429", retryable=True, retry_after=seconds)


async def refused_for(service: Service, match: str) -> float:
    """Seconds from a commit to its error, where `throttled_timeout` is 5 s."""
    began = trio.current_time()
    async with open_session_pools(PoolOptions(throttled_timeout=5.0)) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            with pytest.raises(TTSError, match=match):
                await pool.commit("Hello.", lambda pcm: None)
            return trio.current_time() - began


@pytest.mark.parametrize("connect", [0.01, 3.0, 30.0])
async def test_a_service_that_says_too_fast_is_given_up_at_the_deadline(
    autojump_clock: MockClock, connect: float
) -> None:
    service = Service(connect=connect)
    service.refusals = [TOO_FAST] * 100
    # The time begins when the service says so first.
    assert await refused_for(service, "too fast") == pytest.approx(connect + 5.0)
    tried = len(service.connects)
    await trio.sleep(100)
    assert len(service.connects) == tried  # nobody waits for it any more


async def test_commits_that_come_too_fast_are_given_up_at_the_deadline(autojump_clock: MockClock) -> None:
    service = Service(connect=0.01, commit=0.5)
    service.failures = [ServiceError("too fast", retryable=True, throttled=True)] * 100
    began = trio.current_time()
    async with Conversation(
        speech(service, "en"), RecordingOutput(), pool=PoolOptions(throttled_timeout=5.0)
    ) as conversation:
        with pytest.raises(ServiceError, match="too fast"):
            await conversation.say(["Hello."])
    # The first commit is refused at 0.51 s; one that is under way at the deadline is waited for.
    assert 5.0 <= trio.current_time() - began <= 6.02


async def test_a_limit_of_our_own_does_not_move_the_deadline(autojump_clock: MockClock) -> None:
    service = Service(connect=0.01, limits=RateLimits(per_minute=2))
    service.refusals = [TOO_FAST] * 100
    assert await refused_for(service, "too fast") == pytest.approx(5.01)


async def test_the_next_connect_comes_no_sooner_than_the_service_asks(autojump_clock: MockClock) -> None:
    service = Service(connect=0.1, commit=0.1)
    service.refusals = [asks_for(20.0), asks_for(30.0)]
    async with open_session_pools(PoolOptions(spares=0)) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            await pool.commit("Hello.", lambda pcm: None)
    assert service.connects[0] == 0.0
    assert 20.1 <= service.connects[1] <= 21
    assert 50.2 <= service.connects[2] <= 52


async def test_a_spare_that_is_told_to_wait_keeps_the_next_connect_waiting(autojump_clock: MockClock) -> None:
    service = Service(connect=0.1, commit=5.0)
    service.refusals = [asks_for(20.0), asks_for(30.0)]
    async with open_session_pools(PoolOptions(spares=1)) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            await pool.commit("Hello.", lambda pcm: None)
    assert service.connects[:2] == [0.0, 0.0]
    assert service.connects[2] >= 30.1


async def test_a_wait_beyond_the_deadline_is_an_error_at_once(autojump_clock: MockClock) -> None:
    service = Service(connect=0.01)
    service.refusals = [asks_for(6.0)] * 100
    assert await refused_for(service, "come again in 6 s") == pytest.approx(0.01)
    await trio.sleep(100)
    assert len(service.connects) <= 2  # the spare's, too


async def test_the_next_turn_does_not_wait_in_vain_either(autojump_clock: MockClock) -> None:
    service = Service(connect=0.01)
    service.refusals = [asks_for(600.0)]
    async with open_session_pools(PoolOptions(spares=0)) as pools:
        pool = pools.pool(service)
        for _ in range(3):
            async with pool.in_use():
                with pytest.raises(TTSError, match="come again in 600 s"):
                    await pool.commit("Hello.", lambda pcm: None)
        assert trio.current_time() == pytest.approx(0.01)
        await trio.sleep(601)
        async with pool.in_use():
            await pool.commit("Hello.", lambda pcm: None)
    assert len(service.connects) == 2


@pytest.mark.parametrize(("asked", "after"), [(4.0, 4.0), (6.0, None)])
async def test_a_commit_is_made_again_no_sooner_than_the_service_asks(
    autojump_clock: MockClock, asked: float, after: float | None
) -> None:
    service = Service(connect=0.01, commit=0.01)
    service.failures = [asks_for(asked)]
    output = RecordingOutput()
    async with Conversation(speech(service, "en"), output, pool=PoolOptions(throttled_timeout=5.0)) as conversation:
        began = trio.current_time()
        if after is None:
            with pytest.raises(TTSError, match="come again in 6 s"):
                await conversation.say(["Hello."])
            assert trio.current_time() - began < 0.1
        else:
            result = await conversation.say(["Hello."])
            assert result.heard == "Hello."
            assert after <= output.audio[0].time - began < after + 0.5


class Other(Service):
    """Another vendor, with the same limits."""


async def test_two_vendors_with_the_same_limits_do_not_share_them(autojump_clock: MockClock) -> None:
    limits = RateLimits(per_second=1)
    one, other = Service(connect=0.01, commit=0.01, limits=limits), Other(connect=0.01, commit=0.01, limits=limits)

    async def spent(pools: SessionPools, *voices: TTS) -> float:
        began = trio.current_time()
        for voice in voices:
            async with pools.pool(voice).in_use():
                await pools.pool(voice).commit("Hello.", lambda pcm: None)
        return trio.current_time() - began

    async with open_session_pools(PoolOptions(spares=0)) as pools:
        alone = await spent(pools, one)
        assert await spent(pools, other) == pytest.approx(alone)


async def test_a_commit_that_leaves_while_the_quota_makes_it_wait_gives_its_session_back(
    autojump_clock: MockClock,
) -> None:
    service = Service(connect=0.01, commit=0.05, limits=RateLimits(per_second=1))
    async with open_session_pools(PoolOptions(spares=0, maximum=1)) as pools:
        pool = pools.pool(service)
        async with pool.in_use():
            with trio.move_on_after(0.5):
                await pool.commit("Hello.", lambda pcm: None)
            with trio.fail_after(10):
                await pool.commit("Again.", lambda pcm: None)
