"""End in good order on SIGTERM: python recipes/on_sigterm.py "A text to be read."

By default Python ends at once on SIGTERM, in the middle of everything. With `until_told` it ends as on Ctrl-C: the speech stops,
the sessions and the output are closed, and it is known what was heard. The exit code says which signal ended it (130 or 143).
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
    """Run a function to its end, or until a signal cancels it. Return the exit code."""
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
    url = os.environ.get("QWEN_URL")  # such as that of `triolet serve tts`
    tts = QwenTTS(url=url, api_key="") if url else LocalTTS()
    async with Conversation(speech(tts, "en"), WavFile("on_sigterm.wav")) as talk:
        try:
            await talk.say(Replay(" ".join(sys.argv[1:]) or TEXT))
        finally:
            print("heard:", talk.last.heard if talk.last else "nothing")


if __name__ == "__main__":
    sys.exit(trio.run(until_told, main))
