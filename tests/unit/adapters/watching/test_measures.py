"""The measures of a turn: as its result has them, and as whoever listened."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.adapters.watching._turns import SOUND, TEXT, losing, said, voice

from triolet import Boundary, Clause, Conversation, Phrase, SpeechUnit, speech
from triolet.errors import ConnectionLost, ServiceError
from triolet.events import (
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
    PhraseHedged,
    PhrasePlaying,
    PhraseReady,
    PhraseResumed,
    SoundPlaced,
    SourceEnded,
    TextLeft,
    TurnEnded,
    TurnStarted,
    Underrun,
)
from triolet.testing import RecordingOutput
from triolet_adapters.watching import TurnInstrument, TurnMeasures
from triolet_adapters.watching._table import METRICS, Sample


def totals(samples: list[Sample]) -> Counter[tuple[str, ...]]:
    sums = Counter[tuple[str, ...]]()
    for sample in samples:
        sums[(sample.metric.name.removeprefix("triolet_"), *sample.labels)] += sample.value  # type: ignore[assignment]
    return sums


class Counted:
    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.instrument = TurnInstrument(self)

    def record(self, samples: object) -> None:
        self.samples += samples  # type: ignore[arg-type]


async def test_a_turn_is_measured_as_its_result_says(autojump_clock: trio.testing.MockClock) -> None:
    counted = Counted()
    observer = counted.instrument.observer("t", voice="v")
    result = await said(counted.instrument.watched(voice(), "vendor"), observer)
    measures, sums = observer.measures, totals(counted.samples)
    assert measures.outcome == "heard"
    assert measures.first_audible == result.latency.first_audible
    assert measures.first_audible_after_token == pytest.approx(0.25)  # the token came at 0.5, the voice takes 0.25
    assert measures.characters == result.characters == sums["characters_total", "v", "vendor"]
    assert measures.text_characters == measures.heard_characters == len("".join(TEXT))
    assert measures.speech_seconds == pytest.approx(result.seconds) == sums["speech_seconds_total", "v"]
    assert sums["turns_total", "v", "heard"] == 1
    assert sums["phrases_total", "v", "heard"] == len(result.phrases) == 3
    assert sums["commits_total", "v", "vendor", "complete"] == 3
    assert sums["text_characters_total", "v", "true"] == len("".join(TEXT))
    assert sums["turns_running", "v"] == 0
    assert measures.lowest_lead == pytest.approx(
        1.15
    )  # it came 0.25 s into the second that the first lasts, and a pause of 0.4 s


async def test_a_late_phrase_is_a_gap_without_a_lead(autojump_clock: trio.testing.MockClock) -> None:
    measures = TurnMeasures("v")
    samples: list[Sample] = []
    result = await said(
        voice([0.1, SOUND], [3.0, SOUND], [0.1, SOUND]), lambda event: samples.extend(measures.feed(event))
    )
    gaps = [sample.value for sample in samples if sample.metric.name == "triolet_gap_seconds"]
    assert gaps == [result.latency.longest_gap]
    assert measures.gap_seconds == pytest.approx(2.0, abs=0.5)
    assert measures.lowest_lead == pytest.approx(0.0, abs=0.11)  # no more than the output holds


async def test_a_lost_commit_is_counted_and_its_phrase_heard(autojump_clock: trio.testing.MockClock) -> None:
    counted = Counted()
    observer = counted.instrument.observer(voice="v")
    result = await said(losing(), observer)
    sums = totals(counted.samples)
    assert observer.measures.lost == sums["commits_total", "v", "v", "lost"] == 1
    assert sums["commits_total", "v", "v", "complete"] == 3
    assert sums["phrases_total", "v", "heard"] == 3
    assert observer.measures.characters == result.characters


async def test_what_was_begun_when_a_session_was_lost_is_billed_as_in_the_result(
    autojump_clock: trio.testing.MockClock,
) -> None:
    measures = TurnMeasures("v")
    half = SOUND[: len(SOUND) // 2]
    result = await said(voice([0.1, SOUND], [0.1, half, 0.1, ConnectionLost("gone")], [0.1, SOUND]), measures.feed)
    assert measures.lost == 1
    assert measures.characters == result.characters


async def test_a_second_session_for_late_words_is_counted_and_billed_as_in_the_result(
    autojump_clock: trio.testing.MockClock,
) -> None:
    counted = Counted()
    observer = counted.instrument.observer(voice="v")
    late = counted.instrument.watched(voice([0.1, SOUND], [60.0, SOUND], [0.1, SOUND]), "p")
    result = await said(late, observer)
    sums = totals(counted.samples)
    assert observer.measures.hedged == result.hedged == sums["hedges_total", "v"] == 1
    assert sums["commits_total", "v", "p", "closed"] == 1
    assert sums["commits_total", "v", "p", "complete"] == 3
    assert observer.measures.characters == result.characters


async def test_an_interrupted_turn_counts_its_commits_as_cut(autojump_clock: trio.testing.MockClock) -> None:
    counted = Counted()
    observer = counted.instrument.observer(voice="v")
    slow = voice([0.1, SOUND], [0.1, SOUND[:1000], 60.0])
    async with Conversation(speech(slow, "en"), RecordingOutput()) as conversation, trio.open_nursery() as nursery:

        async def interrupt() -> None:
            await trio.sleep(0.6)
            conversation.interrupt()

        nursery.start_soon(interrupt)
        result = await conversation.say(list(TEXT), observer=observer)
    sums = totals(counted.samples)
    assert observer.measures.outcome == "interrupted"
    assert sums["turns_total", "v", "interrupted"] == 1
    assert sums["commits_total", "v", "v", "cut"] == 1
    assert observer.measures.characters == result.characters
    assert observer.measures.heard_share == pytest.approx(len(result.heard) / len(result.text), abs=0.1)


async def test_a_failed_turn_says_so(autojump_clock: trio.testing.MockClock) -> None:
    counted = Counted()
    observer = counted.instrument.observer(voice="v")
    with pytest.raises(ServiceError):
        await said(voice([ServiceError("no", retryable=False)]), observer)
    sums = totals(counted.samples)
    assert sums["turns_total", "v", "failed"] == 1
    assert sums["commits_total", "v", "v", "failed"] == 1
    assert sums["phrases_total", "v", "failed"] == 1


TIMES = st.floats(0, 100)
INDEX = st.integers(0, 3)
COUNT = st.integers(0, 100_000)
UNITS = st.lists(st.text("ab ", min_size=1, max_size=5), max_size=4).map(
    lambda words: tuple(SpeechUnit(word, 0, 1) for word in words)
)


@st.composite
def phrases(draw: st.DrawFn) -> Phrase:
    start = draw(st.integers(0, 50))
    return Phrase(
        index=draw(INDEX), units=draw(UNITS), start=start, end=start + draw(st.integers(0, 50)), boundary=Boundary.END
    )


def clause(text: str) -> Clause:
    return Clause(text=text, start=0, end=len(text), boundary=Boundary.END, opening=Boundary.PARAGRAPH)


EVENTS: st.SearchStrategy[list[Event]] = st.lists(
    st.one_of(
        st.builds(TurnStarted, TIMES),
        st.builds(FirstToken, TIMES),
        st.builds(SourceEnded, TIMES),
        st.builds(ClauseCut, TIMES, st.text(min_size=1, max_size=9).map(clause)),
        st.builds(TextLeft, TIMES, st.text(max_size=9)),
        st.builds(OutputOpened, TIMES, st.sampled_from([0, 24_000]), st.booleans()),
        st.builds(PhraseReady, TIMES, phrases()),
        st.builds(PhrasePlaying, TIMES, phrases()),
        st.builds(PhraseGrew, TIMES, INDEX, UNITS, COUNT),
        st.builds(PhraseCommitted, TIMES, INDEX, st.booleans()),
        st.builds(PhraseHedged, TIMES, INDEX, st.booleans()),
        st.builds(FirstAudio, TIMES, INDEX),
        st.builds(PhraseComplete, TIMES, INDEX, COUNT, COUNT),
        st.builds(CommitLost, TIMES, INDEX, COUNT, st.just("ConnectionLost")),
        st.builds(PhraseResumed, TIMES, INDEX, COUNT, st.integers(0, 9), COUNT),
        st.builds(PhraseFailed, TIMES, INDEX, COUNT, st.just("ConnectionLost: gone")),
        st.builds(SoundPlaced, TIMES, INDEX, COUNT, TIMES),
        st.builds(FirstAudible, TIMES),
        st.builds(Underrun, TIMES, TIMES),
        st.builds(PhraseHeard, TIMES, INDEX, COUNT, st.booleans()),
        st.builds(FillerSaid, TIMES, COUNT),
    ),
    max_size=40,
)


@given(EVENTS, st.builds(TurnEnded, TIMES, st.booleans(), st.sampled_from([None, "TTSError: no"])), EVENTS)
def test_any_events_add_up(before: list[Event], end: TurnEnded, after: list[Event]) -> None:
    measures = TurnMeasures("v")
    samples = [sample for event in before for sample in (*measures.feed(event), *measures.taken(0, "p", event.at))]
    samples += measures.feed(end)
    sums = totals(samples)
    assert sum(sums["commits_total", "v", p, outcome] for p in "vp" for outcome in OUTCOMES) == sum(
        isinstance(event, PhraseCommitted | PhraseHedged) for event in before
    )
    assert sum(sums["phrases_total", "v", outcome] for outcome in OUTCOMES) == measures.phrases
    assert sum(sums["turns_total", "v", outcome] for outcome in OUTCOMES) == 1
    assert sums["turns_running", "v"] == 0
    assert sums["characters_total", "v", "v"] + sums["characters_total", "v", "p"] == measures.characters
    assert sums["text_characters_total", "v", "true"] == measures.heard_characters
    assert measures.heard_share is None or 0 <= measures.heard_share <= 1
    for sample in samples:
        assert len(sample.labels) == len(sample.metric.labels)
        assert math.isfinite(sample.value)
        assert sample.value >= 0 or sample.metric.name == "triolet_turns_running"
    known = vars(measures).copy()
    assert [sample for event in after for sample in measures.feed(event)] == []
    assert vars(measures) == known


OUTCOMES = ("heard", "interrupted", "failed", "partial", "unheard", "complete", "lost", "cut", "closed")


def test_every_metric_has_a_name_of_its_own_and_a_meaning() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.meaning.endswith(".") or ":" in metric.meaning for metric in METRICS)
