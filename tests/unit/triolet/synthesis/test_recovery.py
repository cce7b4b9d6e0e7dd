"""What is decided about a commit that failed: nothing lost, nothing twice that is not recorded, no cut where none may be."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from triolet import BlockKind, Boundary, Phrase, RecoveryPolicy, SpeechUnit
from triolet.alignment._sure_pauses import SurePause, sure_pauses
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import weight
from triolet.errors import (
    AuthenticationFailed,
    ConnectionLost,
    DeadlineExpired,
    NoAudio,
    ServiceError,
    TooMuchAudio,
    TTSError,
    Unspeakable,
)
from triolet.synthesis._recovery import (
    BEFORE_THE_LOSS,
    Lost,
    Resumption,
    Step,
    may_part,
    next_step,
    pauses_to_part_at,
    resumption,
)

Result = TypeVar("Result")

RATE = 8000


def phrase(text: str, kind: BlockKind = BlockKind.PROSE, language: str = "en") -> Phrase:
    units: list[SpeechUnit] = []
    at = 0
    for word in text.split(" "):
        units.append(SpeechUnit(word + " ", at, at + len(word) + 1))
        at += len(word) + 1
    return Phrase(
        index=0, units=tuple(units), start=0, end=at, boundary=Boundary.SENTENCE, kind=kind, language=language
    )


def done(work: Generator[None, None, Result]) -> Result:
    """What it returns, done without a break."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result


class Saying:
    """A phrase as a voice says it: at this pace, with a pause at these of its marks."""

    def __init__(self, text: str, *, pace: float = 1.0, pause: float = 0.3, mute: frozenset[int] = frozenset()) -> None:
        self.phrase = phrase(text)
        self.times: list[tuple[int, int]] = []
        """The samples [start, end) of each piece."""
        at = round(0.05 * RATE)
        for number, unit in enumerate(self.phrase.units):
            end = at + max(80, round(weight(unit.text) / pace * RATE))
            self.times.append((at, end))
            silent = unit.text.rstrip()[-1] in ",.!?;:" and number not in mute
            at = end + round(pause * RATE) * silent
        self.samples = max(self.times[-1][1] + round(pause * RATE), at)

    def voiced(self, samples: int) -> Voiced:
        """What the first so many samples show."""
        runs: list[tuple[int, int]] = []
        for start, end in self.times:
            if start >= samples:
                break
            if runs and runs[-1][1] == start:
                runs[-1] = (runs[-1][0], min(end, samples))
            else:
                runs.append((start, min(end, samples)))
        return Voiced(samples, tuple(runs))

    def said(self, samples: int) -> int:
        """How many pieces are over after so many samples."""
        return sum(end <= samples for _, end in self.times)

    def begun(self, samples: int) -> int:
        return sum(start < samples for start, _ in self.times)

    def resumed(
        self, received: int, passed_on: int, *, pace: float | None = None, timed: bool = False, fade: int = 0
    ) -> Resumption:
        """Where it goes on, if it is lost after so many samples."""
        ends = tuple(end for _, end in self.times[: self.said(received)]) if timed else ()
        lost = Lost(self.phrase, 0, self.voiced(received), RATE, pace, ends)
        return resumption(lost, done(pauses_to_part_at(lost)), passed_on=passed_on, fade=fade)


# fmt: off
WORDS = (
    "map", "way", "walk", "hill", "river", "morning", "station", "window", "together", "remember", "something", "beautiful",
    "Anna", "Paris", "London", "42", "7", "1,969", "3.5", "XK4", "foo_bar()", "the", "a", "of",
)
# fmt: on
sentences = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(["", "", "", "", ",", ".", ";", "!"])), min_size=2, max_size=25
).map(lambda words: " ".join(word + mark for word, mark in words))
sayings = st.builds(
    Saying,
    sentences,
    pace=st.floats(0.75, 1.35),
    pause=st.floats(0.15, 0.6),
)


