"""Where a voice sounds, by its samples."""

from __future__ import annotations

import itertools
import sys
from array import array

from hypothesis import given
from hypothesis import strategies as st

from triolet.alignment._voicing import Voiced, Voicing, all_below, marked

RATE = 8000


def sound(value: int, seconds: float) -> bytes:
    return array("h", [value, -value] * round(seconds * RATE / 2)).tobytes()


def detect(*parts: bytes) -> Voiced:
    detector = Voicing(RATE)
    for part in parts:
        detector.feed(part)
    return detector.voiced


def test_silence_around_and_inside_is_not_voice() -> None:
    voiced = detect(sound(0, 0.2), sound(9000, 0.5), sound(0, 0.3), sound(5000, 0.4), sound(0, 0.1))
    assert voiced.samples == 1.5 * RATE
    assert voiced.runs == ((1600, 5600), (8000, 11200))
    assert voiced.sounding() == 0.9 * RATE
    assert voiced.sounding(0, 1600) == 0
    assert voiced.sounding(1600, 2400) == 800
    assert voiced.sounding(5000, 9000) == 600 + 1000


def test_a_stop_inside_a_word_is_voice() -> None:
    assert detect(sound(9000, 0.3), sound(0, 0.08), sound(9000, 0.3)).runs == ((0, 5440),)


def test_noise_far_below_the_voice_is_silence() -> None:
    assert detect(sound(20_000, 0.3), sound(250, 0.3), sound(20_000, 0.1)).runs == ((0, 2400), (4800, 5600))


def test_a_soft_beginning_is_judged_by_the_voice_before() -> None:
    detector = Voicing(RATE, loudest=20_000)
    detector.feed(sound(250, 0.3) + sound(9000, 0.2))
    assert detector.voiced.runs == ((2400, 4000),)


loud = st.lists(st.tuples(st.sampled_from([0, 300, 9000]), st.integers(1, 2000)), max_size=8).map(
    lambda parts: array("h", [value for value, samples in parts for _ in range(samples)]).tobytes()
)


@given(loud, loud, st.integers(0, 16_000))
def test_what_was_dropped_is_as_if_it_had_never_come(first: bytes, then: bytes, samples: int) -> None:
    """But for how loud the voice is, which is known from then on."""
    detector = Voicing(RATE, loudest=9000)
    detector.feed(first)
    before = detector.voiced
    other = detector.copy(samples)
    other.feed(then)
    kept = first[: 2 * samples]
    whole = Voicing(RATE, loudest=9000)
    whole.feed(kept)
    if 2 * samples >= len(first) or samples % 80 == 0:
        whole.feed(then)
        assert other.voiced == whole.voiced
    assert other.samples == (len(kept) + len(then)) // 2
    assert detector.voiced == before


@given(st.binary(max_size=4000).map(lambda raw: raw[: len(raw) // 2 * 2]), st.lists(st.integers(0, 1999), max_size=8))
def test_how_the_samples_are_cut_does_not_matter(pcm: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(pcm), *(2 * cut for cut in cuts if 2 * cut < len(pcm))})
    parts = [pcm[start:end] for start, end in itertools.pairwise(places)]
    assert detect(*parts) == detect(pcm)
    assert detect(pcm).samples == len(pcm) // 2


@given(st.integers(1, 32769), st.data())
def test_all_samples_are_compared_with_the_threshold_at_once(threshold: int, data: st.DataObject) -> None:
    around = [sign * (threshold + step) for sign in (1, -1) for step in (-1, 0, 1)]
    some = st.one_of(
        st.sampled_from([value for value in around if -32768 <= value <= 32767]), st.integers(-32768, 32767)
    )
    samples = data.draw(st.lists(st.one_of(st.integers(-threshold + 1, threshold - 1), some), max_size=8))
    pcm = array("h", samples).tobytes()
    high, low = (pcm[1::2], pcm[::2]) if sys.byteorder == "little" else (pcm[::2], pcm[1::2])
    loud = [abs(sample) >= threshold for sample in samples]
    assert list(marked(threshold, high, low)) == (loud if any(loud) else [])
    assert all_below(threshold, high, low) == (not any(loud))
