"""The benchmark's voice is the local voice, and its word times lie where it sounds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from benchmarks.ear.chain import phrases
from benchmarks.ear.voice import RATE, say
from benchmarks.ear.words import piece_times

from triolet.alignment._voicing import Voicing
from triolet_adapters.tts import LocalTTS

TEXTS = (
    "Great question! The sky, they say, looks blue: for 42 reasons.",
    "If you save $200 every month, you put aside $2,400 in one year.",
)


@pytest.mark.parametrize("text", TEXTS)
async def test_it_says_what_the_local_voice_says(text: str) -> None:
    pcm = bytearray()
    async with LocalTTS().connect() as session:
        await session.commit(text, pcm.extend)
    assert say(text).pcm == bytes(pcm)


@pytest.mark.parametrize("text", TEXTS)
def test_every_piece_has_its_time_and_pauses_lie_between_words(text: str) -> None:
    for phrase in phrases(text):
        times = piece_times(phrase)
        assert times is not None
        assert len(times) == len(phrase.units)
        assert all(start < end for start, end in times)
        assert all(end <= start + 0.05 for (_, end), (start, _) in pairwise(times))
        said = say(phrase.words)
        detector = Voicing(RATE)
        detector.feed(said.pcm)
        for (_, before), (after, _) in pairwise(detector.voiced.runs):
            middle = (before + after) / 2 / RATE
            assert not any(start + 0.05 < middle < end - 0.05 for start, end in times)
