"""A stage of your own: it respells words that a voice pronounces wrongly.

It stands after TextNormalizer, where each unit of speech knows which part of the text it stands for. So what is said changes,
while `result.heard` is still what the model wrote.
"""

import attrs
import trio

from triolet import NormalizedClause, Phraser, SentenceSegmenter, Stage, Synthesizer, TextNormalizer, TurnContext
from triolet_adapters.outputs import WavFile
from triolet_adapters.tts import LocalTTS


class SayAs(Stage[NormalizedClause, NormalizedClause]):
    """Replaces words, and keeps what stands around them."""

    def __init__(self, sounds: dict[str, str]) -> None:
        self.sounds = sounds

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[NormalizedClause],
        downstream: trio.MemorySendChannel[NormalizedClause],
        turn: TurnContext,
    ) -> None:
        async for clause in upstream:
            units = tuple(attrs.evolve(unit, text=self._said(unit.text)) for unit in clause.units)
            await downstream.send(attrs.evolve(clause, units=units))

    def _said(self, text: str) -> str:
        for word, sound in self.sounds.items():
            text = text.replace(word, sound)
        return text


async def main() -> None:
    words = SayAs({"kubectl": "cube control", "nginx": "engine X"})
    chain = SentenceSegmenter("en") | TextNormalizer() | words | Phraser() | Synthesizer(LocalTTS())
    result = await (["First install kubectl. ", "Then start nginx."] | chain | WavFile("custom_stage.wav")).run()
    print(f"said:  {' '.join(report.phrase.words for report in result.phrases)}\nheard: {result.heard}")


if __name__ == "__main__":
    trio.run(main)
