"""Speech at one loudness: judged by another implementation of BS.1770, and by the samples that come out."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import trio.testing
from tests._nightly import few
from tests.unit.triolet.mixing._ebur128 import measured

from triolet import AudioChunk, AudioFormat, Boundary, Conversation, LoudnessNormalizer, Phrase, TurnResult, speech
from triolet.errors import OutputError
from triolet.mixing._k_weighting import coefficients
from triolet.mixing._leveller import Leveller
from triolet.mixing._limiter import LIMITER_DELAY, Limiter
from triolet.mixing._meter import Meter
from triolet.testing import ToneTTS, collect
from triolet_adapters.outputs import Memory
from triolet_adapters.tts import LocalTTS

Clock = trio.testing.MockClock
Samples = np.ndarray[Any, np.dtype[np.float64]]
RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]


def syllables(rate: int, seconds: float, height: float, seed: int = 0) -> bytes:
    """Something like speech: a buzz and a hiss by turns, and pauses 34 dB lower."""
    chance = np.random.default_rng(seed)
    time = np.arange(round(rate * seconds)) / rate
    pitch = np.cumsum(110 + 30 * np.sin(2 * np.pi * 0.7 * time)) / rate
    buzz = np.sum([np.sin(2 * np.pi * k * pitch) / k for k in range(1, 20, 2) if k * 145 < rate / 2], axis=0)
    hiss = chance.normal(size=len(time))
    beat = np.clip(np.sin(2 * np.pi * 3 * time), 0, None) ** 0.5
    spoken = np.where(np.sin(2 * np.pi * 0.3 * time) > -0.5, 1.0, 0.02)
    sound = (buzz * beat + 0.15 * hiss * (beat == 0)) * spoken
    pcm: bytes = (sound / np.abs(sound).max() * height * 32767).astype("<i2").tobytes()
    return pcm


def phrase(index: int) -> Phrase:
    return Phrase(index=index, units=(), start=0, end=0, boundary=Boundary.SENTENCE)


def levelled(pcm: bytes, rate: int, chunk: int, target: float = -16.0) -> bytes:
    level = Leveller(rate, target, -1.0, 20.0)
    return b"".join([level.feed(pcm[at : at + 2 * chunk]) for at in range(0, len(pcm), 2 * chunk)] + [level.finish()])


def test_at_48_khz_the_filters_are_those_of_the_standard() -> None:
    """ITU-R BS.1770-4, tables 1 and 2."""
    shelf, high_pass = coefficients(48_000)
    assert shelf[0] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-12)
    assert shelf[1] == pytest.approx([-1.69065929318241, 0.73248077421585], abs=1e-12)
    assert high_pass[0] == (1.0, -2.0, 1.0)
    assert high_pass[1] == pytest.approx([-1.99004745483398, 0.99007225036621], abs=1e-12)


@pytest.mark.parametrize("rate", RATES)
def test_it_measures_what_ffmpeg_measures(rate: int) -> None:
    pcm = syllables(rate, 4.0, 0.3)
    meter, sound = Meter(rate), np.frombuffer(pcm, "<i2") / 32768
    for at in range(0, len(sound), meter.hop):
        meter.feed(sound[at : at + meter.hop])
    assert meter.loudness == pytest.approx(measured(pcm, rate).loudness, abs=0.15)


def test_a_tone_at_full_scale_has_the_loudness_that_the_standard_says() -> None:
    meter = Meter(48_000)
    sound = np.sin(2 * np.pi * 997 * np.arange(48_000) / 48_000)
    for at in range(0, len(sound), meter.hop):
        meter.feed(sound[at : at + meter.hop])
    assert meter.loudness == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize(
    ("rate", "height"),
    few([(8_000, 0.1), (11_025, 0.9), (24_000, 0.1), (44_100, 0.1), (24_000, 0.9), (48_000, 0.9)], 4),
)
def test_soft_and_loud_voices_come_out_alike_and_none_is_clipped(rate: int, height: float) -> None:
    pcm = syllables(rate, 7.0, height)
    made = levelled(pcm, rate, rate // 10)
    assert len(made) == len(pcm)
    found = measured(made, rate)
    assert found.loudness == pytest.approx(-16, abs=1)
    assert found.peak <= 10 ** (-1 / 20)
    assert found.true_peak <= 10 ** (-0.5 / 20)


async def test_the_local_voice_comes_out_at_16_lufs_below_full_scale() -> None:
    text = "The train to Hamburg leaves at nine forty from platform seven. Please take your ticket and your passport with you."
    memory = Memory()
    result = await ([text] | speech(LocalTTS(), "en") | LoudnessNormalizer() | memory).run()
    assert result.heard == text
    assert memory.format is not None
    found = measured(memory.pcm, memory.format.sample_rate)
    assert found.loudness == pytest.approx(-16, abs=1)
    assert found.peak <= 10 ** (-1 / 20)
    assert found.true_peak <= 10 ** (-0.5 / 20)


@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_it_does_not_matter_how_samples_are_cut(rate: int) -> None:
    pcm = syllables(rate, 1.0, 0.9)
    whole = np.frombuffer(levelled(pcm, rate, 10**6), "<i2").astype("i4")
    for chunk in (441, 5_003):
        assert np.abs(np.frombuffer(levelled(pcm, rate, chunk), "<i2") - whole).max() <= 1


@pytest.mark.parametrize("rate", RATES)
def test_it_holds_back_no_more_than_it_says_and_gives_the_rest_at_the_end(rate: int) -> None:
    level = Leveller(rate, -16.0, -1.0, 20.0)
    chunk = 2 * (rate // 400)
    for seed in range(2):
        pcm = syllables(rate, 0.31, 0.8, seed)
        fed = given = 0
        for at in range(0, len(pcm), chunk):
            fed += len(pcm[at : at + chunk])
            given += len(level.feed(pcm[at : at + chunk]))
            assert 0 <= fed - given <= 2 * LIMITER_DELAY * rate
        assert given + len(level.finish()) == len(pcm)
        assert level.finish() == b""
    assert LIMITER_DELAY <= 0.01


@pytest.mark.parametrize("rate", [8_000, 24_000])
def test_no_peak_passes_the_limiter_whatever_comes(rate: int) -> None:
    """Steps, single samples, and the highest sound there is, at the start of a phrase too."""
    chance = np.random.default_rng(0)
    sounds: list[Samples] = [
        chance.normal(size=rate) * 4,
        np.where(np.arange(rate) % 777 == 0, 9.0, 0.01),
        np.where(np.arange(rate) // 50 % 2, 1.7, -1.7),
        np.full(rate, 3.0),
        np.array([5.0]),
    ]
    limiter = Limiter(rate, 0.5)
    for sound in sounds:
        made = np.concatenate([limiter.feed(sound[:100]), limiter.feed(sound[100:]), limiter.finish()])
        assert len(made) == len(sound)
        assert np.abs(made).max() <= 0.5 + 1e-9


def test_below_the_ceiling_the_limiter_changes_nothing() -> None:
    sound = np.random.default_rng(0).uniform(-0.2, 0.2, 5_000)
    limiter = Limiter(24_000, 0.9)
    assert (np.concatenate([limiter.feed(sound), limiter.finish()]) == sound).all()


def test_silence_stays_silent_and_noise_is_not_blown_up() -> None:
    assert not any(levelled(bytes(48_000), 24_000, 2_400))
    hiss = (np.random.default_rng(0).normal(size=48_000) * 20).astype("<i2")
    made = np.frombuffer(levelled(hiss.tobytes(), 24_000, 2_400), "<i2")
    assert np.abs(made).max() <= 10.01 * np.abs(hiss).max()


async def test_the_next_turn_of_a_voice_begins_with_its_gain(autojump_clock: Clock) -> None:
    stage = LoudnessNormalizer()
    pcm = syllables(24_000, 6.0, 0.05)
    first = [AudioChunk(pcm, AudioFormat(24_000), phrase(0), 0, final=True)]
    made = [await collect(first | stage) for _ in range(2)]
    early = [np.frombuffer(b"".join(chunk.pcm for chunk in turn), "<i2")[:2_400].astype("f8") for turn in made]
    assert np.std(early[1]) > 3 * np.std(early[0])


async def test_each_phrase_keeps_its_samples_and_their_places(autojump_clock: Clock) -> None:
    """One phrase does not end: its rest comes before the next one, or with the end."""
    format_ = AudioFormat(24_000)
    chunks: list[AudioChunk] = []
    lengths = [4_803, 100, 7_000]
    for index, length in enumerate(lengths):
        pcm = syllables(24_000, length / 24_000, 0.4)
        for at in range(0, length, 960):
            final = at + 960 >= length and index == 0
            chunks.append(AudioChunk(pcm[2 * at : 2 * at + 1_920], format_, phrase(index), at, final=final))
    made = await collect(chunks | LoudnessNormalizer())
    for index, length in enumerate(lengths):
        at = 0
        for chunk in (each for each in made if each.phrase.index == index):
            assert chunk.offset == at
            at += chunk.samples
        assert at == length
    assert [chunk.phrase.index for chunk in made if chunk.final] == [0]
    assert [chunk.phrase.index for chunk in made] == sorted(chunk.phrase.index for chunk in made)


async def test_what_was_heard_is_the_same_with_it(autojump_clock: Clock) -> None:
    text = "First we look. Then we choose."
    results: list[TurnResult] = []
    for chain in (speech(ToneTTS(), "en"), speech(ToneTTS(), "en") | LoudnessNormalizer()):
        async with Conversation(chain, Memory()) as conversation:
            results.append(await conversation.say([text]))
    assert results[0].heard == results[1].heard == text
    assert [phrase.seconds for phrase in results[0].phrases] == [phrase.seconds for phrase in results[1].phrases]


def test_what_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ({"target": -60.0}, {"target": 0.0}, {"ceiling": 1.0}, {"ceiling": -20.0}, {"most": -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            LoudnessNormalizer(**wrong)
    assert repr(LoudnessNormalizer()) == "LoudnessNormalizer(-16)"
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(OutputError, match=r"pip install \"triolet\[audio\]\""):
        LoudnessNormalizer()
