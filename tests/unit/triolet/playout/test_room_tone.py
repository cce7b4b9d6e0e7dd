"""What the silence between two phrases sounds like."""

from __future__ import annotations

import math
import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet.alignment._voicing import AUDIBLE
from triolet.playout._gaps import PhraseGaps, RoomTone


def loudness(pcm: bytes) -> float:
    samples = array("h", pcm)
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


def test_zero_samples_stay_zero() -> None:
    tone = RoomTone()
    assert tone.pcm(1000) == bytes(2000)
    tone.match(array("h", [5] * 100).tobytes())
    tone.match(bytes(960))
    assert tone.pcm(1000) == bytes(2000)


@pytest.mark.parametrize("level", [2, 12, 40])
def test_it_is_as_loud_as_the_voices_silence(level: float) -> None:
    dice = random.Random(1)
    tone = RoomTone()
    tone.match(array("h", [round(dice.gauss(0, level)) for _ in range(480)]).tobytes())
    assert loudness(tone.pcm(24_000)) == pytest.approx(level, rel=0.15)


@given(st.lists(st.integers(-32768, 32767), max_size=480), st.integers(0, 3000))
def test_it_is_never_audible(silence: list[int], samples: int) -> None:
    tone = RoomTone()
    tone.match(array("h", silence).tobytes())
    pcm = array("h", tone.pcm(samples))
    assert len(pcm) == samples
    assert max(map(abs, pcm), default=0) <= AUDIBLE + 1


def test_it_does_not_hum() -> None:
    tone = RoomTone()
    tone.match(array("h", [12, -12] * 240).tobytes())
    samples = array("h", tone.pcm(24_000))
    assert abs(sum(samples) / len(samples)) < 0.3


def test_the_usual_gaps_are_those_of_a_reader() -> None:
    gaps = PhraseGaps()
    assert (gaps.clause, gaps.sentence, gaps.list_item, gaps.heading, gaps.paragraph) == (0.35, 0.4, 0.45, 0.6, 0.7)
