"""Joining stages: what travels down, what travels up, and what is left behind."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator

import pytest
import trio

from triolet import Stage, TurnContext, stage
from triolet.chain._take import take_waiting
from triolet.testing import ScriptedSource, collect


@stage
async def double(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
    async for token in upstream:
        await downstream.send(token * 2)


@stage
async def first_two(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
    for _ in range(2):
        await downstream.send(await upstream.receive())


class Fails(Stage[str, str]):
    def __init__(self, error: BaseException, *, after: int = 0) -> None:
        self.error = error
        self.after = after

    async def run(
        self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[str], turn: TurnContext
    ) -> None:
        for _ in range(self.after):
            await downstream.send(await upstream.receive())
        raise self.error


async def test_any_iterable_is_a_source() -> None:
    async def tokens() -> AsyncIterator[str]:
        yield "a"
        await trio.lowlevel.checkpoint()
        yield "b"

    send, receive = trio.open_memory_channel[str](2)
    await send.send("a")
    await send.send("b")
    send.close()
    for source in (["a", "b"], ("a", "b"), iter(["a", "b"]), tokens(), receive, "ab"):
        assert await collect(source | double) == ["aa", "bb"]


async def test_stages_join_to_stages_in_any_grouping() -> None:
    assert await collect(["a"] | (double | double) | double) == ["a" * 8]
    assert await collect(["a"] | (double | (double | double))) == ["a" * 8]


async def test_a_stage_serves_several_pipelines_at_the_same_time() -> None:
    shared = double | double
    results: dict[str, list[str]] = {}

    async def run(word: str) -> None:
        results[word] = await collect([word] * 5 | shared)

    async with trio.open_nursery() as nursery:
        for word in "abc":
            nursery.start_soon(run, word)
    assert results == {word: [word * 4] * 5 for word in "abc"}


async def test_a_stage_that_leaves_ends_an_endless_source(autojump_clock: trio.testing.MockClock) -> None:
    source = ScriptedSource(step for _ in iter(int, 1) for step in ("x", 0.1))
    assert await collect(source | double | first_two) == ["xx", "xx"]
    assert source.closed
    assert len(source.given) < 10


async def test_an_endless_generator_is_closed_when_nobody_listens() -> None:
    closed = False

    def endless() -> Iterator[str]:
        nonlocal closed
        try:
            while True:
                yield "x"
        finally:
            closed = True

    assert await collect(endless() | first_two) == ["x", "x"]
    assert closed


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_an_error_reaches_the_caller_as_itself_and_alone(position: int) -> None:
    stages: list[Stage[str, str]] = [double, double, double]
    stages[position] = Fails(LookupError("broken"), after=1)
    source = ScriptedSource(["a", "b", 60.0, "c"])
    with pytest.raises(LookupError, match="broken") as caught:
        await collect(source | stages[0] | stages[1] | stages[2])
    assert caught.value.__context__ is None or isinstance(caught.value.__context__, BaseExceptionGroup)
    assert source.closed


async def test_a_source_that_raises_in_the_middle_raises_to_the_caller() -> None:
    with pytest.raises(ConnectionResetError, match="the LLM broke"):
        await collect(ScriptedSource(["a", ConnectionResetError("the LLM broke")]) | double)


async def test_a_broken_resource_of_the_stage_s_own_is_an_error() -> None:
    with pytest.raises(trio.BrokenResourceError, match="socket"):
        await collect(["a"] | Fails(trio.BrokenResourceError("socket")) | double)


async def test_a_slow_stage_holds_the_source_back(autojump_clock: trio.testing.MockClock) -> None:
    @stage
    async def slow(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
        async for token in upstream:
            await trio.sleep(1)
            await downstream.send(token)

    source = ScriptedSource("x" * 100)
    with trio.move_on_after(10.5):
        await collect(source | double | slow)
    # Ten have passed; one in each hand, one at each join.
    assert 10 <= len(source.given) <= 10 + 5


async def test_cancelling_leaves_no_task_and_closes_the_source(autojump_clock: trio.testing.MockClock) -> None:
    before = trio.lowlevel.current_statistics().tasks_living
    source = ScriptedSource(["a", 60.0, "b"])
    with trio.move_on_after(1) as scope:
        await collect(source | double | double)
    assert scope.cancelled_caught
    assert source.closed
    assert trio.lowlevel.current_statistics().tasks_living == before
    gc.collect()


async def test_a_source_that_pauses_is_not_ended_by_a_time_out(autojump_clock: trio.testing.MockClock) -> None:
    source = ScriptedSource(["a", 3600.0, "b"])
    assert await collect(source | double) == ["aa", "bb"]


async def test_take_waiting_takes_all_that_waits_and_then_the_end() -> None:
    send, receive = trio.open_memory_channel[int](5)
    for number in range(3):
        send.send_nowait(number)
    assert await take_waiting(receive) == [0, 1, 2]
    send.send_nowait(3)
    send.close()
    assert await take_waiting(receive) == [3]
    with pytest.raises(trio.EndOfChannel):
        await take_waiting(receive)


@pytest.mark.parametrize("wrong", [5, None, object()])
def test_what_is_no_source_is_refused_at_once(wrong: object) -> None:
    with pytest.raises(TypeError):
        wrong | double  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]


async def test_a_source_that_is_cancelled_may_still_say_goodbye(autojump_clock: trio.testing.MockClock) -> None:
    """Its iterator is closed and may wait meanwhile, such as for the end of a connection; but not for ever."""
    goodbyes: list[str] = []

    class Polite:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

        def __aiter__(self) -> Polite:
            return self

        async def __anext__(self) -> str:
            await trio.sleep_forever()
            raise AssertionError

        async def aclose(self) -> None:
            await trio.sleep(self.seconds)
            goodbyes.append(f"after {self.seconds:g} s")

    for seconds in (1.0, 100.0):
        began = trio.current_time()
        with trio.move_on_after(1):
            await collect(Polite(seconds) | double)
        assert trio.current_time() - began == pytest.approx(1 + min(seconds, 2.0))
    assert goodbyes == ["after 1 s"]