@given(sayings, st.floats(0, 1), st.floats(0, 1), st.sampled_from(["unknown", "known", "times"]))
def test_nothing_is_lost_and_nothing_is_said_twice_unless_recorded(
    saying: Saying, received: float, passed: float, knowledge: str
) -> None:
    """Whatever the voice's pace, the length of its pauses, the place of the loss, and what is known of them."""
    samples = round(received * saying.samples)
    passed_on = round(passed * samples)
    assume(passed_on > 0)
    pace = sum(weight(unit.text) for unit in saying.phrase.units) / (
        sum(end - start for start, end in saying.times) / RATE
    )
    known = pace if knowledge == "known" else None
    point = saying.resumed(samples, passed_on, pace=known, timed=knowledge == "times", fade=80)
    assert passed_on <= point.keep <= samples
    assert 0 <= point.unit <= len(saying.phrase.units)
    said = saying.said(point.keep)
    event(f"{knowledge}: {'repeated' if point.repeated else 'at a pause'}")
    assert point.unit <= said, "words are lost"
    if not point.repeated:
        assert point.unit == said == saying.begun(point.keep), "words are said twice"
    else:
        assert saying.begun(point.keep) <= point.unit + point.repeated, "more is said twice than recorded"
        if point.unit:
            start = saying.times[point.unit][0]
            assert start <= point.keep - BEFORE_THE_LOSS * RATE
    assert may_part(saying.phrase, point.unit)


@given(sayings, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_the_more_was_passed_on_the_later_it_goes_on(
    saying: Saying, received: float, first: float, second: float, timed: bool
) -> None:
    """As long as a pause is left that has not been passed on, it is the place to go on; with word times, as long as a word
    end is.
    """
    samples = round(received * saying.samples)
    less, more = sorted((round(first * samples), round(second * samples)))
    before = saying.resumed(samples, less, timed=timed)
    after = saying.resumed(samples, more, timed=timed)
    if not after.repeated:
        assert not before.repeated
        assert (before.unit, before.keep) <= (after.unit, after.keep)
        assert timed or before.unit == after.unit


@given(sayings, st.floats(0, 1), st.sets(st.integers(0, 24), max_size=2))
def test_a_pause_whose_mark_is_sure_is_there(saying: Saying, received: float, mute: set[int]) -> None:
    """Also where the voice makes no pause at one mark in twenty, or at two that follow each other."""
    some = Saying(saying.phrase.words, mute=frozenset(mute))
    samples = round(received * some.samples)
    for pause in sure_pauses(some.phrase.units, some.voiced(samples), sample_rate=RATE):
        assert pause.unit <= some.said(pause.start), "words would be lost"


BREATHS = (
    "We look at the map, then we choose a way; and we walk together for a while.",
    "It takes three days, or five, until you see it in your account.",
    "Yes, of course, I can do that, and I will.",
)


@pytest.mark.parametrize("pace", [0.75, 1.0, 1.35])
@pytest.mark.parametrize("text", BREATHS)
def test_a_breath_where_there_is_no_mark_loses_nothing(text: str, pace: float) -> None:
    """At any place, the mark before or after it silent or not: it is not taken for a mark that comes later."""
    for breath in range(1, len(text.split())):
        for silent in (frozenset[int](), frozenset({breath, breath + 1, breath + 2})):
            saying = Saying(text, pace=pace, mute=silent)
            shift = round(0.15 * RATE)
            saying.times[breath:] = [(start + shift, end + shift) for start, end in saying.times[breath:]]
            for samples in range(saying.times[breath][0], saying.times[-1][1], 3999):
                for pause in sure_pauses(saying.phrase.units, saying.voiced(samples), sample_rate=RATE):
                    assert pause.unit <= saying.said(pause.start), (breath, silent, samples)


def test_a_pause_that_may_be_at_either_of_two_marks_is_not_sure() -> None:
    saying = Saying("Plan: Family, Price: twenty dollars.", pace=1.3, mute=frozenset({0}))
    (found,) = saying.voiced(saying.times[2][1]).runs[:-1]
    assert found[1] == saying.times[1][1]
    assert sure_pauses(saying.phrase.units, saying.voiced(saying.times[2][1]), sample_rate=RATE) == ()


def test_the_cut_is_the_last_pause_that_has_not_been_passed_on() -> None:
    saying = Saying("We look at the map, then we choose a way; and we walk together for a while.")
    second = saying.times[9][1]
    point = saying.resumed(second + 4000, saying.times[2][0])
    assert (point.unit, point.repeated) == (10, 0)
    assert second < point.keep < saying.times[10][0]
    passed_in_the_pause = saying.resumed(second + 4000, saying.times[10][0] - 100)
    assert (passed_in_the_pause.unit, passed_in_the_pause.repeated) == (10, 0)
    too_late = saying.resumed(second + 8000, saying.times[10][0] + 100)
    assert too_late.repeated > 0


def test_without_a_pause_the_clause_before_is_repeated() -> None:
    saying = Saying("We look at the map, then we choose a way and we walk together for a while.")
    start = saying.times[5][0]
    soon = saying.resumed(start + round(0.3 * RATE), start + 100)
    assert (soon.unit, soon.repeated > 5) == (0, True), "a clause that has just begun is no place to begin"
    later = saying.resumed(start + round(1.5 * RATE), start + round(1.4 * RATE))
    assert later.unit == 5
    assert later.repeated >= saying.begun(later.keep) - 5


def test_less_is_repeated_if_what_was_not_passed_on_is_dropped() -> None:
    """Three seconds without a pause have come, half a second of them was passed on."""
    saying = Saying("we walk together for a while and remember something beautiful in the morning at the river")
    point = saying.resumed(round(3.5 * RATE), RATE // 2, fade=80)
    assert (point.keep, point.unit) == (RATE // 2 + 80, 0)
    assert point.repeated < saying.resumed(round(3.5 * RATE), round(3.5 * RATE)).repeated


def test_a_commit_that_is_lost_behind_its_last_word_is_complete() -> None:
    saying = Saying("We look at the map, then we choose a way.")
    point = saying.resumed(saying.samples, saying.samples - 500, pace=1.0)
    assert (point.unit, point.repeated) == (len(saying.phrase.units), 0)
    with_times = saying.resumed(saying.samples, saying.times[-1][1] - 500, timed=True)
    assert (with_times.unit, with_times.keep) == (len(saying.phrase.units), saying.times[-1][1])


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("It is 12, 000 people", 3),
        ("It cost 5. 3 million", 3),
        ("Mr. Smith came", 1),
        ("order XK4, 7B now", 2),
        ("press A, B or C", 2),
        ("press b, c or d", 2),
        ("order x4, 7b now", 2),
        ("电话 三， 零零一", 2),
        ("call foo_bar(x, y_z) now", 2),
        ("电话 一三八， 零零一", 2),
        ("第三， 二楼", 1),
        ("order x4, b7 now", 2),
        ("take k2p, m9x now", 2),
    ],
)
def test_no_cut_in_a_number_a_name_or_code(text: str, at: int) -> None:
    assert not may_part(phrase(text), at)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("We saw 12, and left", 3),
        ("we met Anna, who came", 3),
        ("Hello! We are here", 1),
        ("the end. A new day", 2),
        ("Yes, I do", 1),
        ("so am I, 7 of us", 3),
        ("give me a, 7 of them", 3),
        ("in Paris, France now", 2),
        ("it is four, seven, one", 3),
        ("anything, 7 of it", 1),
        ("there are seven, and we count", 3),
        ('we say " 7 of it', 3),
        ('Anna " Smith', 1),
        ('Anna " Smith', 2),
    ],
)
def test_a_cut_elsewhere(text: str, at: int) -> None:
    assert may_part(phrase(text), at)
    assert may_part(phrase(text), 0)


