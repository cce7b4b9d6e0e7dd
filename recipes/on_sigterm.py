"""Leave politely when told to: python recipes/on_sigterm.py "A text to be read."

On SIGTERM Python ends at once, in the middle of everything. With `until_told` it is as it is with Ctrl-C: the speech stops, the
sessions are closed, the output is given back, what was heard is known; and the exit code says what ended it (130, 143).
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable

import trio

from triolet import Conversation, speech
from triolet_adapters.outputs import WavFile
from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS, QwenTTS

TEXT = "I go on until I am told to stop. Then I leave, and say how far I came, since somebody may want to know."


async def until_told(work: Callable[[], Awaitable[object]]) -> int:
    """Run it to its end, or until a signal cancels it; give the exit code."""
    code = 0
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:

            async def listen() -> None:
                nonlocal code
                code = 128 + await anext(signals)
                nursery.cancel_scope.cancel(reason="told to stop")

            nursery.start_soon(listen)
            await work()
            nursery.cancel_scope.cancel()
    return code


async def main() -> None:
    url = os.environ.get("QWEN_URL")  # of `triolet serve tts`, for example
    tts = QwenTTS(url=url, api_key="") if url else LocalTTS()
    async with Conversation(speech(tts, "en"), WavFile("on_sigterm.wav")) as talk:
        try:
            await talk.say(Replay(" ".join(sys.argv[1:]) or TEXT))
        finally:
            print("heard:", talk.last.heard if talk.last else "nothing")


if __name__ == "__main__":
    sys.exit(trio.run(until_told, main))
