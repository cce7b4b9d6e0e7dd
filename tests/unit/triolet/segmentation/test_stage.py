"""The stage around the core: what a stall ends, and when; what becomes of a huge token and of text that is cut off."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import trio
import trio.testing

from triolet import Clause, Phraser, SentenceSegmenter, TextNormalizer, TurnContext
from triolet.chain._batches import AT_ONCE
from triolet.events import ClauseCut, TextLeft
from triolet.segmentation._stage import CLAUSE_AFTER, SENTENCE_AFTER, WORDS_AFTER
from triolet.testing import collect

NEVER = SentenceSegmenter("en", sentence_after=None, clause_after=None, words_after=None)


async def tokens(parts: list[str | float]) -> AsyncIterator[str]:
    """Tokens, and seconds between them."""
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            await trio.sleep(part)


async def cut_at(
    parts: list[str | float],
    segmenter: SentenceSegmenter | None = None,
    *,
    realtime: bool = True,
    streamed: bool = False,
) -> list[tuple[str, float]]:
    """Each clause, and when it was cut."""
    turn = TurnContext()
    turn.clock.listener.realtime = realtime
    turn.clock.listener.streamed = streamed
    began = trio.current_time()
    await collect(tokens(parts) | (segmenter or SentenceSegmenter("en")), turn=turn)
    return [(event.clause.text, round(event.at - began, 3)) for event in turn.timeline if isinstance(event, ClauseCut)]


async def test_a_stall_ends_what_is_complete(autojump_clock: trio.testing.MockClock) -> None:
    assert await cut_at(["It is done.", 9.0, " Then"]) == [("It is done.", SENTENCE_AFTER), (" Then", 9.0)]
    assert await cut_at(["If you like,", 9.0, " then"]) == [("If you like,", CLAUSE_AFTER), (" then", 9.0)]
    assert await cut_at(["Let me look ", 9.0, "at it"]) == [("Let me look", WORDS_AFTER), (" at it", 9.0)]


async def test_one_stall_after_the_other_ends_more(autojump_clock: trio.testing.MockClock) -> None:
    assert await cut_at(["Done. If you like, so ", 9.0, "then"]) == [
        ("Done.", 0.0),
        (" If you like,", 0.0),
        (" so", WORDS_AFTER),
        (" then", 9.0),
    ]


async def test_each_token_puts_the_stall_off(autojump_clock: trio.testing.MockClock) -> None:
    almost = SENTENCE_AFTER - 0.01
    assert await cut_at(["It is done", almost, ".", almost, "”", almost, " ", 9.0]) == [
        ("It is done.”", round(3 * almost + SENTENCE_AFTER, 3)),
        (" ", round(3 * almost + 9.0, 3)),
    ]


async def test_the_same_stall_ends_what_comes_later(autojump_clock: trio.testing.MockClock) -> None:
    assert await cut_at(["One.", 1.0, " Two.", 1.0, " Three."]) == [
        ("One.", SENTENCE_AFTER),
        (" Two.", 1.0 + SENTENCE_AFTER),
        (" Three.", 2.0),
    ]


async def test_a_token_that_comes_just_before_the_stall_puts_it_off(autojump_clock: trio.testing.MockClock) -> None:
    turn = TurnContext()
    turn.clock.listener.realtime = True
    clauses_in, clauses_out = trio.open_memory_channel[Clause](9)
    tokens_in, tokens_out = trio.open_memory_channel[str](9)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(SentenceSegmenter("en").drive, tokens_out, clauses_in, turn)
        await tokens_in.send("It is 3.")
        await trio.sleep(SENTENCE_AFTER / 2)
        tokens_in.send_nowait("5 now.")
        autojump_clock.jump(SENTENCE_AFTER)  # the stall is over before the segmenter looks at the token
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.WouldBlock):
            clauses_out.receive_nowait()
        await trio.sleep(2 * SENTENCE_AFTER)
        assert clauses_out.receive_nowait().text == "It is 3.5 now."
        tokens_in.close()


async def test_for_a_stream_without_a_clock_a_stall_ends_whole_sentences(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def cut(*parts: str | float) -> list[tuple[str, float]]:
        return await cut_at(list(parts), realtime=False, streamed=True)

    assert await cut("It is done.", 9.0, " Then") == [("It is done.", SENTENCE_AFTER), (" Then", 9.0)]
    assert await cut("If you like,", 9.0, " then") == [("If you like,", 9.0), (" then", 9.0)]
    assert await cut("Let me look ", 9.0, "at it") == [("Let me look at it", 9.0)]


@pytest.mark.parametrize("segmenter", [SentenceSegmenter("en"), NEVER], ids=["no listener", "never"])
async def test_where_nobody_waits_a_stall_ends_nothing(
    segmenter: SentenceSegmenter, autojump_clock: trio.testing.MockClock
) -> None:
    realtime = segmenter is NEVER
    said = await cut_at(["It is 3.", 60.0, "5 now."], segmenter, realtime=realtime)
    assert said == [("It is 3.5 now.", 60.0)]


@pytest.mark.parametrize("realtime", [True, False])
@pytest.mark.parametrize("book", ["word, " * AT_ONCE, "x" * 6 * AT_ONCE], ids=["clauses", "no mark"])
async def test_a_huge_token_is_cut_as_a_whole(
    book: str, realtime: bool, autojump_clock: trio.testing.MockClock
) -> None:
    cut = await cut_at([1.0, book], realtime=realtime)
    assert "".join(text for text, _ in cut) == book


@pytest.mark.parametrize("realtime", [True, False])
async def test_a_huge_token_lets_the_others_work(realtime: bool, autojump_clock: trio.testing.MockClock) -> None:
    """In a text of which nothing is said, no stage ever waits."""
    turn = TurnContext()
    turn.clock.listener.realtime = realtime
    book = "```\n" + "code\n" * 2_000
    looks = 0

    async def look() -> None:
        nonlocal looks
        while True:
            looks += 1
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(look)
        assert not await collect([book] | SentenceSegmenter("en") | TextNormalizer() | Phraser(), turn=turn)
        nursery.cancel_scope.cancel()
    assert looks >= 50  # once for each 200 characters of the token


def all_text(turn: TurnContext) -> str:
    """The text of the clauses, and what was left."""
    return "".join(
        event.clause.text if isinstance(event, ClauseCut) else event.text
        for event in turn.timeline
        if isinstance(event, (ClauseCut, TextLeft))
    )


async def test_text_that_is_cut_off_is_recorded(autojump_clock: trio.testing.MockClock) -> None:
    turn = TurnContext()
    given = "One. Two, three and "
    with trio.move_on_after(1):
        await collect(tokens([given, 60.0]) | SentenceSegmenter("en"), turn=turn)
    assert all_text(turn) == given


async def test_the_rest_of_a_huge_token_is_recorded_when_the_turn_is_cut_off(
    autojump_clock: trio.testing.MockClock,
) -> None:
    turn = TurnContext()
    book = "word, " * (10 * AT_ONCE)
    clauses_in, clauses_out = trio.open_memory_channel[Clause](0)
    tokens_in, tokens_out = trio.open_memory_channel[str](1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(SentenceSegmenter("en").drive, tokens_out, clauses_in, turn)
        await tokens_in.send(book)
        await clauses_out.receive()
        nursery.cancel_scope.cancel()
    assert all_text(turn) == book


async def test_a_token_that_is_no_text_is_an_error_and_the_text_around_it_is_recorded() -> None:
    turn = TurnContext()

    def source() -> Iterator[str]:
        yield "One. Two"
        yield b"three"  # type: ignore[misc]  # pyright: ignore[reportReturnType]
        yield " four"

    with pytest.raises(TypeError, match="gave a bytes; a token is a str"):
        await collect(source() | SentenceSegmenter("en"), turn=turn)
    assert all_text(turn) == "One. Two four"