def test_code_is_not_parted_at_all() -> None:
    code = phrase("for each word, we go on", BlockKind.CODE)
    assert [at for at in range(7) if may_part(code, at)] == [0, 6]


def test_a_number_with_spaces_in_it_is_not_parted() -> None:
    units = (SpeechUnit("12 , ", 0, 5), SpeechUnit("000 ", 5, 9))
    assert not may_part(Phrase(index=0, units=units, start=0, end=9, boundary=Boundary.SENTENCE), 1)


def sounding(text: str, samples: int, *, first: int = 0, pace: float | None = None, ends: tuple[int, ...] = ()) -> Lost:
    """A phrase lost after so many samples, all of them sound; its units before `first` were committed before."""
    return Lost(phrase(text), first, Voiced(samples, ((0, samples),)), RATE, pace, ends)


@pytest.mark.parametrize(
    ("text", "ends", "samples", "passed_on", "keep", "unit"),
    [
        ("one two, three four five", (800, 1600, 2400), 2500, 100, 1600, 2),
        ("one two, three four five", (800, 1600, 2400), 2500, 1600, 1600, 2),
        ("one two, three four five", (800, 1600, 2400), 2500, 1601, 2400, 3),
        ("one two, three four five", (800, 1600, 2400), 2400, 2400, 2400, 3),
        ("one two, three four five", (800, 1600, 2400), 2399, 1601, 2399, 0),
        ("one two three four five", (800, 1600, 2400), 2500, 100, 2400, 3),
        ("one two three four five", (800,), 2500, 100, 800, 1),
        ("one, two, three four five", (800, 1600, 2400), 2500, 100, 1600, 2),
        ("see Anna Smith now then", (800, 1600), 2500, 100, 800, 1),
        ("see Anna Smith now then", (800, 1600), 2500, 900, 900, 0),
        ("one, two three", (800, 1600, 2400), 2500, 2450, 2450, 3),
        ("one, two three", (800, 1600, 2400), 2400, 100, 2400, 3),
        ("one, two three", (800, 1600, 2401), 2400, 100, 800, 1),
        ("one two, — …", (800, 1600), 2500, 100, 1600, 4),
        ("one two, — three", (800, 1600), 2500, 100, 1600, 2),
    ],
)
def test_with_word_times_it_goes_on_after_the_last_mark_else_the_last_word(
    text: str, ends: tuple[int, ...], samples: int, passed_on: int, keep: int, unit: int
) -> None:
    """Of those that have not been passed on; behind the last word, all has been said."""
    point = resumption(sounding(text, samples, ends=ends), (), passed_on=passed_on)
    assert (point.keep, point.unit) == (keep, unit)


