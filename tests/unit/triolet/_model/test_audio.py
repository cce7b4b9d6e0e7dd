"""Samples and seconds: exact to the sample, at every rate."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triolet import AudioChunk, AudioFormat, Boundary, Phrase
from triolet._model import _samples
from triolet._model._samples import faded_out, numbers, pcm_of

formats = st.integers(8_000, 48_000).map(AudioFormat)
samples = st.lists(st.integers(-32_768, 32_767), max_size=200)


@given(formats, st.integers(0, 10**9))
@example(AudioFormat(24_000), 27)  # cut down, one is lost
def test_so_many_samples_last_as_long_as_they_are_asked_for(audio: AudioFormat, count: int) -> None:
    assert audio.samples(audio.seconds(count)) == count
    assert audio.seconds(audio.sample_rate) == 1.0
    assert AudioFormat().sample_rate == 24_000


@given(formats, st.floats(0, 100))
def test_a_time_is_the_nearest_whole_number_of_samples(audio: AudioFormat, seconds: float) -> None:
    assert abs(audio.samples(seconds) - seconds * audio.sample_rate) <= 0.5
    assert audio.silence(seconds) == bytes(2 * audio.samples(seconds))


@pytest.mark.parametrize("rate", [7_999, 48_001])
def test_a_rate_that_no_voice_has_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="between 8000 and 48000"):
        AudioFormat(rate)


def test_a_chunk_holds_whole_samples() -> None:
    phrase = Phrase(index=0, units=(), start=0, end=1, boundary=Boundary.SENTENCE)
    assert AudioChunk(bytes(6), AudioFormat(), phrase, 0).samples == 3
    assert not AudioChunk(bytes(6), AudioFormat(), phrase, 0).final
    with pytest.raises(ValueError, match="5 bytes"):
        AudioChunk(bytes(5), AudioFormat(), phrase, 0)


@given(samples)
def test_samples_are_little_endian_whatever_the_machine(values: list[int]) -> None:
    pcm = b"".join(value.to_bytes(2, "little", signed=True) for value in values)
    assert pcm_of(values) == pcm
    assert list(numbers(pcm)) == values


def test_a_machine_of_the_other_byte_order_swaps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = pcm_of([1, -2])
    monkeypatch.setattr(_samples, "_SWAPPED", not _samples._SWAPPED)
    assert pcm_of([1, -2]) == ours[1::-1] + ours[:1:-1]
    assert list(numbers(pcm_of([1, -2]))) == [1, -2]
    assert list(numbers(ours)) == [256, -257]


@given(samples)
def test_a_fade_goes_to_zero_in_a_straight_line(values: list[int]) -> None:
    faded = list(numbers(faded_out(pcm_of(values))))
    assert len(faded) == len(values)
    for at, (before, after) in enumerate(zip(values, faded, strict=True)):
        assert abs(after - before * (1 - (at + 1) / len(values))) <= 1
    assert not faded or faded[-1] == 0
