"""Stages that share a task do what they do apart."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from triolet import (
    Clause,
    NormalizedClause,
    Phrase,
    Phraser,
    SentenceSegmenter,
    Stage,
    TextNormalizer,
    TurnContext,
    stage,
)
from triolet.chain._batches import Batches, PulledStage
from triolet.events import ClauseCut
from triolet.testing import collect

TEXT = (
    'A heading\n=========\n\nA first sentence, with a comma. Then **a [second](https://example.com) one**! <break time="1s"/>'
    "Is this the third?\n\n- one\n- two, and more\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\nThe end: 你好。再见！"
) * 5


@stage
async def same_clauses(upstream: trio.abc.ReceiveChannel[Clause], downstream: trio.abc.SendChannel[Clause]) -> None:
    async for item in upstream:
        await downstream.send(item)


@stage
async def same_words(
    upstream: trio.abc.ReceiveChannel[NormalizedClause], downstream: trio.abc.SendChannel[NormalizedClause]
) -> None:
    async for item in upstream:
        await downstream.send(item)


TOGETHER = SentenceSegmenter("en") | TextNormalizer() | Phraser()
APART = SentenceSegmenter("en") | same_clauses | TextNormalizer() | same_words | Phraser()


async def recorded(chain: Stage[str, Phrase], size: int) -> tuple[list[Phrase], list[Clause]]:
    turn = TurnContext()
    phrases = await collect([TEXT[at : at + size] for at in range(0, len(TEXT), size)] | chain, turn=turn)
    return phrases, [event.clause for event in turn.timeline if isinstance(event, ClauseCut)]


@pytest.mark.parametrize("size", [1, 4, 40, len(TEXT)])
async def test_the_phrases_are_the_same_as_with_a_task_for_each_stage(size: int) -> None:
    assert await recorded(TOGETHER, size) == await recorded(APART, size)


async def tasks_of(chain: Stage[str, Phrase]) -> int:
    """How many tasks a chain needs while it waits for tokens."""
    tokens_in, tokens_out = trio.open_memory_channel[str](1)
    phrases_in, phrases_out = trio.open_memory_channel[Phrase](1)
    before = trio.lowlevel.current_statistics().tasks_living
    async with trio.open_nursery() as nursery:
        nursery.start_soon(chain.drive, tokens_out, phrases_in, TurnContext())
        await trio.testing.wait_all_tasks_blocked()
        living = trio.lowlevel.current_statistics().tasks_living - before
        nursery.cancel_scope.cancel()
    tokens_in.close()
    phrases_out.close()
    return living


@pytest.mark.parametrize(
    "chain",
    [
        SentenceSegmenter() | TextNormalizer() | Phraser(),
        SentenceSegmenter() | (TextNormalizer() | Phraser()),
    ],
)
async def test_the_text_stages_need_two_tasks_however_they_are_grouped(chain: Stage[str, Phrase]) -> None:
    # In one task the chain is driven, in one all three read, and in one the phraser gives. (Its first two are one.)
    assert await tasks_of(chain) == 3
    assert await tasks_of(APART) > 5


class Shout(PulledStage[str, str]):
    """Repeats each token in capitals; counts how often its work was begun and ended."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    def _pull(self, upstream: Batches[str], turn: TurnContext) -> Batches[str]:
        self.begun += 1
        return Capitals(upstream, self)


class Capitals(Batches[str]):
    def __init__(self, upstream: Batches[str], shout: Shout) -> None:
        self.upstream = upstream
        self.shout = shout

    def close(self) -> None:
        self.shout.ended += 1
        self.upstream.close()

    async def next(self) -> list[str]:
        tokens = await self.upstream.next()
        if "error" in tokens:
            raise ValueError("an error")
        return [token.upper() for token in tokens]


async def test_each_stage_ends_its_work_when_the_items_end_and_when_an_error_ends_it() -> None:
    first, second = Shout(), Shout()
    assert await collect(["a", "b"] | (first | second)) == ["A", "B"]
    assert (first.begun, first.ended, second.begun, second.ended) == (1, 1, 1, 1)
    with pytest.raises(ValueError, match="an error"):
        await collect(["a", "error"] | (first | second))
    assert (first.begun, first.ended, second.begun, second.ended) == (2, 2, 2, 2)


async def test_a_stage_that_shares_its_task_hears_that_nobody_listens() -> None:
    @stage
    async def only_one(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
        await downstream.send(await upstream.receive())

    first, second = Shout(), Shout()
    assert await collect((str(number) for number in range(10**9)) | (first | second) | only_one) == ["0"]
    assert (first.ended, second.ended) == (1, 1)
