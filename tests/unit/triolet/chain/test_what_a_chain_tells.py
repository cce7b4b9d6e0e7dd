"""What a chain tells of its source and of the listener, and that nobody who waits is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.triolet.chain.test_stages import double, first_two
from tests.unit.triolet.playout.test_playout import FAST, Device, chunk, phrase
from trio.testing import MockClock, wait_all_tasks_blocked

from triolet import AudioChunk, Phraser, Pipeline, Playout, SentenceSegmenter, Stage, TextNormalizer, TurnContext
from triolet.chain._playout_clock import PlayoutClock
from triolet.chain._stages import IterableSource
from triolet.testing import ScriptedSource, collect
from triolet.turn._events import FirstToken, SourceEnded


class Roomy(Stage[str, str]):
    """Many items may wait before it."""

    buffer = 7

    async def run(
        self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[str], turn: TurnContext
    ) -> None:
        async for item in upstream:
            await downstream.send(item)


async def test_the_first_token_and_the_end_of_the_source_are_told_once(autojump_clock: MockClock) -> None:
    turn = TurnContext()
    await collect(ScriptedSource([1.0, "a", 1.0, "b", 1.0]) | double, turn=turn)
    assert [event.at for event in turn.timeline if isinstance(event, FirstToken)] == [1.0]
    assert [event.at for event in turn.timeline if isinstance(event, SourceEnded)] == [3.0]


async def test_a_source_that_nobody_reads_to_its_end_has_not_ended() -> None:
    turn = TurnContext()
    await collect(["a", "b", "c", "d", "e", "f"] | first_two, turn=turn)
    assert not [event for event in turn.timeline if isinstance(event, SourceEnded)]


def test_what_may_wait_before_joined_stages_may_wait_before_the_first() -> None:
    assert (Roomy() | double).buffer == (Roomy() | double | double).buffer == 7
    assert (double | Roomy()).buffer == 1
    text = SentenceSegmenter("en") | TextNormalizer() | Phraser()
    assert text.buffer == SentenceSegmenter.buffer
    both = TextNormalizer().in_task_of(SentenceSegmenter("en"))
    assert both is not None
    assert both.buffer == SentenceSegmenter.buffer
    all_three = Phraser().in_task_of(both)
    assert all_three is not None
    assert all_three.buffer == SentenceSegmenter.buffer


async def test_as_many_items_wait_before_a_stage_as_it_allows(autojump_clock: MockClock) -> None:
    """One more is in the hands of the source."""
    source = ScriptedSource(["x"] * 50)

    class Deaf(Roomy):
        async def run(
            self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[str], turn: TurnContext
        ) -> None:
            await trio.sleep_forever()

    with trio.move_on_after(1):
        await collect(source | Deaf())
    assert len(source.given) == 8


async def test_a_pipeline_tells_its_result_at_any_time(autojump_clock: MockClock) -> None:
    async def chunks() -> AsyncIterator[AudioChunk]:
        yield chunk(phrase(0), 1000, 0.3)
        await trio.sleep(2)
        yield chunk(phrase(1), 2000, 0.3)

    pipeline = Pipeline(IterableSource(chunks()), Playout(Device(), gaps=FAST))
    assert pipeline.result.seconds == 0
    with pytest.raises(RuntimeError, match="not run yet"):
        _ = pipeline.timeline
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pipeline.run)
        await trio.sleep(1)
        assert pipeline.result.seconds == pytest.approx(0.3)
        await trio.sleep(5)
    assert pipeline.result.seconds == pytest.approx(0.6)


def clock(*, received: float = 0.0, taken: float = 0.0, dry_at: float = 0.0) -> PlayoutClock:
    made = PlayoutClock()
    made.listener.realtime = True
    made.supply.receive(received)
    made.listener.take(taken, dry_at=dry_at)
    return made


async def test_audio_that_is_lost_lets_those_go_on_who_wait_for_less_of_it(autojump_clock: MockClock) -> None:
    waited_for = clock(received=5.0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(waited_for.until_backlog_below, 2.0)
        nursery.start_soon(waited_for.until_ahead_below, 2.0)
        await wait_all_tasks_blocked()
        waited_for.supply.lose(4.0)
        with trio.fail_after(1):
            while nursery.child_tasks:
                await trio.sleep(0.1)


async def test_who_gives_up_waiting_for_the_listener_is_forgotten(autojump_clock: MockClock) -> None:
    waited_for = clock(received=5.0)
    for _ in range(10):
        with trio.move_on_after(0.1):
            await waited_for.until_backlog_below(2.0)
    assert not waited_for._waiting


@pytest.mark.parametrize(
    ("received", "taken", "dry_at", "until"),
    [
        (3.0, 3.0, 0.0, 0.0),
        (3.0, 3.0, 2.0, 2.0),
        (3.0, 1.0, 0.0, 0.0 + 2.0 + 0.5),
        (3.0, 1.0, 4.0, 4.0 + 2.0 + 0.5),
    ],
)
async def test_all_that_was_received_is_waited_for_as_long_as_it_lasts_and_a_little_more(
    autojump_clock: MockClock, received: float, taken: float, dry_at: float, until: float
) -> None:
    await clock(received=received, taken=taken, dry_at=dry_at).until_played(0.5)
    assert trio.current_time() == pytest.approx(until)


async def test_what_is_taken_meanwhile_is_waited_for_until_it_is_heard(autojump_clock: MockClock) -> None:
    waited_for = clock(received=3.0, taken=1.0, dry_at=1.0)

    async def hears() -> None:
        await trio.sleep(1.0)
        waited_for.listener.take(2.0, dry_at=3.0)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hears)
        await waited_for.until_played(0.5)
        assert trio.current_time() == pytest.approx(3.0)
