"""A stage of one's own: words that a voice gets wrong are said as they sound.

It stands after SpokenText, where words are pieces that know which part of the text they stand for: what is said changes,
and `spoken.heard` is still what the model wrote.
"""

import attrs
import trio

from triolet import Phraser, SentenceSegmenter, SpokenClause, SpokenText, Stage, Synthesizer, Turn
from triolet_adapters.outputs import WavFile
from triolet_adapters.tts import LocalTTS


class SayAs(Stage[SpokenClause, SpokenClause]):
    """Replaces words, whatever stands around them."""

    def __init__(self, sounds: dict[str, str]) -> None:
        self.sounds = sounds

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[SpokenClause],
        downstream: trio.MemorySendChannel[SpokenClause],
        turn: Turn,
    ) -> None:
        async for clause in upstream:
            pieces = tuple(attrs.evolve(piece, text=self._said(piece.text)) for piece in clause.pieces)
            await downstream.send(attrs.evolve(clause, pieces=pieces))

    def _said(self, text: str) -> str:
        for word, sound in self.sounds.items():
            text = text.replace(word, sound)
        return text


async def main() -> None:
    words = SayAs({"kubectl": "cube control", "nginx": "engine X"})
    chain = SentenceSegmenter("en") | SpokenText() | words | Phraser() | Synthesizer(LocalTTS())
    spoken = await (["First install kubectl. ", "Then start nginx."] | chain | WavFile("custom_stage.wav")).run()
    print(f"said:  {' '.join(report.phrase.words for report in spoken.phrases)}\nheard: {spoken.heard}")


if __name__ == "__main__":
    trio.run(main)
