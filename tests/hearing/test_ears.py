"""The voice and the ears by themselves: what is left of the error allowance for the chain between them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from tests.hearing.answers import ANSWERS
from tests.hearing.ears import hear
from tests.hearing.words import compare, spoken_words

RATE = 24_000
SECOND = bytes(2 * RATE)


@functools.cache
def voice() -> Any:
    import hibari

    return hibari.Hibari()


def speak(sentence: str) -> bytes:
    """One sentence as 16-bit samples, as the voice gives it: with silence before and after."""
    # The same breath noise each time, as `LocalTTS` has: with another the recogniser may understand another word.
    samples: np.ndarray[Any, np.dtype[np.float32]] = voice()(sentence, seed=0)
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def test_the_voice_is_understood_and_a_sentence_dropped_or_repeated_is_noticed() -> None:
    """In one go, with two seconds of silence behind, since the recogniser hears half a minute whatever it is given. Nothing else
    is noticed: each other word is heard right, and silence is heard as nothing. (The recogniser itself may leave out a repetition that
    comes last, before silence; and enough is said between what is dropped and what is repeated that neither can stand for the other.)
    """
    heard = {answer.name: answer.heard for answer in ANSWERS}
    sentences = (*heard["quote"][:3], *heard["quote"][-2:], heard["interest"][-1])
    dropped, repeated = sentences[1], sentences[4]
    said = (sentences[0], *sentences[2:5], repeated, sentences[5])
    comparison = compare(sentences, hear(b"".join(map(speak, said)) + 2 * SECOND, RATE))
    assert comparison.missing == (dropped,)
    assert comparison.repeated == (repeated,)
    assert comparison.errors == len(spoken_words(dropped)) + len(spoken_words(repeated)), comparison.differences


def test_no_samples_are_heard_as_nothing() -> None:
    assert hear(b"", RATE) == ""
