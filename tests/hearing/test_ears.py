"""The voice and the ears by themselves: what is left of the error allowance for the chain between them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from tests.hearing.answers import ANSWERS, Answer
from tests.hearing.ears import hear
from tests.hearing.words import compare

RATE = 24_000
BY_NAME = {answer.name: answer for answer in ANSWERS}


@functools.cache
def voice() -> Any:
    import hibari

    return hibari.Hibari()


@functools.cache
def speak(sentence: str) -> bytes:
    """One sentence as 16-bit samples, as the voice gives it: with silence before and after."""
    samples: np.ndarray[Any, np.dtype[np.float32]] = voice()(sentence)
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def heard(sentences: tuple[str, ...]) -> str:
    return hear(b"".join(map(speak, sentences)), RATE)


def test_the_voice_is_understood() -> None:
    answer = BY_NAME["schedule"]
    comparison = compare(answer.heard, heard(answer.heard))
    assert comparison.rate <= 0.02, comparison.differences
    assert not comparison.missing
    assert not comparison.repeated


@pytest.fixture
def answer() -> Answer:
    return BY_NAME["quote"]


def test_a_sentence_dropped_from_the_audio_is_noticed(answer: Answer) -> None:
    without = answer.heard[:2] + answer.heard[3:]
    assert compare(answer.heard, heard(without)).missing == (answer.heard[2],)


def test_a_sentence_repeated_in_the_audio_is_noticed(answer: Answer) -> None:
    twice = answer.heard[:3] + answer.heard[2:]
    assert answer.heard[2] in compare(answer.heard, heard(twice)).repeated


def test_other_sample_rates_are_understood_too(answer: Answer) -> None:
    samples = np.frombuffer(b"".join(map(speak, answer.heard)), "<i2").astype(np.float64)
    telephone = np.fft.irfft(np.fft.rfft(samples)[: len(samples) // 6 + 1], len(samples) // 3) / 3
    assert compare(answer.heard, hear(telephone.astype("<i2").tobytes(), 8_000)).rate <= 0.05


def test_silence_is_heard_as_nothing() -> None:
    assert compare(["nothing"], hear(bytes(RATE * 2), RATE)).repeated == ()
    assert hear(b"", RATE) == ""
