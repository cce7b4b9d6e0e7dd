"""The parts of a background: its loop, its gain, and which samples are whose."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet import Bed, Ducking
from triolet.mixing._bed import SEAM, Loop
from triolet.mixing._core import Mixture
from triolet.mixing._ducking import Envelope

RATE = 8_000


def noise(seconds: float, rate: int = RATE, seed: int = 0) -> Bed:
    """A low noise: neighbouring samples are near each other."""
    raw = np.random.default_rng(seed).normal(size=round(seconds * rate) + 99)
    smooth = np.convolve(raw, np.hanning(100), "valid")
    return Bed((smooth / np.abs(smooth).max() * 20_000).astype("<i2").tobytes(), rate)


@pytest.mark.parametrize("seconds", [0.02, 0.3, 1.0])
def test_it_loops_without_a_click_and_without_a_hole(seconds: float) -> None:
    bed = noise(seconds)
    loop = Loop(bed, RATE)
    sound = loop.samples(0, 5 * loop.period)
    once = np.frombuffer(bed.pcm, "<i2").astype("f8")
    assert (sound[: loop.period] == once[: loop.period]).all(), "the first time as it is"
    assert np.abs(np.diff(sound)).max() < 1.6 * np.abs(np.diff(once)).max()
    second = sound[loop.period : 2 * loop.period]
    assert (second == sound[2 * loop.period : 3 * loop.period]).all()
    if seconds > 0.1:
        assert loop.period == len(once) - round(SEAM * RATE)
        seam = second[: round(SEAM * RATE)]
        assert 0.3 < np.std(seam) / np.std(once) < 2, "as loud as the rest"


@pytest.mark.parametrize(("source", "target"), [(44_100, 24_000), (8_000, 24_000), (24_000, 8_000)])
def test_at_another_rate_it_is_the_same_wherever_it_is_begun(source: int, target: int) -> None:
    bed = noise(0.4, source)
    whole, parts = Loop(bed, target), Loop(bed, target)
    sound = whole.samples(0, 3 * whole.period)
    assert whole.period == -(-round(0.4 * source) * target // source) - round(SEAM * target)
    places = [0, 700, 100, whole.period - 3, 2 * whole.period - 50, 17]
    for place in places:
        assert np.allclose(parts.samples(place, 333), sound[place : place + 333])


def test_a_bed_of_one_sample_and_a_gain() -> None:
    assert Loop(Bed(b"\x10\x00", RATE, gain=-20.0), RATE).samples(5, 4).tolist() == pytest.approx([1.6] * 4)
    assert Bed([b"\x01", b"\x00\x02\x00"], RATE).pcm == b"\x01\x00\x02\x00"
    assert repr(noise(1.0)) == "<Bed of 1.0 s at 8000 Hz>"


def gains(ducking: Ducking, voice: Any, chunk: int, *, awaits: bool = False) -> Any:
    envelope = Envelope(ducking, RATE)
    envelope.alone(RATE, wanted=True)
    envelope.awaits = awaits
    return np.concatenate([envelope.under(voice[at : at + chunk], wanted=True) for at in range(0, len(voice), chunk)])


def test_it_goes_down_and_comes_back_in_the_times_that_are_given() -> None:
    voice = np.zeros(3 * RATE, "i2")
    voice[RATE // 2 : RATE] = 5_000
    voice[RATE // 2 + 1 : RATE : 2] = 0  # each wave passes through silence
    for depth, low in ((20.0, 0.1), (6.0, 10**-0.3), (math.inf, 0.0), (0.0, 1.0)):
        found = gains(Ducking(depth=depth, attack=0.1, release=0.25, hold=0.5), voice, 10**6)
        assert (found[: RATE // 2] == 1).all()
        assert found[RATE // 2 + RATE // 20] == pytest.approx(max(low, 0.5), abs=0.01), "half of it in half of the time"
        assert found[RATE // 2 + RATE // 10 : RATE + RATE // 2 - 2] == pytest.approx(low)
        back = RATE + RATE // 2 - 2
        assert found[back + RATE // 8] == pytest.approx(min(1.0, low + 0.5), abs=0.01)
        assert (found[back + RATE // 4 + 2 :] == 1).all()


def test_it_goes_down_with_a_phrase_before_that_is_audible() -> None:
    voice = np.zeros(RATE, "i2")
    voice[RATE // 4 : RATE // 2] = 9_000
    assert gains(Ducking(), voice, 10**6)[RATE // 4 - 1] == 1
    found = gains(Ducking(), voice, 100, awaits=True)
    assert found[0] < 1
    assert found[RATE // 4 - 1] == pytest.approx(0.1)


@given(st.lists(st.tuples(st.integers(0, 500), st.booleans()), max_size=6), st.integers(1, 700), st.booleans())
def test_it_does_not_matter_how_the_voice_is_cut(stretches: list[tuple[int, bool]], chunk: int, awaits: bool) -> None:
    voice = np.concatenate([np.full(count, 3_000 if loud else 3, "i2") for count, loud in [*stretches, (5, False)]])
    ducking = Ducking(attack=0.01, release=0.02, hold=0.03)
    whole = gains(ducking, voice, 10**6, awaits=awaits)
    assert gains(ducking, voice, chunk, awaits=awaits) == pytest.approx(whole, abs=1e-9)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("voice"), st.integers(0, 50)),
        st.tuples(st.just("alone"), st.integers(1, 50)),
        st.tuples(st.just("play"), st.integers(0, 60)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_positions_are_those_of_every_sample(steps: list[tuple[str, int]]) -> None:
    """Against a list that says of each sample of the output whose it is."""
    bed = Bed(np.arange(1, 5_001, dtype="<i2").tobytes(), RATE)
    mixture = Mixture(Loop(bed, RATE), Ducking(depth=0.0, attack=1e-9, release=1e-9))
    labels: list[bool] = []
    out: list[int] = []
    at = 0
    for step, count in steps:
        if step == "voice":
            out += np.frombuffer(mixture.add_voice(bytes(2 * count), wanted=True), "<i2").tolist()
            labels += [True] * count
        elif step == "alone":
            out += np.frombuffer(mixture.add_alone(count, wanted=True), "<i2").tolist()
            labels += [False] * count
        elif step == "play":
            at = min(len(labels), at + count)
        else:
            mixture.cut(at)
            del labels[at:], out[at:]
        assert mixture.heard(at) == sum(labels[:at])
        assert mixture.voice == sum(labels)
        last = max((place + 1 for place, voice in enumerate(labels) if voice), default=0)
        before = labels[at:last].count(False)
        assert mixture.others(at) == (before, labels[max(at, last) :].count(False))
    assert out == list(range(1, len(out) + 1)), "the background goes on where it was, whatever was dropped"
