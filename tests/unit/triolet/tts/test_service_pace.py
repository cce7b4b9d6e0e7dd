"""The estimate of how fast a service and its voice are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triolet.tts._service_pace import ServicePace

seconds = st.floats(0.1, 10)


def learn(
    pace: ServicePace,
    times: int,
    *,
    first_audio: float = 0.7,
    audio: float = 4.0,
    took: float = 2.0,
    expected: float = 4.0,
) -> None:
    for _ in range(times):
        pace.measured(first_audio=first_audio, audio=audio, took=took, expected=expected)


@settings(max_examples=20)
@given(seconds, seconds, seconds, st.floats(2, 10))
def test_it_comes_to_what_is_measured_again_and_again(
    first_audio: float, audio: float, took: float, expected: float
) -> None:
    pace = ServicePace()
    learn(pace, 100, first_audio=first_audio, audio=audio, took=took, expected=expected)
    assert pace.first_audio == pytest.approx(first_audio)
    assert pace.speed == pytest.approx(min(100.0, audio / took))
    assert pace.stretch == pytest.approx(audio / expected, rel=0.02, abs=0.02)


@given(st.integers(1, 20))
def test_three_measurements_outweigh_what_was_before_and_one_does_not(before: int) -> None:
    pace = ServicePace()
    learn(pace, 50)
    learn(pace, before, first_audio=1.0, audio=8.0, took=2.0)
    first_audio, speed = pace.first_audio, pace.speed
    learn(pace, 1, first_audio=3.0, audio=20.0, took=2.0)
    assert first_audio < pace.first_audio < (first_audio + 3.0) / 2
    assert speed < pace.speed < (speed + 10.0) / 2
    learn(pace, 2, first_audio=3.0, audio=20.0, took=2.0)
    assert (first_audio + 3.0) / 2 < pace.first_audio < 3.0
    assert (speed + 10.0) / 2 < pace.speed < 10.0


def test_it_begins_with_a_belief_that_a_sentence_outweighs() -> None:
    pace = ServicePace()
    assert (pace.first_audio, pace.speed, pace.stretch) == (0.7, 2.0, 1.0)
    learn(pace, 1, audio=8.0, expected=4.0)
    assert pace.stretch == pytest.approx(1.5)


def test_a_voice_that_has_changed_is_learnt_in_a_minute() -> None:
    pace = ServicePace()
    learn(pace, 200, audio=10.0, expected=5.0)
    learn(pace, 12, audio=5.0, expected=5.0)
    assert 1.2 < pace.stretch < 1.5


@pytest.mark.parametrize("took", [0.0, 0.001])
def test_audio_that_comes_at_once_counts_as_a_hundred_times_as_fast(took: float) -> None:
    pace = ServicePace()
    learn(pace, 100, took=took)
    assert pace.speed == pytest.approx(100.0)


@given(lead=seconds, missing=seconds, waited=seconds, speed=st.floats(0.5, 50), first_audio=seconds)
def test_whoever_waits_no_longer_than_the_slack_is_in_time(
    lead: float, missing: float, waited: float, speed: float, first_audio: float
) -> None:
    """The commit after the one that runs: its first audio comes when the running one has ended, and as late as a first audio is."""
    pace = ServicePace(first_audio=first_audio, speed=speed)
    runs_for = missing / speed
    heard_for = lead + missing
    assert pace.slack(lead=lead, missing=missing, waited=waited, begun=True) == pytest.approx(
        heard_for - runs_for - first_audio
    )
    still_to_begin = max(0.0, first_audio - waited)
    assert pace.slack(lead=lead, missing=missing, waited=waited, begun=False) == pytest.approx(
        heard_for - still_to_begin - runs_for - first_audio
    )
