"""Qwen-TTS realtime, where the service cuts the text: python recipes/qwen_server_commit.py "Hello there. How are you?"

With DASHSCOPE_API_KEY (and DASHSCOPE_REGION, if not cn-beijing) Qwen's service speaks; without it, a server on this machine.
"""

import os
import sys
import wave

import trio

from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS, QwenTTS
from triolet_adapters.tts.qwen import QwenServer

TEXT = "Good morning. Here the tokens go to the service as they come. It decides where to cut."


async def main() -> None:
    text = " ".join(sys.argv[1:]) or TEXT
    async with trio.open_nursery() as nursery:
        if "DASHSCOPE_API_KEY" in os.environ:
            tts = QwenTTS(mode="server_commit", region=os.environ.get("DASHSCOPE_REGION", "cn-beijing"))
        else:
            tts = QwenTTS(mode="server_commit", url=await nursery.start(QwenServer(LocalTTS()).serve))
        with wave.open("qwen_server_commit.wav", "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(tts.format.sample_rate)
            async with tts.connect_stream() as turn:
                usage = await turn.speak(Replay(text), file.writeframes)  # a plain call for each piece of audio
        print(f"qwen_server_commit.wav: {usage.characters} billed characters")
        nursery.cancel_scope.cancel()  # ends the server


if __name__ == "__main__":
    trio.run(main)