@pytest.mark.parametrize(
    ("ends", "samples", "unit", "repeated"),
    [
        ((8000,), 11_200, 1, 1),
        ((8000,), 11_199, 0, 2),
        ((8000, 9000), 12_200, 1, 2),
        ((8000, 9000, 10_000), 13_200, 3, 1),
        ((8000, 9000, 10_000), 13_199, 1, 3),
        ((8000, 9000, 10_000, 13_000), 13_400, 3, 2),
    ],
)
def test_with_word_times_a_repeat_begins_with_a_clause_and_long_enough_before(
    ends: tuple[int, ...], samples: int, unit: int, repeated: int
) -> None:
    lost = sounding("one, two three, four five six", samples, ends=ends)
    assert resumption(lost, (), passed_on=samples) == Resumption(samples, unit, repeated)


@pytest.mark.parametrize("first", [0, 2])
@pytest.mark.parametrize(("pace", "known", "factor"), [(None, 1.0, 2.0), (1.0, 1.0, 1.3), (2.0, 2.0, 1.3)])
def test_a_clause_is_repeated_that_has_begun_even_if_the_voice_is_slow(
    pace: float | None, known: float, factor: float, first: int
) -> None:
    """0.4 s before the loss, and 0.3 s for words that take longer than they weigh. As many words count as said twice as a
    voice that is fast may have begun.
    """
    text = " ".join([*["Oh, Anna"][: first // 2], "one two three, four five six seven eight nine ten eleven twelve"])
    ends = sounding(text, 1, first=first).text.ends
    begun = round((ends[3] * factor / known + 0.7) * RATE)
    assert resumption(sounding(text, begun - 2, first=first, pace=pace), (), passed_on=begun).unit == 0
    point = resumption(sounding(text, begun + 2, first=first, pace=pace), (), passed_on=begun + 2)
    fast = ((begun + 2) / RATE + 0.3) * known * factor
    assert (point.unit, point.keep) == (3, begun + 2)
    assert point.repeated == min(len(ends) - 1, sum(end <= fast for end in ends)) - 3


@pytest.mark.parametrize(
    ("samples", "passed_on", "keep", "unit"),
    [
        (20_000, 100, 5000, 1),
        (20_000, 5500, 5500, 1),
        (20_000, 6000, 6000, 1),
        (9200, 9200, 9200, 1),
        (9199, 9199, 9199, 0),
        (6000, 6001, 6000, 0),
    ],
)
def test_it_goes_on_in_the_middle_of_a_pause_or_where_the_listener_is_in_it(
    samples: int, passed_on: int, keep: int, unit: int
) -> None:
    """A pause that has been passed on is where the repeat begins, if it is 0.4 s before the loss."""
    lost = sounding("yes, incomprehensibilities follow everywhere", samples)
    point = resumption(lost, [SurePause(1, 4000, 6000)], passed_on=passed_on)
    assert (point.keep, point.unit) == (keep, unit)


def test_a_repeat_begins_at_the_last_pause_that_was_long_enough_before_the_loss() -> None:
    """Two pauses have been passed on; no clause begins after them."""
    units = phrase("one two three four five six seven eight")
    lost = Lost(units, 0, Voiced(8000, ((0, 1000), (1500, 3000), (3500, 8000))), RATE, 1.0)
    pauses = [SurePause(2, 1000, 1500), SurePause(4, 3000, 3500)]
    assert resumption(lost, pauses, passed_on=8000).unit == 4
    late = [SurePause(2, 1000, 1500), SurePause(4, 5000, 5500)]
    assert resumption(lost, late, passed_on=8000).unit == 2, "the second is too near"
    assert resumption(lost, [], passed_on=8000).unit == 0


def test_what_is_said_again_is_at_least_one_word() -> None:
    lost = sounding("yes, incomprehensibilities follow", 9200, pace=0.5)
    assert resumption(lost, [SurePause(1, 4000, 6000)], passed_on=9200) == Resumption(9200, 1, 1)


def test_nothing_is_dropped_if_that_repeats_no_less() -> None:
    lost = sounding("incomprehensibilities follow", 1000)
    assert resumption(lost, (), passed_on=900) == resumption(lost, (), passed_on=1000)
    assert resumption(lost, (), passed_on=900).keep == 1000


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "We look at the map, then we choose a way; and we walk together for a while.",
        "there are 12, 000 people, Anna Smith, and so on",
    ],
)
def test_what_was_committed_before_does_not_move_the_place(text: str, timed: bool) -> None:
    saying = Saying(text)
    whole = phrase(f"Oh, so it is: {text}")
    for received in range(1000, saying.samples, 3001):
        ends = tuple(end for _, end in saying.times[: saying.said(received)]) if timed else ()
        for passed_on in (1, received // 2, received):
            points = [
                resumption(lost, done(pauses_to_part_at(lost)), passed_on=passed_on, fade=80)
                for lost in (
                    Lost(of, first, saying.voiced(received), RATE, 1.0, ends)
                    for of, first in ((saying.phrase, 0), (whole, 4))
                )
            ]
            assert points[0] == points[1], (received, passed_on)


def test_what_is_done_by_default() -> None:
    assert RecoveryPolicy() == RecoveryPolicy(lost="resume", attempts=3, per_turn=8, repeats=1, back_off=0.1)


LOST, SILENT = ConnectionLost("gone"), DeadlineExpired("no audio")


@pytest.mark.parametrize("error", [LOST, SILENT])
@pytest.mark.parametrize("lost", ["resume", "skip", "fail"])
def test_what_nobody_has_heard_is_tried_again(error: TTSError, lost: str) -> None:
    recovery = RecoveryPolicy(lost=lost, attempts=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    steps = [next_step(recovery, error, passed_on=False, in_a_row=row, in_turn=row) for row in (0, 1, 2, 3)]
    assert steps == [Step.AGAIN] * 3 + [Step.SKIP if lost == "skip" else Step.END]


@pytest.mark.parametrize(("lost", "step"), [("resume", Step.RESUME), ("skip", Step.SKIP), ("fail", Step.END)])
def test_what_somebody_has_heard_is_for_the_policy(lost: str, step: Step) -> None:
    recovery = RecoveryPolicy(lost=lost)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert next_step(recovery, LOST, passed_on=True, in_a_row=0, in_turn=1) is step


@pytest.mark.parametrize("lost", ["resume", "skip", "fail"])
@pytest.mark.parametrize("passed_on", [True, False])
@pytest.mark.parametrize(
    "error", [AuthenticationFailed("401"), ServiceError("quota", retryable=False), Unspeakable("signs")]
)
def test_what_no_retry_can_help_ends_the_turn_at_once(error: TTSError, passed_on: bool, lost: str) -> None:
    recovery = RecoveryPolicy(lost=lost)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert next_step(recovery, error, passed_on=passed_on, in_a_row=0, in_turn=1) is Step.END_AT_ONCE


@pytest.mark.parametrize("error", [NoAudio("none"), TooMuchAudio("much")])
def test_a_phrase_that_cannot_be_said_does_not_end_the_turn(error: TTSError) -> None:
    for lost, step in (("resume", Step.SKIP), ("skip", Step.SKIP), ("fail", Step.END)):
        recovery = RecoveryPolicy(lost=lost)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert next_step(recovery, error, passed_on=False, in_a_row=1, in_turn=1) is step


@given(st.booleans(), st.sampled_from([LOST, SILENT, NoAudio("none")]), st.integers(0, 9))
def test_a_turn_makes_good_so_many_failures_and_no_more(passed_on: bool, error: TTSError, per_turn: int) -> None:
    recovery = RecoveryPolicy(per_turn=per_turn)
    for failures in itertools.count(1):
        step = next_step(recovery, error, passed_on=passed_on, in_a_row=0, in_turn=failures)
        assert (step is Step.END) is (failures > per_turn)
        if step is Step.END:
            break


@pytest.mark.parametrize(
    "wrong", [{"lost": "retry"}, {"attempts": 0}, {"per_turn": -1}, {"repeats": -1}, {"back_off": -0.1}]
)
def test_options_are_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RecoveryPolicy(**wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
