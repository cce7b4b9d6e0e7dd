"""Say a text with the voice of this machine: python recipes/say.py "Hello there. How are you?" """

import sys

import trio

from triolet import speech
from triolet_adapters.outputs import WavFile
from triolet_adapters.tts import LocalTTS

TEXT = "Hello there. This text was spoken while it was still being read."


async def main() -> None:
    pipeline = (sys.argv[1:] or [TEXT]) | speech(LocalTTS(), "en") | WavFile("say.wav")
    result = await pipeline.run()
    print(f"say.wav: {result.seconds:.1f} s of speech. {result.latency}")


if __name__ == "__main__":
    trio.run(main)
