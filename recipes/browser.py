"""Talk to an agent in your browser: pip install starlette 'hypercorn[trio]'; python recipes/browser.py; open http://127.0.0.1:8000

Type a question; the answer is spoken, and the page shows what you have heard of it. A new question, or the button, interrupts. If the
connection breaks, the page comes back to the same answer, at the same word. A small model on this machine
answers, by a voice on this machine; put another `OpenAIChat` and another voice in their places.
"""

import json
from typing import Any

import trio
from hypercorn.config import Config
from hypercorn.trio import serve  # pyright: ignore[reportUnknownVariableType] -- the type of an app for WSGI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from triolet import TTS, Conversation, SessionPools, TurnResult, open_session_pools, speech
from triolet.errors import TrioletError
from triolet_adapters.outputs.browser import PLAYER, BrowserOutput
from triolet_adapters.sources import LocalLLM, OpenAIChat
from triolet_adapters.tts import LocalTTS

VOICE: TTS = LocalTTS()
MOST = 20  # agents at a time: each holds a conversation, and all of them share the model and the processor
COMES_BACK = 30.0  # seconds that an answer waits for a page whose connection has broken
PAGE = """<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Agent</title>
<form id="ask"><input id="question" aria-label="Question" placeholder="Ask something" size="40" autofocus>
<button>Ask</button> <button type="button" id="stop">Stop</button></form><p id="heard" aria-live="polite"></p><p id="news"></p>
<script type="module">
import { TrioletPlayer } from "/triolet-player.js"
const player = new TrioletPlayer("/talk"), at = id => document.getElementById(id), show = (id, text) => at(id).textContent = text
player.addEventListener("message", ({ detail }) => { for (const id in detail) show(id, detail[id]) })
player.addEventListener("state", ({ detail }) => show("news", detail == "connected" ? "" : detail))
player.addEventListener("error", ({ detail }) => show("news", detail.message))
at("stop").onclick = () => player.send({ question: "" })
at("ask").onsubmit = event => {
  event.preventDefault(); show("heard", ""); player.start()
  player.send({ question: at("question").value }); at("question").value = ""
}
window.player = player
</script>"""


class Agent:
    """Somebody's conversation. It outlives a connection that breaks."""

    def __init__(self, chat: OpenAIChat, sessions: SessionPools) -> None:
        self.chat, self.output = chat, BrowserOutput()
        self.talk = Conversation(speech(VOICE, "en"), self.output, sessions=sessions)
        self.ask, self.questions = trio.open_memory_channel[str](8)

    async def run(self, *, task_status: trio.TaskStatus[None]) -> None:
        AGENTS[self.output.session] = self
        try:
            async with self.talk, trio.open_nursery() as nursery:
                nursery.start_soon(self.answer)
                task_status.started()
                await self.output.deserted(COMES_BACK)
                nursery.cancel_scope.cancel()
        finally:
            self.questions.close()  # whoever still asks is told, and does not wait
            del AGENTS[self.output.session]

    async def answer(self) -> None:
        messages: list[dict[str, Any]] = [{"role": "system", "content": LocalLLM.SYSTEM}]
        async for question in self.questions:
            messages.append({"role": "user", "content": question})
            result: TurnResult | None
            try:
                result = await self.talk.say(self.chat.stream(messages))
            except (
                TrioletError
            ) as error:  # the model or the voice failed, or nobody listens: keep what was heard, and go on
                self.output.tell({"news": str(error)})
                result = error.result
            if result and result.heard:
                messages.append({"role": "assistant", "content": result.heard})
                self.output.tell({"heard": result.heard + (" ..." if result.unheard else "")})

    async def listen(self, browser: WebSocket, hello: str) -> None:
        with self.output.attached(browser.send_text, browser.send_bytes) as page:
            page.received(hello)
            async for text in browser.iter_text():
                if page.received(text):
                    continue
                self.talk.interrupt()
                if question := str(json.loads(text)["question"]).strip():
                    await self.ask.send(question)


AGENTS = dict[str, Agent]()  # by the sessions of their outputs


def web(chat: OpenAIChat, sessions: SessionPools, nursery: trio.Nursery) -> Starlette:
    async def talk(browser: WebSocket) -> None:
        if browser.headers.get("origin", "").partition("://")[2] != browser.headers.get("host"):
            return await browser.close()  # any web page can connect: only ours may use the model
        await browser.accept()
        try:
            hello = await browser.receive_text()
            agent = AGENTS.get(BrowserOutput.session_of(hello) or "")
            if agent is None:
                if len(AGENTS) >= MOST:
                    return await browser.close(1008, "all agents are talking: try again later")
                agent = Agent(chat, sessions)
                await nursery.start(agent.run)
            await agent.listen(browser, hello)
        except WebSocketDisconnect:
            pass
        except trio.BrokenResourceError:
            await browser.close(1008, "this conversation is over: reload the page")
        except (ValueError, LookupError, TypeError) as error:  # whoever this is, it is not our page
            await browser.close(1008, f"the message is not understood: {error}"[:100])

    async def page(_: Request) -> Response:
        return HTMLResponse(PAGE)

    async def player(_: Request) -> Response:
        return Response(PLAYER.read_bytes(), media_type="text/javascript")

    return Starlette(routes=[Route("/", page), Route("/triolet-player.js", player), WebSocketRoute("/talk", talk)])


async def main() -> None:
    async with LocalLLM() as chat, open_session_pools() as sessions, trio.open_nursery() as nursery:
        config = Config()
        config.graceful_timeout = 0.5  # seconds from Ctrl-C: a page would hold its connection for as long as it is let
        await serve(web(chat, sessions, nursery), config)  # type: ignore[arg-type]
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main)
