"""An account that other processes use as well: the engine asks, waits, and keeps to what it is granted."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from triolet import TTS, Conversation, Failover, PoolOptions, Quota, RateLimits, TTSSession, open_session_pools, speech
from triolet.errors import ConnectionFailed
from triolet.testing import RecordingOutput, ToneTTS
from triolet.tts._rate_limiter import RateLimiter

TEXT = " ".join(f"This is sentence number {number} of this answer." for number in range(6))


class Store(Quota):
    """A store that others use, too."""

    def __init__(self, *, sessions: int = 100, every: float = 0.0, delay: float = 0.0) -> None:
        self.free = sessions
        self.every = every
        self.delay = delay
        self.next = 0.0
        self.granted: list[tuple[float, Hashable]] = []
        self.failing = 0
        self.asked = 0

    async def request(self, account: Hashable, limits: RateLimits) -> float:
        await trio.sleep(self.delay)
        self.asked += 1
        if self.failing:
            self.failing -= 1
            raise ConnectionFailed("the store does not answer")
        now = trio.current_time()
        if now < self.next:
            return self.next - now
        self.next = now + self.every
        self.granted.append((now, account))
        return 0.0

    @asynccontextmanager
    async def session(self, account: Hashable, limits: RateLimits) -> AsyncGenerator[bool]:
        if not self.free:
            yield False
            return
        self.free -= 1
        try:
            yield True
        finally:
            self.free += 1


class Voice(ToneTTS):
    """A voice with limits, which counts its sessions."""

    def __init__(self, sessions: int | None = None) -> None:
        super().__init__(seconds_per_character=0.02, first_audio=0.05)
        self.now = self.most = 0
        self._sessions = sessions

    @property
    def limits(self) -> RateLimits:
        return RateLimits(per_second=100, sessions=self._sessions)

    @property
    def account(self) -> Hashable:
        return "ours"

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._counted()

    @asynccontextmanager
    async def _counted(self) -> AsyncGenerator[TTSSession]:
        async with super().connect() as session:
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                yield session
            finally:
                self.now -= 1


async def say(tts: TTS, store: Store, text: str = TEXT) -> str:
    async with (
        open_session_pools(quota=store) as pools,
        Conversation(speech(tts, "en"), RecordingOutput(), sessions=pools) as talk,
    ):
        return (await talk.say([text])).heard


async def test_each_request_is_granted_before_it_is_made(autojump_clock: MockClock) -> None:
    store, voice = Store(every=0.5, delay=0.01), Voice()
    assert await say(voice, store) == TEXT
    for commit in voice.commits:
        assert any(time <= commit.time for time, _ in store.granted)
    assert len(store.granted) >= len(voice.commits) + 1
    assert {account for _, account in store.granted} == {"ours"}
    for earlier, later in itertools.pairwise(voice.commits):
        assert later.time - earlier.time >= 0.5 - 1e-9


async def test_a_store_that_does_not_answer_for_a_moment_costs_no_word(autojump_clock: MockClock) -> None:
    store = Store()
    store.failing = 2
    assert await say(Voice(), store) == TEXT


async def test_providers_of_a_failover_ask_for_themselves(autojump_clock: MockClock) -> None:
    store, voice = Store(), Voice()
    assert await say(Failover(voice, ToneTTS(), quota=store), Store()) == TEXT
    assert "ours" in {account for _, account in store.granted}


@pytest.mark.parametrize("shared", [False, True])
async def test_there_are_no_more_sessions_than_the_account_may_have(shared: bool, autojump_clock: MockClock) -> None:
    voice, store = Voice(sessions=2), Store(sessions=2)
    async with open_session_pools(PoolOptions(spares=3, maximum=10), quota=store if shared else None) as pools:
        heard = list[str]()

        async def talk() -> None:
            async with Conversation(speech(voice, "en"), RecordingOutput(), sessions=pools) as conversation:
                heard.append((await conversation.say([TEXT])).heard)

        async with trio.open_nursery() as nursery:
            for _ in range(4):
                nursery.start_soon(talk)
    assert heard == [TEXT] * 4
    assert voice.most == 2
    assert store.free == 2


async def test_an_idle_session_gives_way_to_another_voice_of_the_account(autojump_clock: MockClock) -> None:
    class Other(Voice):
        pass

    first, second = Voice(sessions=1), Other(sessions=1)
    async with open_session_pools(PoolOptions(spares=1, cool_down=1000, renew_idle=1000)) as pools:
        for voice in (first, second, first):
            async with Conversation(speech(voice, "en"), RecordingOutput(), sessions=pools) as conversation:
                began = trio.current_time()
                assert (await conversation.say(["Hello there."])).heard == "Hello there."
                assert trio.current_time() - began < 2


async def test_one_request_at_a_time_asks_and_the_most_urgent_first(autojump_clock: MockClock) -> None:
    store = Store(every=1.0, delay=0.1)
    limiter = RateLimiter(RateLimits(per_second=100), "ours", store)
    order = list[int]()

    async def ask(urgency: int) -> None:
        await limiter.wait(urgency)
        order.append(urgency)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, 5)
        await trio.testing.wait_all_tasks_blocked()
        for urgency in (3, 1, 2):
            nursery.start_soon(ask, urgency)
    assert order == [5, 1, 2, 3]
    times = [time for time, _ in store.granted]
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))
