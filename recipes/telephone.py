"""An agent on the telephone, through Twilio: pip install fastapi "uvicorn[standard]"; python recipes/telephone.py

Make the server reachable as https://HOST, and let the webhook of a Twilio number be https://HOST/answer. Who calls is greeted. A key
asks for more, and interrupts what is being said; so does a caller who talks. Where it says `listen`, your speech recognizer belongs.
With DASHSCOPE_API_KEY, Qwen speaks; without, a local voice. Docs: how-to/answer-the-telephone.md
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket

from triolet import TTS, speech
from triolet.asyncio import Conversation, open_session_pools
from triolet.errors import OutputError
from triolet_adapters.outputs.telephone import CallEnded, CallerAudio, CallStarted, KeyPressed, TwilioOutput
from triolet_adapters.tts import LocalTTS
from triolet_adapters.tts.qwen import QwenTTS

VOICE: TTS = QwenTTS() if "DASHSCOPE_API_KEY" in os.environ else LocalTTS()
LOUD = 3_000
"""The mean of a caller's samples, of 32,767, that counts as talking."""


async def llm(heard: list[str], question: str) -> AsyncGenerator[str]:  # noqa: ARG001, ASYNC124 -- a model would use it, and wait
    """In place of a model. `heard`: what the caller has heard so far."""
    if question == "hello":
        yield "Hello. Press one for the opening hours, or two for the way."
    elif question == "1":
        yield "We open at nine in the morning. We close at six in the evening. On Sundays we are closed."
    else:
        yield "Take the second street on the left, and then follow the river for ten minutes."


def loud(pcm: bytes) -> bool:
    return sum(map(abs, memoryview(pcm).cast("h"))) > LOUD * len(pcm) // 2


@asynccontextmanager
async def sessions(app: FastAPI) -> AsyncGenerator[None]:
    async with open_session_pools() as app.state.sessions:  # of all calls together
        yield


app = FastAPI(lifespan=sessions)


@app.post("/answer")
async def answer(request: Request) -> Response:  # noqa: ASYNC124 -- a plain function would run in a thread
    url = f"wss://{request.url.netloc}/call"
    return Response(f'<Response><Connect><Stream url="{url}"/></Connect></Response>', media_type="text/xml")


@app.websocket("/call")
async def call(socket: WebSocket) -> None:
    async def say(question: str) -> None:
        with suppress(OutputError):  # the caller has hung up, or the network has gone
            await conversation.say(llm(heard, question))
        if conversation.last is not None:
            heard.append(conversation.last.heard)

    await socket.accept()
    heard: list[str] = []
    begun = False
    phone = TwilioOutput(socket.send_text)
    chain = speech(VOICE, "en")
    async with Conversation(chain, phone, sessions=app.state.sessions) as conversation, asyncio.TaskGroup() as turns:
        async for message in socket.iter_text():
            try:
                told = phone.receive(message)
            except ValueError:
                break  # whoever this is, it is not Twilio
            match told:
                case CallStarted() if not begun:
                    begun = True
                    turns.create_task(say("hello"))
                case KeyPressed(key) if begun:
                    conversation.interrupt()
                    turns.create_task(say(key))
                case CallerAudio(pcm) if loud(pcm):
                    conversation.interrupt()  # and `listen`: give all audio to a recognizer, and say what a model answers
                case CallEnded():
                    break
                case _:
                    pass
        conversation.interrupt()
    print(f"the caller has heard: {heard}")


if __name__ == "__main__":
    uvicorn.run(app)
