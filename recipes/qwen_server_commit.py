"""Qwen-TTS realtime, where the service cuts the text: python recipes/qwen_server_commit.py "Hello there. How are you?"

With DASHSCOPE_API_KEY (and DASHSCOPE_REGION, if not cn-beijing) the service speaks, else a server on this machine does.
The low-level session is used here: its verbs send, its events arrive meanwhile.
"""

import os
import sys

import trio

from triolet_adapters.outputs import WavFile
from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS, QwenTTS
from triolet_adapters.tts.qwen import QwenServer, QwenSession
from triolet_adapters.tts.qwen.protocol import AudioDelta

TEXT = "Good morning. Here the tokens go to the service as they come. It decides where to cut."


async def send(session: QwenSession, text: str) -> None:
    async for token in Replay(text):
        await session.append(token)
    await session.finish()  # without it the end of the text stays unspoken


async def main() -> None:
    text = " ".join(sys.argv[1:]) or TEXT
    async with trio.open_nursery() as nursery:
        if "DASHSCOPE_API_KEY" in os.environ:
            tts = QwenTTS(mode="server_commit", region=os.environ.get("DASHSCOPE_REGION", "cn-beijing"))
        else:
            tts = QwenTTS(mode="server_commit", url=await nursery.start(QwenServer(LocalTTS()).serve))
        output = WavFile("qwen_server_commit.wav")
        await output.open(tts.format)
        async with tts.session() as session, trio.open_nursery() as sending:
            await session.update()
            sending.start_soon(send, session, text)
            async for event in session.events():  # ends with session.finished
                if isinstance(event, AudioDelta):
                    await output.play(event.audio)
        await output.close()
        print(f"qwen_server_commit.wav: {tts.format.seconds(output.heard):.1f} s of speech. {session.usage}")
        nursery.cancel_scope.cancel()  # ends the server


if __name__ == "__main__":
    trio.run(main)
