"""Ask a model, hear its answers: python recipes/chat_aloud.py "How can I sleep better?" "And at noon?"

With OPENAI_API_KEY, OpenAI's model answers; without it, a small model on this machine. For another service, give `base_url`.
"""

import os
import sys

import trio

from triolet import Conversation, speech
from triolet_adapters.outputs import WavFile
from triolet_adapters.sources import LocalLLM, OpenAIChat
from triolet_adapters.tts import LocalTTS

QUESTIONS = ["How can I sleep better?", "What should I avoid?"]


async def main() -> None:
    messages = [{"role": "system", "content": LocalLLM.SYSTEM}]
    model = OpenAIChat("gpt-4o-mini") if "OPENAI_API_KEY" in os.environ else LocalLLM()
    async with model as chat, Conversation(speech(LocalTTS(), "en"), WavFile("chat_aloud.wav")) as conversation:
        for question in sys.argv[1:] or QUESTIONS:
            messages.append({"role": "user", "content": question})
            result = await conversation.say(chat.stream(messages))
            # Add what was heard, not what was written: after an interruption the model then knows how far it was heard.
            messages.append({"role": "assistant", "content": result.heard})
            print(f"> {question}\n{result.heard}\n({result.latency})\n")


if __name__ == "__main__":
    trio.run(main)
