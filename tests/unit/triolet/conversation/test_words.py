"""The words of a turn and their times, at many interruptions, judged by the samples that were heard."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import trio
from tests._nightly import few
from tests.unit.triolet.conversation._teller import Said, Silent, Teller, said
from trio.testing import MockClock

from triolet import Conversation, PhrasingOptions, SpokenWord, TurnResult, speech
from triolet.testing import RecordingOutput

TEXT = "The trains leave early. It is quiet, and the **people** have a coffee; then rain comes. Nobody stays."
TURNS = 10
PLAIN = 0.05
"""Seconds that a time may be off: devices count in blocks, and less than this is not recorded anew (UNSEEN)."""


async def interrupted(voice: Teller, draws: random.Random) -> Iterator[tuple[TurnResult, list[Said], float]]:
    """Ten turns of a conversation. Each is interrupted at some moment; some are paused before."""
    output = RecordingOutput(hold=draws.choice([0.2, 0.5]))
    chain = speech(voice, "en", phrasing=PhrasingOptions(early_start=False, merge=draws.choice([0, 100])))
    found: list[tuple[TurnResult, list[Said], float]] = []
    async with Conversation(chain, output) as conversation:
        for _ in range(TURNS):
            began = trio.current_time()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(conversation.say, [TEXT])
                if draws.random() < 0.3:
                    await trio.sleep(draws.uniform(0, 1))
                    conversation.pause()
                    await trio.sleep(1)
                    conversation.resume()
                await trio.sleep(draws.uniform(0.1, 2.4))
                conversation.interrupt()
            assert conversation.last is not None
            found.append((conversation.last, said(voice, output, began), began))
    return iter(found)


def names(words: tuple[SpokenWord, ...]) -> list[str]:
    return [word.text.strip(" .,;") for word in words]


async def test_exact_at_60_interruptions_where_the_voice_tells(autojump_clock: MockClock) -> None:
    """And at 500 at night."""
    for seed in few(range(50), 6):
        await exact(seed)


async def exact(seed: int) -> None:
    voice = Teller(sample_rate=8000, pace=random.Random(seed).choice([1.02, 3]), seconds_per_character=0.02, chunk=0.25)
    for result, samples, began in await interrupted(voice, random.Random(seed)):
        assert names(result.words) == [word.text for word in samples]
        assert not any(word.estimated for word in result.words)
        assert not result.words or result.heard.startswith(result.text[: result.words[-1].start])
        for word, heard in zip(result.words, samples, strict=True):
            assert word.begins + began == pytest.approx(heard.begins, abs=PLAIN)
            assert word.ends + began == pytest.approx(heard.ends, abs=PLAIN)
            assert heard.text in result.text[word.start : word.end]


async def test_an_estimate_is_within_two_words(autojump_clock: MockClock) -> None:
    """Of a voice that makes no pause at its marks, which is the worst case."""
    off: list[int] = []
    for seed in range(2):
        voice = Silent(sample_rate=8000, pace=3, seconds_per_character=0.06, chunk=0.25)
        for result, samples, _ in await interrupted(voice, random.Random(seed)):
            assert all(word.estimated for word in result.words)
            off.append(abs(len(result.words) - len(samples)))
    assert max(off) <= 2
