"""Speech in an asyncio program: python recipes/from_asyncio.py"""

import asyncio
import wave
from collections.abc import AsyncGenerator

import triolet.asyncio
from triolet import speech
from triolet_adapters.tts import LocalTTS


async def llm(text: str) -> AsyncGenerator[str]:
    for word in text.split():
        await asyncio.sleep(0.02)
        yield f"{word} "


async def main() -> None:
    with wave.open("from_asyncio.wav", "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))

        async def send(pcm: bytes) -> None:  # noqa: ASYNC124
            file.writeframes(pcm)  # in a web server: await websocket.send_bytes(pcm)

        sink = triolet.asyncio.Sink(send)
        async with triolet.asyncio.Conversation(speech(LocalTTS(), "en"), sink) as conversation:
            result = await conversation.say(llm("This program has an event loop of its own."))
            print("heard:    ", result.heard)
            answer = llm("Whoever talks interrupts this answer. What comes then is heard by nobody. Never.")
            turn = asyncio.create_task(conversation.say(answer))
            await asyncio.sleep(3)
            conversation.interrupt()  # the caller talks
            result = await turn
            print("heard:    ", result.heard)
            print("not heard:", result.unheard)


if __name__ == "__main__":
    asyncio.run(main())
