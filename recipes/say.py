"""Say a text with the local voice: python recipes/say.py "Hello there. How are you?" """

import sys

import trio

from triolet import speech
from triolet_adapters.outputs import WavFile
from triolet_adapters.tts import LocalTTS


async def main() -> None:
    pipeline = sys.argv[1:] | speech(LocalTTS(), "en") | WavFile("say.wav")
    print((await pipeline.run()).latency)


trio.run(main)
