"""Twenty answers through the whole chain, over the real protocol, heard by a recogniser."""

from __future__ import annotations

import math

import pytest
import trio
from tests.hearing.answers import ANSWERS, Answer
from tests.hearing.ears import hear
from tests.hearing.words import Comparison, compare

from triolet import speech
from triolet_adapters.outputs import Memory
from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS, QwenTTS
from triolet_adapters.tts.qwen import QwenServer


async def say(answer: Answer, url: str) -> Comparison:
    output = Memory()
    result = await (Replay(answer.markdown, math.inf) | speech(QwenTTS(url=url), "en") | output).run()
    assert result.heard == answer.markdown
    assert output.format is not None
    return compare(answer.heard, hear(output.pcm, output.format.sample_rate))


@pytest.fixture
async def url(nursery: trio.Nursery) -> str:
    served: str = await nursery.start(QwenServer(LocalTTS()).serve)
    return served


async def test_twenty_answers_are_heard_as_they_should_be(url: str) -> None:
    comparisons = {answer.name: await say(answer, url) for answer in ANSWERS}
    assert len(comparisons) == 20
    words = sum(comparison.words for comparison in comparisons.values())
    errors = sum(comparison.errors for comparison in comparisons.values())
    for name, comparison in comparisons.items():
        assert not comparison.missing, name
        assert not comparison.repeated, name
    assert errors / words <= 0.02, {name: c.differences for name, c in comparisons.items() if c.errors}
