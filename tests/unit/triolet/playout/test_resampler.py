"""The resampler: its sound, its delay, and its lengths, to the sample."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from triolet.errors import OutputError
from triolet.playout._resampler import Resampler

RATES = [8_000, 16_000, 24_000, 44_100, 48_000]
PAIRS = [(one, other) for one in RATES for other in RATES if one != other]
Samples = np.ndarray[Any, np.dtype[np.float64]]


def resampled(sound: Samples, source: int, target: int, chunk: int) -> Samples:
    resampler = Resampler(source, target)
    pcm = np.rint(sound).astype("<i2").tobytes()
    parts = [resampler.feed(pcm[at : at + 2 * chunk]) for at in range(0, len(pcm), 2 * chunk)]
    return np.frombuffer(b"".join([*parts, resampler.finish()]), "<i2").astype("f8")


def decibels(sound: Samples, of: Samples) -> float:
    return float(10 * np.log10(np.mean(sound**2) / np.mean(of**2) + 1e-12))


def sweep(rate: int, seconds: float, to: float) -> Samples:
    time = np.arange(round(rate * seconds)) / rate
    return np.asarray(10_000 * np.sin(np.pi * to / seconds * time**2))


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_sweep_comes_through_as_it_was(source: int, target: int) -> None:
    """Up to 90 % of the lower band: what differs, rounding to 16 bits included, is 70 dB below the sound."""
    to = 0.9 * min(source, target) / 2
    made, ideal = resampled(sweep(source, 0.5, to), source, target, 480), sweep(target, 0.5, to)
    assert len(made) == len(ideal)
    inside = slice(
        target // 50, -target // 50
    )  # it begins and ends in the middle of a wave, which is no sound of this band
    assert decibels((made - ideal)[inside], ideal) < -70


@pytest.mark.parametrize(("source", "target"), [pair for pair in PAIRS if pair[0] > pair[1]])
def test_what_does_not_fit_into_the_lower_band_is_gone(source: int, target: int) -> None:
    time = np.arange(source // 2) / source
    for above in (1.02, 1.3, 1.7):
        if above * target < source:
            sound = 10_000 * np.sin(np.pi * above * target * time)
            made = resampled(sound, source, target, 480)[target // 50 : -target // 50]
            assert decibels(made, sound) < -70


@pytest.mark.parametrize(("source", "target"), [(24_000, 8_000), (44_100, 8_000), (24_000, 44_100), (8_000, 48_000)])
def test_it_does_not_matter_how_samples_are_cut_into_chunks(source: int, target: int) -> None:
    sound = np.random.default_rng(0).uniform(-30_000, 30_000, 9_001)
    whole = resampled(sound, source, target, 10**6)
    assert len(whole) == -(-9_001 * target // source)
    for chunk, until in ((1, 500), (7, 2_500), (480, 9_001), (4_999, 9_001)):
        made = resampled(sound[:until], source, target, chunk)
        same = len(made) - 600 if until < 9_001 else len(made)  # it ends earlier
        assert np.abs(made - whole[: len(made)])[: max(0, same)].max(initial=0) <= 1, "the last bit of a sum of floats"


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_it_holds_back_no_more_than_it_says(source: int, target: int) -> None:
    resampler = Resampler(source, target)
    given = 0
    for fed in range(160, 8_001, 160):
        given += len(resampler.feed(bytes(320))) // 2
        assert 0 <= fed - given * source / target <= resampler.delay + source / target
    assert resampler.delay <= 0.0081 * source
    given += len(resampler.finish()) // 2
    assert given == resampler.samples(8_000) == -(-8_000 * target // source)
    assert resampler.finish() == b""
    assert len(resampler.feed(bytes(2 * source)) + resampler.finish()) == 2 * target, "it begins anew"


def test_silence_stays_silent_and_the_loudest_sound_does_not_wrap() -> None:
    assert not resampled(np.zeros(4_000), 24_000, 8_000, 480).any()
    square = np.where(np.arange(4_000) // 50 % 2, 32_767.0, -32_768.0)
    made = resampled(square, 24_000, 48_000, 480)
    at = np.arange(len(made))
    inside = (at % 100 > 20) & (at % 100 < 80)
    assert (np.sign(made[inside]) == np.where(at // 100 % 2, 1, -1)[inside]).all()


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(OutputError, match=r"pip install \"triolet\[audio\]\""):
        Resampler(24_000, 8_000)
