"""Which clauses are committed together."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from triolet import BlockKind, Boundary, NormalizedClause, Phrase, Phraser, PhrasingOptions, SpeechUnit, TurnContext
from triolet._model._waiting_listener import SHORT
from triolet.phrasing import PhraserCore
from triolet.phrasing._core import Offer
from triolet.phrasing._stage import COMFORTABLE, HURRY, IDLE, MERGING_ENDS
from triolet.testing import collect
from triolet.turn._events import FirstToken, PhraseReady


def clause(text: str, boundary: Boundary, *, start: int = 0, opening: Boundary = Boundary.SENTENCE) -> NormalizedClause:
    """A clause whose units are words with the space after them."""
    units: list[SpeechUnit] = []
    at = 0
    while at < len(text):
        end = text.find(" ", at) + 1 or len(text)
        units.append(SpeechUnit(text[at:end], start + at, start + end))
        at = end
    return NormalizedClause(units=tuple(units), start=start, end=start + len(text), boundary=boundary, opening=opening)


def clauses(*parts: tuple[str, Boundary]) -> list[NormalizedClause]:
    made: list[NormalizedClause] = []
    start = 0
    for text, boundary in parts:
        made.append(clause(text, boundary, start=start))
        start += len(text)
    return made


COMMA, CLAUSE, SENTENCE, LINE, END = (
    Boundary.COMMA,
    Boundary.CLAUSE,
    Boundary.SENTENCE,
    Boundary.LINE,
    Boundary.END,
)


def whole(*fed: NormalizedClause, core: PhraserCore | None = None, seconds: float = 0.0) -> list[Phrase]:
    """Feed clauses and end the text. Take all sentences, merged within so many seconds."""
    core = core or PhraserCore()
    for part in fed:
        core.feed(part)
    core.end()
    return taken(core, seconds)


def taken(core: PhraserCore, seconds: float = 0.0, *, final: bool = False) -> list[Phrase]:
    """Take all whole sentences that are held. With `final`: only those that waiting cannot make longer."""
    phrases: list[Phrase] = []
    while (offer := core.sentences(seconds)).clauses and offer.final >= final:
        phrases.append(core.phrase(offer))
        core.take(offer)
    return phrases


def test_clauses_of_a_sentence_are_one_phrase() -> None:
    core = PhraserCore()
    first, second, third = clauses(("Well, ", COMMA), ("then. ", SENTENCE), ("Bye.", END))
    core.feed(first)
    assert taken(core) == []
    core.feed(second)
    (phrase,) = taken(core)
    assert phrase.words == "Well, then."
    assert (phrase.index, phrase.start, phrase.end) == (0, 0, 12)
    core.feed(third)
    (phrase,) = taken(core)
    assert (phrase.index, phrase.words, phrase.boundary) == (1, "Bye.", END)
    assert core.held == 0


def test_the_rest_is_a_phrase_when_the_text_ends() -> None:
    assert [phrase.words for phrase in whole(clause("Half a sentence, ", COMMA))] == ["Half a sentence,"]


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("word " * 11, False),
        ("word " * 12, True),
        ("word " * 13, True),
        ("好" * 17, False),
        ("好" * 18, True),
        ("好" * 19, True),
    ],
)
def test_so_many_words_are_enough_wherever_they_end(text: str, many: bool) -> None:
    """As many as a listener who hears nothing should get: twelve, or eighteen characters of Chinese."""
    core = PhraserCore()
    core.feed(clause(text, COMMA))
    assert core.has_many == many


def test_what_has_no_words_is_no_phrase() -> None:
    assert whole(NormalizedClause(units=(), start=0, end=4, boundary=LINE, opening=LINE)) == []
    assert whole(clause("...", LINE), clause("!?", END, start=3)) == []


def test_the_break_before_what_no_voice_can_say_goes_to_what_follows() -> None:
    dots = attrs.evolve(clause("... ", LINE), break_before=0.5)
    (phrase,) = whole(dots, clause("One.", END, start=4, opening=LINE))
    assert (phrase.words, phrase.break_before) == ("One.", 0.5)


def test_the_end_of_a_silent_line_ends_what_was_held_before_it() -> None:
    core = PhraserCore()
    core.feed(clause("Name", COMMA))
    core.feed(NormalizedClause(units=(), start=4, end=8, boundary=LINE, opening=LINE))
    assert [phrase.words for phrase in taken(core)] == ["Name"]


@pytest.mark.parametrize(
    ("text", "boundary", "cut"),
    [
        ("Of the four ways that I know, ", COMMA, True),
        ("Well, ", COMMA, False),
        ("First: ", CLAUSE, True),
        ("在我知道的方法里，", COMMA, True),
        ("好的，", COMMA, False),
        ("Of the four ways that I know ", Boundary.CONJUNCTION, False),
    ],
)
def test_the_first_phrase_may_end_at_a_place_to_breathe(text: str, boundary: Boundary, cut: bool) -> None:
    core = PhraserCore()
    core.feed(clause(text, boundary))
    offer = core.breath()
    assert ([core.phrase(offer).words] if offer.clauses else []) == ([text.strip()] if cut else [])


@pytest.mark.parametrize(
    ("texts", "cut"),
    [
        (["They take in light, ", "water, "], None),
        (["They take in light, ", "water, ", "air, "], None),
        (["In the morning they sing, ", "and at night they sleep under the roof, "], 2),
        (["In the morning they sing, ", "and ", "so on, "], None),
    ],
)
def test_no_comma_of_an_enumeration_is_a_place_to_breathe(texts: list[str], cut: int | None) -> None:
    core = PhraserCore()
    for part in clauses(*((text, COMMA) for text in texts)):
        core.feed(part)
    assert core.breath().clauses == (cut or 0)


SHORT_ONES = clauses(
    ("One is here. ", SENTENCE), ("Two is here. ", SENTENCE), ("Three is here. ", SENTENCE), ("Four.", END)
)


def test_sentences_are_merged_up_to_a_bound() -> None:
    core = PhraserCore(PhrasingOptions(merge=30))
    given_out = [phrase.words for phrase in whole(*SHORT_ONES, core=core, seconds=60)]
    assert given_out == ["One is here. Two is here.", "Three is here. Four."]


@pytest.mark.parametrize(("merge", "merged"), [(25, 1), (26, 2), (40, 2), (41, 3), (300, 4)])
def test_sentences_are_merged_if_they_have_just_so_many_characters(merge: int, merged: int) -> None:
    core = PhraserCore(PhrasingOptions(merge=merge))
    for part in SHORT_ONES:
        core.feed(part)
    core.end()
    assert core.sentences(60.0).clauses == merged


def test_marks_alone_are_not_offered() -> None:
    core = PhraserCore()
    core.feed(clause("... ", COMMA))
    assert not core.everything()
    assert not core.breath()
    core.feed(clause("One, ", COMMA, start=4))
    assert core.everything().clauses == 2


def test_sentences_are_merged_within_the_seconds_that_there_are() -> None:
    assert len(whole(*SHORT_ONES, seconds=0)) == 4
    assert len(whole(*SHORT_ONES, seconds=2)) == 2
    assert len(whole(*SHORT_ONES, seconds=60)) == 1


def test_a_sentence_that_may_be_merged_with_what_comes_is_not_final() -> None:
    core = PhraserCore(PhrasingOptions(merge=30))
    finals: list[bool] = []
    for part in SHORT_ONES[:3]:
        core.feed(part)
        finals.append(core.sentences(60).final)
    assert finals == [False, False, True]


def test_sentences_of_different_parts_are_not_merged() -> None:
    first = clause("One is here. ", SENTENCE)
    second = clause("Two is here. ", SENTENCE, start=13, opening=Boundary.PARAGRAPH)
    third = attrs.evolve(clause("Three is here. ", SENTENCE, start=26), kind=BlockKind.LIST_ITEM)
    after_a_break = attrs.evolve(
        clause("Four is here. ", SENTENCE, start=41), kind=BlockKind.LIST_ITEM, break_before=1.0
    )
    given_out = whole(first, second, third, after_a_break, seconds=60)
    assert [phrase.words for phrase in given_out] == ["One is here.", "Two is here.", "Three is here.", "Four is here."]
    assert given_out[-1].break_before == 1.0


def test_the_items_of_a_list_are_not_merged() -> None:
    items = [
        attrs.evolve(clause(text, LINE, start=at, opening=LINE), kind=BlockKind.LIST_ITEM)
        for at, text in ((0, "bread. "), (7, "milk. "), (13, "a pound of flour. "))
    ]
    assert [phrase.words for phrase in whole(*items, seconds=60)] == ["bread.", "milk.", "a pound of flour."]


def test_a_break_without_words_goes_to_the_words_after_it() -> None:
    core = PhraserCore()
    core.feed(NormalizedClause(units=(), start=0, end=4, boundary=LINE, opening=LINE, break_before=0.5))
    core.feed(clause("One. ", SENTENCE, start=4))
    (phrase,) = taken(core)
    assert phrase.break_before == 0.5


def test_a_break_ends_what_was_held_before_it() -> None:
    core = PhraserCore()
    core.feed(clause("Wait ", COMMA))
    core.feed(NormalizedClause(units=(), start=5, end=9, boundary=Boundary.NONE, opening=LINE, break_before=0.5))
    assert [phrase.words for phrase in taken(core)] == ["Wait"]


@given(
    st.lists(
        st.tuples(st.text("ab 好\u0301,", min_size=1, max_size=80), st.sampled_from([COMMA, CLAUSE, SENTENCE, LINE])),
        max_size=20,
    ),
    st.booleans(),
    st.sampled_from([0.0, 2.0, 60.0]),
)
def test_nothing_is_lost_repeated_or_longer_than_the_bound(
    parts: list[tuple[str, Boundary]], eager: bool, seconds: float
) -> None:
    core = PhraserCore(PhrasingOptions(longest=40))
    given_clauses = clauses(*parts)
    phrases: list[Phrase] = []
    for part in given_clauses:
        core.feed(part)
        if eager:
            phrases += taken(core, seconds)
            if (offer := core.breath()).clauses:
                phrases.append(core.phrase(offer))
                core.take(offer)
    core.end()
    phrases += taken(core, seconds)
    assert core.held == 0
    said = "".join(unit.text for phrase in phrases for unit in phrase.units)
    wanted = "".join(part.words for part in given_clauses)
    assert list(filter(str.isalnum, said)) == list(filter(str.isalnum, wanted))
    assert all(any(map(str.isalnum, phrase.words)) for phrase in phrases)
    assert [phrase.index for phrase in phrases] == list(range(len(phrases)))
    at = 0
    for phrase in phrases:
        assert at <= phrase.start <= phrase.end
        at = phrase.end
        assert sum(len(unit.text) for unit in phrase.units) <= 40
        assert all(phrase.start <= unit.start <= unit.end <= phrase.end for unit in phrase.units)


@pytest.mark.parametrize("grapheme", ["e\u0301", "नि", "\u1112\u1161\u11ab"])
def test_one_enormous_unit_is_cut_between_graphemes(grapheme: str) -> None:
    word = grapheme * 100 + "."
    core = PhraserCore(PhrasingOptions(longest=31))
    unit = NormalizedClause(
        units=(SpeechUnit(word, 0, len(word)),), start=0, end=len(word), boundary=END, opening=SENTENCE
    )
    phrases = whole(unit, core=core)
    assert "".join(phrase.words for phrase in phrases) == word
    assert all(phrase.words.startswith(grapheme) for phrase in phrases)


def test_a_grapheme_without_end_is_cut_after_half_of_a_phrase() -> None:
    word = "e" + "\u0301" * 100
    core = PhraserCore(PhrasingOptions(longest=31))
    core.feed(
        NormalizedClause(
            units=(SpeechUnit(word, 0, len(word)),), start=0, end=len(word), boundary=END, opening=SENTENCE
        )
    )
    assert [len(core.phrase(Offer(count)).words) for count in (1, 2)] == [31 // 2, 2 * (31 // 2)]


@pytest.mark.parametrize(("words", "cut"), [(3, False), (4, True), (5, True)])
def test_a_comma_is_a_place_to_breathe_after_four_words(words: int, cut: bool) -> None:
    """Whatever stands before them: a list has short parts, too."""
    for before in ("", "Here, ", "In the house at the end of the road ", "x" * 50):
        core = PhraserCore()
        if before:
            core.feed(clause(before, COMMA if before[-2:] == ", " else Boundary.CONJUNCTION))
        core.feed(clause("and " * (words - 1) + "so, ", COMMA, start=len(before)))
        assert bool(core.breath()) is cut


def test_a_sentence_without_words_is_dropped_when_what_stood_before_it_is_taken() -> None:
    core = PhraserCore()
    for one in clauses(("One. ", LINE), ("... ", LINE), ("Two. ", COMMA)):
        core.feed(one)
    assert core.held == 3
    (phrase,) = itertools.islice(core.take_sentences(), 5)
    assert phrase.words == "One."
    assert core.held == 1
    assert core.breath().clauses == 0


def hurried() -> TurnContext:
    turn = TurnContext()
    turn.clock.listener.realtime = True
    return turn


FIRST = "Of the four ways that I know, "
REST = "two are worth the trouble of a second look. "


@pytest.mark.parametrize(("seconds", "early"), [(1.0, True), (0.01, False)])
async def test_an_early_start_must_be_worth_it(
    autojump_clock: trio.testing.MockClock, seconds: float, early: bool
) -> None:
    """A slow LLM: the rest of the sentence is seconds away. A fast one: it is here at once."""
    first, rest = clauses((FIRST, COMMA), (REST, SENTENCE))
    turn = hurried()

    async def source() -> AsyncIterator[NormalizedClause]:
        yield NormalizedClause(units=(), start=0, end=1, boundary=COMMA, opening=LINE)
        await trio.sleep(seconds)
        yield first
        await trio.sleep(seconds)
        yield rest

    phrases = await collect(source() | Phraser(), turn=turn)
    words = [phrase.words for phrase in phrases]
    assert words == ([FIRST.strip(), REST.strip()] if early else [(FIRST + REST).strip()])


def with_audio(seconds: float) -> TurnContext:
    """A turn whose listener has so many seconds of audio left."""
    turn = hurried()
    turn.clock.supply.receive(seconds)
    turn.clock.listener.take(seconds, dry_at=trio.current_time() + seconds)
    return turn


async def given_at(parts: list[NormalizedClause | float], turn: TurnContext) -> list[tuple[str, float]]:
    """The phrases, and when they came."""

    async def source() -> AsyncIterator[NormalizedClause]:
        for part in parts:
            if isinstance(part, NormalizedClause):
                yield part
            else:
                await trio.sleep(part)

    began = trio.current_time()
    await collect(source() | Phraser(), turn=turn)
    return [(e.phrase.words, round(e.at - began, 3)) for e in turn.timeline if isinstance(e, PhraseReady)]


async def test_sentences_wait_to_be_merged_until_the_listener_s_audio_runs_low(
    autojump_clock: trio.testing.MockClock,
) -> None:
    turn = with_audio(10.0)
    phrases = await given_at([SHORT_ONES[0], 0.5, *SHORT_ONES[1:3], 30.0, SHORT_ONES[3]], turn)
    assert phrases == [
        ("One is here.", 10.0 - MERGING_ENDS),  # the first phrase of a turn is one sentence
        ("Two is here. Three is here.", 10.0 - MERGING_ENDS),
        ("Four.", 30.5),
    ]


async def test_what_waiting_cannot_make_longer_is_given_while_the_listener_is_comfortable(
    autojump_clock: trio.testing.MockClock,
) -> None:
    one, two = clauses(("One is here. ", SENTENCE), ("Two is here. ", SENTENCE))
    two = attrs.evolve(two, opening=Boundary.PARAGRAPH)
    assert await given_at([one, two, 30.0], with_audio(10.0)) == [
        ("One is here.", 10.0 - COMFORTABLE),
        ("Two is here.", 10.0 - MERGING_ENDS),
    ]


async def test_sentences_that_come_before_a_phrase_is_taken_are_merged_with_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    one, two, three = clauses(("One is here. ", SENTENCE), ("Two is here. ", SENTENCE), ("Three is here.", END))
    into, clauses_out = trio.open_memory_channel[NormalizedClause](0)
    phrases_in, out = trio.open_memory_channel[Phrase](0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Phraser().drive, clauses_out, phrases_in, hurried())
        await into.send(one)
        assert (await out.receive()).words == "One is here."
        await into.send(two)
        await trio.sleep(1)
        await into.send(three)
        into.close()
        await trio.sleep(1)
        assert [phrase.words async for phrase in out] == ["Two is here. Three is here."]


async def test_a_sentence_is_cut_only_when_the_listener_s_audio_runs_out(
    autojump_clock: trio.testing.MockClock,
) -> None:
    parts = clauses(("One is here. ", SENTENCE), (FIRST, COMMA), (REST, SENTENCE))
    turn = with_audio(1.0)
    assert await given_at([parts[0], 0.2, parts[1], 0.3, parts[2]], turn) == [
        ("One is here.", 0.0),
        ((FIRST + REST).strip(), 0.5),
    ]
    turn = with_audio(4.0)
    assert await given_at([parts[0], 0.2, parts[1], 30.0, parts[2]], turn) == [
        ("One is here.", 4.0 - MERGING_ENDS),
        (FIRST.strip(), 4.0 - SHORT),
        (REST.strip(), 30.2),
    ]


@pytest.mark.parametrize(
    ("text", "boundary", "at"),
    [
        ("Of the four ways that I know ", Boundary.CONJUNCTION, HURRY),
        ("Of the four ways that I know ", Boundary.NONE, 0.0),
        ("Of the ", Boundary.CONJUNCTION, 60.0),
        ("Well, ", COMMA, IDLE),
    ],
)
async def test_what_has_no_good_place_to_breathe_is_given_when_the_listener_has_waited(
    autojump_clock: trio.testing.MockClock, text: str, boundary: Boundary, at: float
) -> None:
    first, rest = clauses((text, boundary), ("and like. ", SENTENCE))
    phrases = await given_at([first, 60.0, rest], with_audio(0.5))
    if at < 60:
        assert phrases == [(text.strip(), at), ("and like.", 60.0)]
    else:
        assert phrases == [(text + "and like.", 60.0)]


@pytest.mark.parametrize("attempt", range(4))
async def test_a_sentence_that_is_whole_when_the_wait_for_it_ends_is_given_once(
    autojump_clock: trio.testing.MockClock, attempt: int
) -> None:
    """Trio runs what waits and what reads in random order."""
    first, rest = clauses(("Well, ", COMMA), ("and like. ", SENTENCE))
    into, clauses_out = trio.open_memory_channel[NormalizedClause](1)
    phrases_in, out = trio.open_memory_channel[Phrase](0)
    words: list[str] = []

    async def receive() -> None:
        words.extend([phrase.words async for phrase in out])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(Phraser().drive, clauses_out, phrases_in, hurried())
        nursery.start_soon(receive)
        with into:
            await into.send(first)
            await trio.testing.wait_all_tasks_blocked()
            autojump_clock.jump(IDLE)
            into.send_nowait(rest)
            await trio.testing.wait_all_tasks_blocked()
    assert words in (["Well, and like."], ["Well,", "and like."])


async def test_many_words_without_a_good_place_are_given_after_a_second(autojump_clock: trio.testing.MockClock) -> None:
    names = clauses(*[(f"Number{at}, ", COMMA) for at in range(20)], ("done.", END))
    timed = [part for name in names for part in (name, 0.2)]
    (words, at), *_ = await given_at(timed, with_audio(0.1))
    assert at == pytest.approx(11 * 0.2 + HURRY, abs=0.21)
    assert words.startswith("Number0, ")


async def test_clauses_that_keep_coming_do_not_prolong_the_silence(autojump_clock: trio.testing.MockClock) -> None:
    """A short opener, then a long sentence: its first clause is given while it is written."""
    parts = clauses(
        ("Sure! ", SENTENCE),
        ("Here is a long answer, ", COMMA),
        ("which begins with a clause, ", COMMA),
        ("and goes on for a while, ", COMMA),
        ("until it ends at last. ", SENTENCE),
    )
    turn = hurried()
    turn.timeline.record(FirstToken(trio.current_time()))
    timed: list[NormalizedClause | float] = []
    for part in parts:
        timed += [len(part.words) / 50, part]  # ten tokens a second
    phrases = await given_at(timed, turn)
    assert phrases[0] == ("Sure!", 0.12)
    assert phrases[1] == ("Here is a long answer,", 0.58)


async def test_a_file_has_no_listener_to_hurry_for(autojump_clock: trio.testing.MockClock) -> None:
    first, rest = clauses((FIRST, COMMA), (REST, SENTENCE))

    async def source() -> AsyncIterator[NormalizedClause]:
        yield first
        await trio.sleep(5)
        yield rest

    phrases = await collect(source() | Phraser())
    assert [phrase.words for phrase in phrases] == [(FIRST + REST).strip()]


def test_options_are_checked_and_are_what_is_documented() -> None:
    assert PhrasingOptions() == PhrasingOptions(
        eager=True, early_start=True, early_words=4, early_cjk=6, worth=0.25, merge=240, longest=300
    )
    assert PhrasingOptions(early_words=1, early_cjk=1, worth=0, merge=0, longest=20)
    for name in ("early_words", "early_cjk"):
        too_few: dict[str, Any] = {name: 0}
        with pytest.raises(ValueError, match=name):
            PhrasingOptions(**too_few)
    with pytest.raises(ValueError, match="longest"):
        PhrasingOptions(longest=5)


@pytest.mark.parametrize("attempt", range(8))
async def test_the_next_phrase_is_decided_when_the_one_before_it_counts(
    autojump_clock: trio.testing.MockClock, attempt: int
) -> None:
    """The synthesizer says how long a phrase is when it takes it. Trio runs the two stages after that in random order."""
    turn = hurried()
    clauses_in, clauses_out = trio.open_memory_channel[NormalizedClause](4)
    phrases_in, phrases_out = trio.open_memory_channel[Phrase](0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Phraser().drive, clauses_out, phrases_in, turn)
        with clauses_in:
            for result in clauses(("One line.", LINE), ("Another line.", LINE)):
                await clauses_in.send(result)
        await phrases_out.receive()
        turn.clock.supply.promise(COMFORTABLE + 1)
        await trio.sleep(1)
        with pytest.raises(trio.WouldBlock):
            phrases_out.receive_nowait()
        turn.clock.supply.promise(0)
        assert (await phrases_out.receive()).words == "Another line."


def test_a_break_stands_before_one_clause() -> None:
    core = PhraserCore()
    core.feed(
        NormalizedClause(units=(), start=0, end=5, boundary=Boundary.LINE, opening=Boundary.LINE, break_before=2.0)
    )
    for at in (5, 10):
        unit = SpeechUnit("Yes. ", at, at + 5)
        core.feed(
            NormalizedClause(units=(unit,), start=at, end=at + 5, boundary=Boundary.LINE, opening=Boundary.SENTENCE)
        )
    assert [phrase.break_before for phrase in core.take_sentences()] == [2.0, 0.0]


def test_a_phrase_that_is_too_long_ends_between_two_words() -> None:
    words = ["alpha ", "beta ", "gamma", "-delta ", "epsilon"]
    units = tuple(SpeechUnit(word, 10 * at, 10 * at + len(word)) for at, word in enumerate(words))
    core = PhraserCore(PhrasingOptions(longest=20))
    core.feed(NormalizedClause(units=units, start=0, end=50, boundary=Boundary.END, opening=Boundary.PARAGRAPH))
    core.end()
    assert [phrase.words for phrase in core.take_sentences()] == ["alpha beta", "gamma-delta epsilon"]


def test_a_break_before_marks_alone_goes_to_the_paragraph_that_waits() -> None:
    core = PhraserCore()
    marks, words = SpeechUnit("\u2014 ", 0, 2), SpeechUnit("Yes.", 2, 6)
    core.feed(
        NormalizedClause(
            units=(marks,), start=0, end=2, boundary=Boundary.COMMA, opening=Boundary.LINE, break_before=2.0
        )
    )
    core.feed(
        NormalizedClause(
            units=(words,), start=2, end=6, boundary=Boundary.LINE, opening=Boundary.PARAGRAPH, break_before=1.0
        )
    )
    (phrase,) = core.take_sentences()
    assert (phrase.words, phrase.break_before) in [("Yes.", 3.0), ("\u2014 Yes.", 2.0)]
