"""What a Failover counts of its providers: requests, seconds behind, bills, and since when they are down."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from tests.unit.triolet.failover._talking_providers import FIRST, SECOND, Clock, Provider, talking, two

from triolet import Failover, FailoverOptions, RateLimits, TTSSession
from triolet.errors import ConnectionFailed, ConnectionLost


class Counted(Provider):
    """Notes when it is connected to; bills as it is told."""

    def __init__(self, mark: int, *, bills: bool = True, minimum: bool = False, **how: object) -> None:
        super().__init__(mark, **how)  # type: ignore[arg-type]
        self.connects: list[float] = []
        self._bills, self._minimum = bills, minimum

    @property
    def bills(self) -> bool:
        return self._bills

    @property
    def bills_minimum(self) -> bool:
        return self._minimum

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        self.connects.append(trio.current_time())
        async with super()._connect() as session:
            yield session


@pytest.mark.parametrize("bills", [(True, True), (True, False), (False, True), (False, False)])
def test_it_bills_if_any_provider_does(bills: tuple[bool, bool]) -> None:
    billing = Failover(Counted(FIRST, bills=bills[0]), Counted(SECOND, bills=bills[1]))
    assert billing.bills == any(bills)
    minimum = Failover(Counted(FIRST, minimum=bills[0]), Counted(SECOND, minimum=bills[1]))
    assert minimum.bills_minimum == any(bills)


async def test_a_probe_keeps_the_limits_with_its_connect_and_with_its_commit(autojump_clock: Clock) -> None:
    first, second = Counted(FIRST, limits=RateLimits(per_second=1)), Counted(SECOND)
    first.refusal = ConnectionFailed("refused")
    voice = Failover(first, second)
    async with voice.connect():
        first.refusal = None
        await trio.sleep(20)
        assert voice.in_use is first
    (probe,) = first.commits
    assert probe.time - first.connects[-1] >= 1.0


async def test_what_came_sooner_than_it_was_heard_makes_up_for_nothing_later(autojump_clock: Clock) -> None:
    """A provider that was fast for a while is found slow as soon as any other."""

    async def slow_commits(fast_before: int) -> int:
        first, second = Provider(FIRST, pace=100.0), Provider(SECOND)
        voice = Failover(first, second, options=FailoverOptions(slow_after=3.0))
        async with voice.connect() as session:
            for _ in range(fast_before):
                await session.commit("So it is, then, and it has been for a while.", lambda _: None)
            first.speed = 0.5
            number = 0
            while voice.in_use is first:
                await session.commit("So it is, then.", lambda _: None)
                number += 1
        return number

    assert await slow_commits(5) == await slow_commits(0) > 1


@pytest.mark.parametrize("how", ["well", "fails", "cancelled"])
async def test_no_commit_is_kept_in_mind_that_is_over(autojump_clock: Clock, how: str) -> None:
    first, second = two()
    voice = Failover(first, second)
    if how == "fails":
        first.failure = ConnectionLost("gone")
    async with voice.connect() as session:
        with trio.move_on_after(0.1 if how == "cancelled" else 100):
            try:
                await session.commit("So it is, then.", lambda _: None)
            except ConnectionLost:
                assert how == "fails"
        assert not voice._here()[0].waiting


async def test_it_tells_since_when_a_provider_is_down(autojump_clock: Clock) -> None:
    first, second = two()
    async with talking(first, second) as talk:
        await talk.say("Here we are.")
        await trio.sleep(100)
        first.failure = ConnectionLost("gone")
        began = trio.current_time()
        await talk.say("Here we are.")
        voice = next(iter(talk.conversation.statistics()))
        assert isinstance(voice, Failover)
        (down, up) = voice.statistics().providers
        assert began <= down.since < began + 1
        assert (down.up, up.up, up.since) == (False, True, float("-inf"))


async def test_another_one_of_the_same_providers_can_share_their_health_and_limits(autojump_clock: Clock) -> None:
    """As at another speed, which `adjusted` does not have."""
    first, second = Counted(FIRST, limits=RateLimits(per_minute=1)), Counted(SECOND)
    first.refusal = ConnectionFailed("refused")
    ordinary = Failover(first, second, names=["one", "two"])
    faster = Failover(Counted(FIRST), Counted(SECOND), names=["one", "two"], health_of=ordinary)
    async with ordinary.connect():
        assert faster.statistics() == ordinary.statistics()
        assert not faster.statistics().providers[0].up
    with pytest.raises(ValueError, match="same providers"):
        Failover(first, second, health_of=ordinary)
