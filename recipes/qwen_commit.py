"""Qwen-TTS realtime, one commit a phrase: python recipes/qwen_commit.py "Hello there. How are you?"

With DASHSCOPE_API_KEY (and DASHSCOPE_REGION, if not cn-beijing) Qwen's service speaks; without it, a server on this machine.
"""

import os
import sys

import trio

from triolet import speech
from triolet_adapters.outputs import WavFile
from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS, QwenTTS
from triolet_adapters.tts.qwen import QwenServer

TEXT = "Good morning. Each phrase is committed as soon as it is whole, and its audio comes while the next is written."


async def main() -> None:
    text = " ".join(sys.argv[1:]) or TEXT
    async with trio.open_nursery() as nursery:
        if "DASHSCOPE_API_KEY" in os.environ:
            tts = QwenTTS(voice="Cherry", region=os.environ.get("DASHSCOPE_REGION", "cn-beijing"))
        else:
            tts = QwenTTS(voice="Cherry", url=await nursery.start(QwenServer(LocalTTS()).serve))
        result = await (Replay(text) | speech(tts, "en") | WavFile("qwen_commit.wav")).run()
        nursery.cancel_scope.cancel()  # ends the server
    for report in result.phrases:
        print(f"{report.seconds:4.1f} s  {report.phrase.words}")
    print(f"qwen_commit.wav: {result.characters} billed characters. {result.latency}")


if __name__ == "__main__":
    trio.run(main)
