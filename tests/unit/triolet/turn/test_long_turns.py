"""However long a turn is, what was heard of it is known at once, and nothing that is asked of it stops the loop."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests._nightly import few
from tests.unit.triolet._cost import TWO_MILLISECONDS, lines
from tests.unit.triolet.turn._streamed import RATE, StreamedTurn, prose

from triolet import Boundary, Clause, Phrase, SpeechUnit, TurnResult
from triolet.alignment._voicing import Voiced
from triolet.turn._events import (
    ClauseCut,
    Event,
    OutputOpened,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseHeard,
    PhraseReady,
    TurnEnded,
    TurnStarted,
    VoicePaused,
)
from triolet.turn._timeline import Timeline

HALF_AN_HOUR = 1800


@pytest.mark.parametrize("pace", few([0.7, 1.0, 1.4], 2))
def test_what_was_heard_of_half_an_hour_in_one_phrase_is_known_to_a_few_words(pace: float) -> None:
    turn = StreamedTurn.said(prose(1300), pace=pace, seed=1)
    for share in few((0.02, 0.95, 0.3, 0.6), 2):
        heard = round(share * turn.samples)
        (phrase,) = TurnResult.fold(turn.interrupted(heard)).phrases
        assert phrase.estimated
        assert abs(phrase.heard_units - sum(end <= heard for end in turn.ends)) <= 3


def costs(events: list[Event]) -> tuple[Timeline, int]:
    """A timeline of these events, and the most lines that any call on it runs."""
    timeline = Timeline()
    most = 0
    for at, event in enumerate(events):
        if at % 3 and at < len(events) - 30:  # those of one kind are alike
            timeline.record(event)
        else:
            most = max(most, lines(lambda event=event: timeline.record(event)))  # type: ignore[misc]
    return timeline, max(most, lines(lambda: timeline.result))


TEXTS = {
    "prose": prose(300),
    "a comma after each Han character": [["好，"]] * 300,
    "a comma after each letter": [["a, "]] * 300,
    "marks alone": [[". "]] * 300,
    "no mark": [["tulip "]] * 300,
    "clauses of a hundred words": [["one "] * 100 for _ in range(20)],
    "words of a hundred thousand characters": [["a" * 100_000 + ", "]] * 5,
    "a hundred thousand Han characters in one unit": [["好" * 100_000]] * 3,
}


@pytest.mark.parametrize("ahead", [10.0, math.inf])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_event_of_a_streamed_turn_stops_the_loop(text: list[list[str]], ahead: float) -> None:
    turn = StreamedTurn.said(text, pace=1.0, pause=0.15)
    _, most = costs(list(turn.interrupted(round(0.95 * turn.samples), ahead=ahead)))
    assert most <= TWO_MILLISECONDS


def test_the_result_of_half_an_hour_in_one_phrase_is_there_at_once() -> None:
    turn = StreamedTurn.said(prose(2000, seed=2), pace=1.3)
    assert turn.samples > HALF_AN_HOUR * RATE
    timeline = Timeline()
    for event in turn.interrupted(round(0.95 * turn.samples)):
        timeline.record(event)
    assert lines(lambda: timeline.result) <= TWO_MILLISECONDS


def phrases(count: int) -> list[Event]:
    """A turn of many phrases; the last is cut, one has failed in the middle."""
    events: list[Event] = [TurnStarted(0), OutputOpened(0, RATE, realtime=True)]
    at = 0
    for index in range(count):
        units = tuple(SpeechUnit(f"{word} ", at + 6 * n, at + 6 * n + 6) for n, word in enumerate(["tulip"] * 20))
        start, at = at, at + 120
        text = "".join(unit.text for unit in units)
        phrase = Phrase(index=index, units=units, start=start, end=at, boundary=Boundary.SENTENCE)
        clause = Clause(text=text, start=start, end=at, boundary=Boundary.SENTENCE, opening=Boundary.SENTENCE)
        heard, whole = (5 * RATE, True) if index < count - 1 else (2 * RATE, False)
        events += [ClauseCut(0, clause), PhraseReady(0, phrase), PhraseCommitted(0, index)]
        if index == count // 2:
            events.append(PhraseFailed(0, index, heard, "lost"))
        else:
            events.append(PhraseComplete(0, index, 5 * RATE, 120))
        events.append(PhraseHeard(0, index, heard, whole, Voiced(heard, ((0, heard),))))
    return [*events, TurnEnded(0, interrupted=True)]


def test_no_event_of_a_turn_of_many_phrases_stops_the_loop() -> None:
    """Each phrase costs the same, however many were before."""
    timeline, most = costs(phrases(1000))
    assert most <= TWO_MILLISECONDS
    assert len(timeline.result.phrases) == 1000


def test_what_was_heard_to_its_end_is_added_up_once() -> None:
    """The result costs as much after a thousand phrases as after ten."""
    cost: list[int] = []
    for count in (10, 1000):
        timeline = Timeline()
        for event in phrases(count):
            if not isinstance(event, PhraseFailed):
                timeline.record(event)
        cost.append(lines(lambda timeline=timeline: timeline.result))  # type: ignore[misc]
    assert cost[1] <= cost[0] + 10


@given(st.integers(0, 2**32), st.floats(0.02, 1), st.integers(1, 60), st.sampled_from([0.5, 3.0, math.inf]))
def test_the_pauses_in_between_tell_nothing_that_the_end_does_not(
    seed: int, share: float, clauses: int, ahead: float
) -> None:
    """They spread the work; what comes out is the same without them."""
    turn = StreamedTurn.said(prose(clauses, seed), pace=1.0, seed=seed)
    events = list(turn.interrupted(RATE // 10 + round(share * turn.samples), ahead=ahead))
    told = TurnResult.fold(events)
    untold = TurnResult.fold(event for event in events if not isinstance(event, VoicePaused))
    assert told.heard + told.unheard == told.text
    assert abs(told.phrases[0].heard_units - untold.phrases[0].heard_units) <= 1


@given(st.integers(1, 12), st.data())
def test_the_result_is_the_same_at_any_time_of_a_turn(count: int, data: st.DataObject) -> None:
    events = phrases(count)
    until = data.draw(st.integers(0, len(events)))
    timeline = Timeline()
    for event in events[:until]:
        timeline.record(event)
        if data.draw(st.booleans()):
            assert timeline.result.heard + timeline.result.unheard == timeline.result.text
    assert timeline.result == TurnResult.fold(events[:until]) == TurnResult.fold(timeline)
