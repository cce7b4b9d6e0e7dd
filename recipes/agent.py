"""An agent that talks: run `python recipes/agent.py`, then type a question in each line. Enter alone interrupts the answer.

It asks the service at OPENAI_BASE_URL for OPENAI_MODEL; with only OPENAI_API_KEY set, OpenAI itself. Without either, a small
model on this machine answers, which uses no tools. A filler of a few words is said while a tool works.
"""

import json
import os
from typing import Any

import trio

from triolet import AudioFormat, Conversation, Filler, Output, Source, TurnContext, TurnResult, speech
from triolet.errors import OutputError, TrioletError
from triolet_adapters.outputs import Loudspeaker, NullDevice
from triolet_adapters.sources import BASE_URLS, LocalLLM, OpenAIChat, ToolCall
from triolet_adapters.tts import LocalTTS

FILLER = Filler("One moment, please.", after=1.0)
ROUNDS = 5  # the most rounds of tool calls: a model may never stop asking for them


async def next_train(destination: str) -> str:
    """A stand-in for a slow service."""
    await trio.sleep(2.5)
    return json.dumps({"destination": destination, "leaves": "9:40", "platform": 2})


TOOLS = {"next_train": next_train}
DESTINATION = {"type": "object", "properties": {"destination": {"type": "string"}}, "required": ["destination"]}
NEXT_TRAIN = {"name": "next_train", "description": "When the next train leaves, and where.", "parameters": DESTINATION}


async def result_of(call: ToolCall) -> str:
    try:
        return await TOOLS[call.name](**json.loads(call.arguments))
    except (KeyError, TypeError, ValueError) as error:
        return f"no such call: {error!r}"  # the model is told, and may try again


class Answer(Source[str]):
    """Give what the model says until it asks for no more tools. A tool call is added to `messages` together with its result."""

    def __init__(self, chat: OpenAIChat, messages: list[dict[str, Any]]) -> None:
        self.chat, self.messages = chat, messages

    async def run(self, downstream: trio.MemorySendChannel[str], turn: TurnContext) -> None:
        for _ in range(ROUNDS):
            async with self.chat.stream(self.messages) as stream:
                async for token in stream:
                    await downstream.send(token)
            if not stream.tool_calls:
                return
            calls: list[dict[str, Any]] = []
            results: list[dict[str, Any]] = []
            for call in stream.tool_calls:
                function = {"name": call.name, "arguments": call.arguments}
                calls.append({"id": call.id, "type": "function", "function": function})
                results.append({"role": "tool", "tool_call_id": call.id, "content": await result_of(call)})
            # The text before the call is not added here: it is part of what was heard, which is added when the turn ends.
            self.messages += [{"role": "assistant", "content": None, "tool_calls": calls}, *results]


async def listen(talk: Conversation, questions: trio.MemorySendChannel[str]) -> None:
    held = b""
    with questions:
        while data := await trio.to_thread.run_sync(os.read, 0, 1024, abandon_on_cancel=True):
            *lines, held = (held + data).split(b"\n")
            for line in lines:
                if line.strip():
                    await questions.send(line.decode())
                else:
                    talk.interrupt()
        if held.strip():  # a last line without a line break
            await questions.send(held.decode())


async def listener() -> Output:
    """The sound device. Without one, an output that plays silently in real time, so that you can still interrupt."""
    try:
        await (speaker := Loudspeaker()).open(AudioFormat())
    except OutputError as reason:
        print(reason)
        return NullDevice()
    await speaker.close()
    return speaker


def model() -> OpenAIChat | LocalLLM:
    url, key = os.environ.get("OPENAI_BASE_URL"), os.environ.get("OPENAI_API_KEY")
    if not (url or key):
        return LocalLLM()
    name = os.environ.get("OPENAI_MODEL", "gpt-4o-mini")
    tools = [{"type": "function", "function": NEXT_TRAIN}]
    return OpenAIChat(name, base_url=url or BASE_URLS["openai"], api_key=key, parameters={"tools": tools})


async def main() -> None:
    messages: list[dict[str, Any]] = [{"role": "system", "content": LocalLLM.SYSTEM}]
    send, questions = trio.open_memory_channel[str](8)
    output = await listener()
    async with model() as chat, Conversation(speech(LocalTTS(), "en"), output) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(listen, talk, send)
        async for question in questions:
            messages.append({"role": "user", "content": question})
            print(f"> {question}", flush=True)
            result: TurnResult | None
            try:
                result = await talk.say(Answer(chat, messages), filler=FILLER)
            except TrioletError as error:  # the model or the voice failed: keep what was heard, and go on
                print(error)
                result = error.result
            if result and result.heard:
                messages.append({"role": "assistant", "content": result.heard})
                print(result.heard, "..." if result.unheard else "", flush=True)


if __name__ == "__main__":
    trio.run(main)
