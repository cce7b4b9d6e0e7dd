"""An agent in a web page: pip install fastapi "uvicorn[standard]" openai; python recipes/web_agent.py; open http://127.0.0.1:8000

Type a question; the answer is spoken. The first key you press meanwhile interrupts it, and the model learns how far you heard it.
With OPENAI_API_KEY, OpenAI answers; without, it says your words back. With DASHSCOPE_API_KEY, Qwen speaks; without, a local voice.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from triolet import TTS, speech
from triolet.asyncio import Conversation, Sink, open_session_pools
from triolet_adapters.tts import LocalTTS
from triolet_adapters.tts.qwen import QwenTTS

VOICE: TTS = QwenTTS() if "DASHSCOPE_API_KEY" in os.environ else LocalTTS()
PAGE = """<!doctype html><title>Agent</title><form onsubmit="say(q.value); q.value = ''; return false">
<input id="q" placeholder="Ask something" size="60" oninput="say('')" autofocus></form><p id="news"></p><script>
const socket = new WebSocket(location.href.replace("http", "ws") + "talk"), playing = new Set(); let audio, at = 0
socket.binaryType = "arraybuffer"; socket.onclose = () => news.textContent = "The server has closed the connection."
function clear() { playing.forEach(source => source.stop()); playing.clear(); at = 0 }
function say(text) { audio ??= new AudioContext(); clear(); socket.send(text) }
socket.onmessage = ({data}) => {
  if (typeof data == "string") { news.textContent = data; return clear() }
  const pcm = new Int16Array(data), buffer = audio.createBuffer(1, pcm.length, RATE), source = audio.createBufferSource()
  buffer.getChannelData(0).set(Float32Array.from(pcm, sample => sample / 32768)); source.buffer = buffer
  source.connect(audio.destination); source.onended = () => playing.delete(source); playing.add(source)
  at = Math.max(at, audio.currentTime); source.start(at); at += buffer.duration }
</script>"""


async def llm(messages: list[ChatCompletionMessageParam]) -> AsyncGenerator[str]:
    if "OPENAI_API_KEY" not in os.environ:
        yield f"You said: {messages[-1].get('content')}"
        return
    async with AsyncOpenAI() as client:
        async for chunk in await client.chat.completions.create(model="gpt-4o-mini", messages=messages, stream=True):
            if chunk.choices:
                yield chunk.choices[0].delta.content or ""  # noqa: ASYNC119 -- `say` closes this generator


@asynccontextmanager
async def sessions(app: FastAPI) -> AsyncGenerator[None]:
    async with open_session_pools() as app.state.sessions:  # of all browsers together
        yield


app = FastAPI(lifespan=sessions)


@app.get("/")
async def page() -> HTMLResponse:
    return HTMLResponse(PAGE.replace("RATE", str(VOICE.format.sample_rate)))


@app.websocket("/talk")
async def talk(browser: WebSocket) -> None:
    async def answer(question: str) -> None:
        messages.append({"role": "user", "content": question})
        try:
            result = await conversation.say(llm(messages))
            messages.append({"role": "assistant", "content": result.heard})
        except Exception as error:  # noqa: BLE001 -- a wrong key, a dead service: the page shows it
            with suppress(WebSocketDisconnect, RuntimeError):  # the browser may have gone, which Starlette calls either
                await browser.send_text(f"{type(error).__name__}: {error}")

    await browser.accept()
    messages: list[ChatCompletionMessageParam] = []
    output = Sink(browser.send_bytes, clear=partial(browser.send_text, ""), hold=0.3)
    chain = speech(VOICE, "en")
    async with Conversation(chain, output, sessions=app.state.sessions) as conversation, asyncio.TaskGroup() as turns:
        turn = turns.create_task(asyncio.sleep(0))
        async for question in browser.iter_text():
            conversation.interrupt()
            await turn  # until what was heard of it is known
            if question.strip():
                turn = turns.create_task(answer(question))
        conversation.interrupt()


if __name__ == "__main__":
    uvicorn.run(app)
