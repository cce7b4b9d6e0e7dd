"""What the events of a turn add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet import Boundary, Clause, Phrase, PhraseState, SpeechUnit, TurnResult
from triolet.alignment._heard import heard_unit_count
from triolet.alignment._voicing import Voiced
from triolet.turn._events import (
    ClauseCut,
    CommitLost,
    Event,
    FillerSaid,
    FirstAudible,
    FirstAudio,
    FirstToken,
    OutputOpened,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseGrew,
    PhraseHeard,
    PhrasePlaying,
    PhraseReady,
    PhraseResumed,
    TextLeft,
    TurnEnded,
    TurnStarted,
    Underrun,
    WordsTimed,
)
from triolet.turn._result import TurnLedger
from triolet.turn._timeline import Timeline

TEXT = "One two three. *Four* five six."
RATE = 8000


def phrase(index: int, start: int, end: int) -> Phrase:
    units: list[SpeechUnit] = []
    at = start
    for word in TEXT[start:end].split():
        where = TEXT.index(word, at)
        after = where + len(word)
        while after < end and TEXT[after] == " ":
            after += 1
        units.append(SpeechUnit(word.strip("*") + " ", where, after))
        at = after
    return Phrase(index=index, units=tuple(units), start=start, end=end, boundary=Boundary.SENTENCE)


def cut(start: int, end: int) -> Clause:
    return Clause(text=TEXT[start:end], start=start, end=end, boundary=Boundary.SENTENCE, opening=Boundary.SENTENCE)


def turn(*rest: Event) -> list[Event]:
    return [
        TurnStarted(10.0),
        OutputOpened(10.0, RATE, realtime=True),
        FirstToken(10.2),
        ClauseCut(10.3, cut(0, 14)),
        ClauseCut(10.5, cut(14, len(TEXT))),
        PhraseReady(10.3, phrase(0, 0, 14)),
        PhraseReady(10.5, phrase(1, 15, len(TEXT))),
        PhraseCommitted(10.4, 0),
        FirstAudio(10.6, 0),
        FirstAudible(10.7),
        PhraseComplete(11.0, 0, 8000, 14),
        *rest,
    ]


def test_a_turn_that_was_heard_whole() -> None:
    result = TurnResult.fold(
        turn(
            PhraseComplete(11.5, 1, 8000, 16),
            PhraseHeard(12, 0, 8000, whole=True),
            PhraseHeard(13, 1, 8000, whole=True),
            TurnEnded(13),
        )
    )
    assert (result.text, result.heard, result.unheard) == (TEXT, TEXT, "")
    assert [report.state for report in result.phrases] == [PhraseState.HEARD] * 2
    assert (result.seconds, result.characters, result.interrupted) == (2.0, 30, False)


@pytest.mark.parametrize("index", [0, 1])
def test_what_happens_to_a_phrase_after_it_was_heard_counts_all_the_same(index: int) -> None:
    """A bill that comes late, a failure that is found late: whether the result was asked for before or not."""
    heard = [PhraseHeard(12, 0, 8000, whole=True), PhraseHeard(13, 1, 8000, whole=True)]
    ledger = TurnLedger()
    for event in turn(PhraseComplete(11.5, 1, 8000, 16), *heard):
        ledger.add(event)
    before = ledger.result()
    assert before.characters == 14 + 16
    ledger.add(PhraseComplete(14, index, 8000, 99))
    assert ledger.result().phrases[index].billed == 99
    assert ledger.result().characters == before.characters - before.phrases[index].billed + 99
    ledger.add(PhraseFailed(15, index, 8000, "cut short"))
    states = [PhraseState.HEARD, PhraseState.HEARD]
    states[index] = PhraseState.FAILED
    assert [report.state for report in ledger.result().phrases] == states
    assert ledger.result().phrases[index].reason == "cut short"
    assert ledger.result().phrases[1 - index] == before.phrases[1 - index]


def test_a_cut_falls_between_pieces_and_marks_go_with_what_is_before_them() -> None:
    result = TurnResult.fold(
        turn(
            PhraseComplete(11.5, 1, 9000, 16),
            PhraseHeard(12, 0, 8000, whole=True),
            PhraseHeard(13, 1, 4500, whole=False),
            TurnEnded(13, interrupted=True),
        )
    )
    assert result.heard == "One two three. *Four* "
    assert result.heard + result.unheard == TEXT
    assert [report.state for report in result.phrases] == [PhraseState.HEARD, PhraseState.PARTIAL]
    assert result.interrupted


def test_a_phrase_that_failed_leaves_a_hole() -> None:
    result = TurnResult.fold(
        turn(
            PhraseFailed(11.5, 0, 0, "refused"),
            PhraseComplete(11.6, 1, 8000, 16),
            PhraseHeard(13, 1, 8000, whole=True),
            TurnEnded(13),
        )
    )
    assert result.heard == " *Four* five six."
    assert result.unheard == "One two three."
    assert (result.phrases[0].state, result.phrases[0].reason) == (PhraseState.FAILED, "refused")


def test_text_that_was_not_cut_is_unheard() -> None:
    result = TurnResult.fold([TurnStarted(0), TextLeft(1, "half a sen"), TurnEnded(1, error="LLMError: gone")])
    assert (result.text, result.heard, result.unheard) == ("half a sen", "", "half a sen")
    assert result.error == "LLMError: gone"


def test_the_latencies_count_from_the_start_of_the_turn() -> None:
    latency = TurnResult.fold(turn(Underrun(12, 0.25), Underrun(13, 0.125))).latency
    assert str(latency) == (
        "first token 200 ms · clause 300 ms · commit 400 ms · byte 600 ms · audible 700 ms · longest gap 250 ms"
    )


def test_an_empty_turn_has_no_latencies() -> None:
    assert str(TurnResult.fold([]).latency).startswith("first token - · clause -")


def test_an_observer_sees_each_event_when_it_happens() -> None:
    seen: list[Event] = []
    timeline = Timeline(seen.append)
    event = FirstToken(1.0)
    timeline.record(event)
    assert seen == [event] == list(timeline)


@given(
    st.lists(st.text("ab1,好", min_size=1, max_size=8), min_size=1, max_size=20),
    st.integers(0, 50_000),
    st.integers(1, 50_000),
)
def test_more_sound_is_never_fewer_words(words: list[str], heard: int, total: int) -> None:
    units = [SpeechUnit(word, index, index + 1) for index, word in enumerate(words)]
    heard = min(heard, total)
    count = heard_unit_count(units, heard=heard, total=total, sample_rate=RATE)
    assert 0 <= count <= len(units)
    assert count <= heard_unit_count(units, heard=min(total, heard + 100), total=total, sample_rate=RATE)
    assert heard_unit_count(units, heard=total, total=total, sample_rate=RATE) == len(units)
    assert heard_unit_count(units, heard=0, total=total, sample_rate=RATE) == 0


def cut_after(samples: int, *more: Event) -> TurnResult:
    return TurnResult.fold(
        turn(
            PhraseCommitted(11.1, 1),
            FirstAudio(11.2, 1),
            *more,
            PhraseHeard(12, 0, 8000, whole=True),
            PhraseHeard(13, 1, samples, whole=False, voiced=Voiced(samples, ((0, samples),))),
            TurnEnded(13, interrupted=True),
        )
    )


def test_word_times_make_the_cut_exact() -> None:
    exact = cut_after(2600, PhraseComplete(11.5, 1, 9000, 16), WordsTimed(11.5, 1, (2500, 2700, 8000)))
    assert exact.heard == "One two three. *Four* "
    assert not exact.estimated
    estimate = cut_after(2600, PhraseComplete(11.5, 1, 9000, 16))
    assert estimate.estimated
    assert [report.estimated for report in estimate.phrases] == [False, True]


def test_a_word_is_heard_with_its_last_sample() -> None:
    for samples, heard in ((2499, "One two three."), (2500, "One two three. *Four* ")):
        timed = cut_after(samples, PhraseComplete(11.5, 1, 9000, 16), WordsTimed(11.5, 1, (2500, 2700, 8000)))
        assert timed.heard == heard


@pytest.mark.parametrize("later", [PhraseCommitted(11.6, 1), PhraseResumed(11.6, 1, 5000, 1, 0)])
def test_word_times_of_a_commit_that_was_lost_hold_no_longer(later: Event) -> None:
    timeline = Timeline()
    for event in turn(PhraseCommitted(11.1, 1), WordsTimed(11.5, 1, (2500, 2700))):
        timeline.record(event)
    assert timeline.word_ends(1) == (2500, 2700)
    timeline.record(later)
    assert timeline.word_ends(1) == ()
    assert timeline.word_ends(7) == ()
    timeline.record(PhraseHeard(13, 1, 2600, whole=False, voiced=Voiced(2600, ((0, 2600),))))
    assert timeline.result.phrases[1].estimated


def test_an_observer_that_asks_for_the_result_finds_the_event_in_it() -> None:
    texts: list[str] = []
    timeline = Timeline(lambda event: texts.append(timeline.result.text))
    timeline.record(TextLeft(1, "half a sen"))
    assert texts == ["half a sen"]
    assert len(timeline) == 1


def test_a_phrase_that_grew_ends_where_its_last_words_do() -> None:
    first, more = phrase(0, 0, 14), phrase(1, 15, len(TEXT))
    result = TurnResult.fold([PhraseReady(1, first), PhraseGrew(2, 0, more.units, len(TEXT))])
    (grown,) = result.phrases
    assert (grown.phrase.start, grown.phrase.end) == (0, len(TEXT))
    assert grown.phrase.units == (*first.units, *more.units)


def test_what_was_billed_and_not_heard_is_wasted() -> None:
    result = cut_after(2600, PhraseComplete(11.5, 1, 9000, 30), WordsTimed(11.5, 1, (2500, 2700, 8000)))
    assert result.characters == 14 + 30
    # " Four " is 5 of the 15 characters of the phrase.
    assert result.wasted == round(30 * 10 / 15)
    assert result.cost(0.5, per=10) == pytest.approx(2.2)


def test_a_commit_that_the_service_has_not_counted_is_taken_by_its_length() -> None:
    result = cut_after(2600)
    assert result.phrases[1].billed == len(result.phrases[1].phrase.words)
    assert result.characters == 14 + result.phrases[1].billed


def test_a_commit_that_was_cut_off_before_its_audio_is_taken_by_its_length_and_one_that_was_refused_is_not() -> None:
    """A service bills what it has begun to say; whether it has is not known of one that was cut off."""
    length = len(phrase(1, 15, len(TEXT)).words)
    cut_off = TurnResult.fold(turn(PhraseCommitted(11.1, 1), TurnEnded(12, interrupted=True)))
    assert (cut_off.phrases[1].billed, cut_off.phrases[1].wasted) == (length, length)
    refused = TurnResult.fold(turn(PhraseCommitted(11.1, 1), PhraseFailed(11.2, 1, 0, "refused"), TurnEnded(12)))
    assert (refused.phrases[1].billed, refused.phrases[1].wasted) == (0, 0)
    begun = [PhraseCommitted(11.1, 1), FirstAudio(11.2, 1), PhraseFailed(11.3, 1, 500, "lost"), TurnEnded(12)]
    assert TurnResult.fold(turn(*begun)).phrases[1].billed == length


def test_a_commit_of_a_voice_that_bills_nothing_is_not_taken_by_its_length() -> None:
    result = TurnResult.fold(
        turn(PhraseCommitted(11.1, 1, bills=False), FirstAudio(11.2, 1), TurnEnded(12, interrupted=True))
    )
    assert (result.phrases[1].billed, result.phrases[1].wasted) == (0, 0)


def test_a_filler_is_billed_with_the_turn() -> None:
    plain, filled = cut_after(2600), cut_after(2600, FillerSaid(11.9, 12, wasted=5))
    assert (filled.characters, filled.filler) == (plain.characters + 12, 12)
    assert filled.wasted == plain.wasted + 5
    assert (filled.text, filled.phrases) == (plain.text, plain.phrases)


def test_what_is_said_twice_is_billed_twice_and_what_was_refused_is_not() -> None:
    again = [PhraseCommitted(11.3, 1), FirstAudio(11.4, 1), PhraseComplete(11.5, 1, 8000, 16)]
    whole = [PhraseHeard(12, 0, 8000, whole=True), PhraseHeard(13, 1, 8000, whole=True), TurnEnded(13)]
    repeated = TurnResult.fold(turn(PhraseCommitted(11.1, 1), FirstAudio(11.2, 1), *again, *whole))
    once = len(repeated.phrases[1].phrase.words)
    assert (repeated.phrases[1].billed, repeated.wasted) == (once + 16, once)
    refused = TurnResult.fold(turn(PhraseCommitted(11.1, 1), *again, *whole))
    assert (refused.phrases[1].billed, refused.wasted) == (16, 0)


def resumed(*, at: int, unit: int, repeated: int, heard: int, total: int | None = 9000) -> TurnResult:
    """The second phrase is lost and resumed; so much of it is heard."""
    whole = total is not None and heard >= total
    more: list[Event] = [PhraseCommitted(11.4, 1), FirstAudio(11.5, 1)]
    if total is not None:
        more.append(PhraseComplete(11.6, 1, total, 9))
    return TurnResult.fold(
        turn(
            PhraseCommitted(11.1, 1),
            FirstAudio(11.2, 1),
            CommitLost(11.3, 1, 5000, "ConnectionLost"),
            PhraseResumed(11.3, 1, at, unit, repeated),
            *more,
            PhraseHeard(12, 0, 8000, whole=True, voiced=Voiced(8000, ((0, 8000),))),
            PhraseHeard(13, 1, heard, whole=whole, voiced=Voiced(heard, ((0, heard),))),
            TurnEnded(13, interrupted=not whole),
        )
    )


LENGTHS = [len(unit.text) for unit in phrase(1, 15, len(TEXT)).units]
"""Of its three pieces."""


def test_a_phrase_that_was_resumed_at_a_pause_costs_what_was_not_said_by_the_first_commit() -> None:
    result = resumed(at=3000, unit=1, repeated=0, heard=9000)
    report = result.phrases[1]
    words = sum(LENGTHS)
    assert (report.state, report.heard_units, result.repeated) == (PhraseState.HEARD, 3, 0)
    assert report.billed == len(report.phrase.words) + 9
    first = len(report.phrase.words)
    assert report.wasted == first - round(first * LENGTHS[0] / words)
    assert result.heard == TEXT


def test_words_said_again_are_wasted_once_and_counted_as_a_repeat() -> None:
    result = resumed(at=5000, unit=0, repeated=2, heard=9000)
    report = result.phrases[1]
    assert (result.repeated, result.heard) == (1, TEXT)
    assert report.wasted == len(report.phrase.words), "the first commit was all in vain"


def test_what_was_heard_of_a_resumed_phrase_is_estimated_in_each_part() -> None:
    """The parts are known to begin with a piece, whatever the pace was before."""
    in_the_first = resumed(at=3000, unit=1, repeated=0, heard=2900)
    assert in_the_first.phrases[1].heard_units <= 1
    at_the_seam = resumed(at=3000, unit=1, repeated=0, heard=3001)
    assert at_the_seam.phrases[1].heard_units == 1
    assert at_the_seam.phrases[1].estimated
    in_the_second = resumed(at=3000, unit=1, repeated=0, heard=8000)
    assert in_the_second.phrases[1].heard_units == 2


@pytest.mark.parametrize("heard", range(200, 4000, 200))
def test_what_was_heard_before_a_phrase_was_resumed_does_not_hang_on_what_came_after(heard: int) -> None:
    """The first part says the first two pieces, with a pause between them, whatever the second part sounds like."""
    first, sound = phrase(1, 15, len(TEXT)).units[:2], ((0, 1500), (2500, 4000))
    expected = heard_unit_count(first, heard=heard, total=4000, sample_rate=RATE, voiced=Voiced(4000, sound))
    for after in [(), ((4000, 9000),), ((4100, 4900), (6000, 6100), (7000, 9000))]:
        result = TurnResult.fold(
            turn(
                PhraseCommitted(11.1, 1),
                FirstAudio(11.2, 1),
                PhraseResumed(11.3, 1, 4000, 2, 0),
                PhraseCommitted(11.4, 1),
                FirstAudio(11.5, 1),
                PhraseComplete(11.6, 1, 9000, 5),
                PhraseHeard(13, 1, heard, whole=False, voiced=Voiced(9000, (*sound, *after))),
                TurnEnded(13, interrupted=True),
            )
        )
        assert result.phrases[1].heard_units == expected


@given(st.integers(1, 8000), st.integers(0, 2), st.integers(0, 2), st.integers(0, 9000), st.sampled_from([None, 9000]))
def test_more_of_a_resumed_phrase_is_never_fewer_words_nor_more_waste(
    at: int, unit: int, repeated: int, heard: int, total: int | None
) -> None:
    repeated = min(repeated, 3 - unit)
    less, more = (
        resumed(at=at, unit=unit, repeated=repeated, heard=samples, total=total).phrases[1]
        for samples in (heard, min(9000, heard + 500))
    )
    assert 0 <= less.heard_units <= more.heard_units <= 3
    assert 0 <= more.wasted <= less.wasted <= less.billed == more.billed
    if heard > at:
        assert less.heard_units >= unit


def test_a_chain_without_a_phraser_has_phrases_all_the_same() -> None:
    """What a commit reports comes before anybody has said which words it has."""
    result = TurnResult.fold(
        [
            TurnStarted(0),
            OutputOpened(0, RATE, realtime=True),
            PhraseCommitted(1, 0),
            PhraseComplete(2, 0, 800, 14),
            PhrasePlaying(2, phrase(0, 0, 14)),
            PhraseHeard(3, 0, 800, whole=True),
            TurnEnded(3),
        ]
    )
    assert result.phrases[0].state is PhraseState.HEARD
    assert result.characters == 14


def test_the_pace_of_the_voice_so_far_tells_how_much_of_an_unfinished_phrase_was_heard() -> None:
    """The same time in the second phrase is fewer words if the first one was said more slowly."""

    def heard(first: int) -> str:
        return TurnResult.fold(
            [
                *turn()[:-1],
                PhraseComplete(11.0, 0, first, 14),
                PhraseHeard(12, 0, first, whole=True, voiced=Voiced(first, ((0, first),))),
                PhraseHeard(13, 1, 5200, whole=False, voiced=Voiced(5200, ((0, 5200),))),
                TurnEnded(13, interrupted=True),
            ]
        ).heard

    assert len(heard(5000)) > len(heard(20_000)) >= len("One two three.")


def test_a_price_must_be_one() -> None:
    with pytest.raises(ValueError, match="-1"):
        TurnResult().cost(-1)
