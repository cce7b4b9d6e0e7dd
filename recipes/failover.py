"""When the first voice fails, the next one speaks: python recipes/failover.py "A text." "Another." "And one more."

With DASHSCOPE_API_KEY, the first voice is Qwen's service. Without it, it is a server on this machine, which stops after the
first text and is back for the third. The local voice speaks meanwhile.
"""

import os
import sys
from functools import partial
from urllib.parse import urlsplit

import trio

from triolet import Conversation, Failover, FailoverOptions, speech
from triolet_adapters.outputs import WavFile
from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS, QwenTTS
from triolet_adapters.tts.qwen import QwenServer

TEXTS = ["Here is the service. It is well.", "It has gone away. Nobody has to wait.", "And now it speaks again."]
OPTIONS = FailoverOptions(probe_after=1.0, longest_wait=1.0)  # short, so that you see the change back within seconds


async def serve(port: int = 0, *, task_status: trio.TaskStatus[tuple[str, trio.CancelScope]]) -> None:
    """Run a server. `nursery.start` returns its URL, and the scope that stops it."""
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            task_status.started((await nursery.start(partial(QwenServer(LocalTTS()).serve, port=port)), scope))


async def main() -> None:
    async with trio.open_nursery() as nursery:
        url: str = ""
        server = trio.CancelScope()
        if "DASHSCOPE_API_KEY" in os.environ:
            first = QwenTTS(region=os.environ.get("DASHSCOPE_REGION", "cn-beijing"))
        else:
            url, server = await nursery.start(serve)
            first = QwenTTS(url=url)
        voice = Failover(first, LocalTTS(), options=OPTIONS)  # both give 24,000 samples a second
        async with Conversation(speech(voice, "en"), WavFile("failover.wav")) as talk:
            for turn, text in enumerate(sys.argv[1:] or TEXTS):
                if turn == 1:
                    server.cancel()
                if turn == 2 and url:
                    await nursery.start(serve, urlsplit(url).port)
                    with trio.move_on_after(60):  # until the server was probed, and is up again
                        while voice.statistics().in_use.startswith("LocalTTS"):  # noqa: ASYNC110 -- a look now and then is enough here
                            await trio.sleep(0.5)
                result = await talk.say(Replay(text))
                print(f"{voice.statistics().in_use}: {result.heard}")
        print(f"failover.wav. The last change: {voice.statistics().last_change}")
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main)
