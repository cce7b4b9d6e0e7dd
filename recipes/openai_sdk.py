"""The tokens of OpenAI's own SDK, spoken: pip install openai; python recipes/openai_sdk.py "How can I sleep better?"

Any async iterable of str is a source. Leaving the block closes the generator (`aclosing`) and the HTTP stream, so that the
model does not go on writing what nobody hears. With OPENAI_API_KEY, OpenAI answers; without it, a small model on this machine.
"""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing

import trio
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk

from triolet import speech
from triolet_adapters.outputs import WavFile
from triolet_adapters.sources import LocalLLM
from triolet_adapters.tts import LocalTTS


async def texts(stream: AsyncStream[ChatCompletionChunk]) -> AsyncGenerator[str]:
    async for chunk in stream:
        if chunk.choices:
            yield chunk.choices[0].delta.content or ""


async def speak(client: AsyncOpenAI, model: str) -> None:
    question = " ".join(sys.argv[1:]) or "How can I sleep better?"
    stream = await client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": question}],
        max_tokens=100,
        temperature=0,
        stream=True,
    )
    async with client, stream, aclosing(texts(stream)) as answer:
        result = await (answer | speech(LocalTTS(), "en") | WavFile("openai_sdk.wav")).run()
    print(f"{result.heard}\n({result.latency})")


async def main() -> None:
    if "OPENAI_API_KEY" in os.environ:
        await speak(AsyncOpenAI(), "gpt-4o-mini")
    else:
        async with LocalLLM() as local:
            await speak(AsyncOpenAI(base_url=local.base_url, api_key="none"), local.model)


if __name__ == "__main__":
    trio.run(main)
