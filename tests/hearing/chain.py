"""An answer through the whole chain: the local voice behind the local server, and a recogniser at the end."""

from __future__ import annotations

import math
from collections.abc import Iterable

import trio
from tests.hearing.answers import Answer
from tests.hearing.ears import hear
from tests.hearing.figures import Figure
from tests.hearing.words import Comparison, compare

from triolet import speech
from triolet_adapters.outputs import Memory
from triolet_adapters.shared.g711 import from_mulaw, to_mulaw
from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS, QwenTTS
from triolet_adapters.tts.qwen import QwenServer


class Telephone(Memory):
    """What a call makes of the samples: 8 kHz, mu-law."""

    rates = (8_000,)

    @property
    def pcm(self) -> bytes:
        return from_mulaw(to_mulaw(super().pcm))


async def hear_all(answers: Iterable[Answer], kind: type[Memory] = Memory) -> dict[str, Comparison]:
    """What was understood of each, compared with what should be heard, by the answer's name."""
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(QwenServer(LocalTTS()).serve)
        comparisons = {answer.name: await _say(answer, url, kind()) for answer in answers}
        nursery.cancel_scope.cancel()
    return comparisons


def judge(comparisons: dict[str, Comparison]) -> float:
    """The share of words that were misheard; no sentence may be missing or heard twice."""
    for name, comparison in comparisons.items():
        assert not comparison.missing, name
        assert not comparison.repeated, name
    words = sum(comparison.words for comparison in comparisons.values())
    return sum(comparison.errors for comparison in comparisons.values()) / words


async def hear_figures(sentences: Iterable[Figure], kind: type[Memory] = Memory) -> list[tuple[Figure, str]]:
    """What the recogniser writes of each sentence, said by the local voice, for which `speech` turns all figures into words."""
    return [(sentence, await _figure(sentence.written, kind())) for sentence in sentences]


async def _figure(written: str, output: Memory) -> str:
    await (Replay(written, math.inf) | speech(LocalTTS(), "en") | output).run()
    assert output.format is not None
    return hear(output.pcm, output.format.sample_rate)


async def _say(answer: Answer, url: str, output: Memory) -> Comparison:
    result = await (Replay(answer.markdown, math.inf) | speech(QwenTTS(url=url), "en") | output).run()
    assert result.heard == answer.markdown
    assert output.format is not None
    return compare(answer.heard, hear(output.pcm, output.format.sample_rate))
