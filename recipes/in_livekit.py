"""Triolet as the TTS of LiveKit Agents: pip install "triolet[livekit,local]"; python recipes/in_livekit.py

A stream takes tokens and gives frames; here they go into a file. An `AgentSession(tts=TrioletTTS(...))` does the same in a room.
"""

import asyncio
import wave

from triolet import speech
from triolet_adapters.frameworks.livekit import TrioletTTS
from triolet_adapters.tts import LocalTTS

ANSWER = "Hello there. These words were *spoken* while they were being written."


async def main() -> None:
    with wave.open("in_livekit.wav", "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        async with TrioletTTS(speech(LocalTTS(), "en")) as tts, tts.stream() as stream:
            for word in ANSWER.split():
                stream.push_text(f"{word} ")
            stream.end_input()
            async for audio in stream:
                file.writeframes(bytes(audio.frame.data))


if __name__ == "__main__":
    asyncio.run(main())
