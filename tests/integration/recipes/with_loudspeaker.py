"""A machine with a loudspeaker: python with_loudspeaker.py RECIPE ARGUMENT ... leaves what it sounded in heard.wav, and prints how far it is.

It plays four times as fast as a real one, and all samples. With --tone before the recipe, tones stand for its voice, which takes a second to load. With
--none before that, there is only what loudspeaker the machine has.
"""

from __future__ import annotations

import runpy
import sys
import wave

import triolet_adapters.outputs
import triolet_adapters.tts
from triolet.testing import RecordingOutput, ToneTTS

RATE = 24_000  # LocalTTS


class Sounding(RecordingOutput):
    def __init__(self) -> None:
        super().__init__(pace=4.0)

    def _accept(self, pcm: bytes) -> None:
        super()._accept(pcm)
        sys.stdout.write(f"[{self.heard / RATE:.1f} s]\n")  # so that a test can wait for a moment
        sys.stdout.flush()

    async def close(self) -> None:
        await super().close()
        with wave.open("heard.wav", "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(self.pcm)


if __name__ == "__main__":
    del sys.argv[0]
    if sys.argv[0] == "--none":
        del sys.argv[0]
    else:
        triolet_adapters.outputs.Loudspeaker = Sounding  # type: ignore[assignment, misc]
    if sys.argv[0] == "--tone":
        triolet_adapters.tts.LocalTTS = ToneTTS  # type: ignore[assignment, misc]
        del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
