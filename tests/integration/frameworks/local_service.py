"""A Qwen server of our own in a thread, whose samples say which words they are; and the judge of what was heard."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Generator

import attrs
import trio

from triolet import TTS, AudioChunk, PoolOptions, RecoveryPolicy, Stage, speech
from triolet.testing import ToneTTS, decode
from triolet_adapters.tts.qwen import QwenServer, QwenTTS, ServerOptions

SECONDS_PER_CHARACTER = 0.004
"""Fifteen times as fast as people speak: the frameworks have clocks of their own, and no virtual one."""

SENTENCES = [
    f"Sentence number {name} has a few words, and then it ends."
    for name in [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ]
]
"""Each can be told from all others."""
ANSWER = " ".join(SENTENCES)


def tokens(text: str) -> list[str]:
    """As an LLM writes them: a word with the space before it."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


ONE_TRY = PoolOptions(attempts=1)


def nobody() -> Stage[str, AudioChunk]:
    """A voice whose service does not listen, asked once."""
    dead = QwenTTS(url="ws://127.0.0.1:9/api-ws/v1/realtime", api_key="")
    return speech(dead, "en", recovery=RecoveryPolicy(attempts=1))


@attrs.define
class Service:
    """The server and its voice."""

    url: str
    voice: ToneTTS
    server: QwenServer

    def tts(self, **settings: str) -> QwenTTS:
        return QwenTTS(url=self.url, **({"api_key": ""} | settings))  # type: ignore[arg-type]

    def heard(self, pcm: bytes) -> list[tuple[str, float]]:
        """The texts whose samples are in some audio, in order, and which share of each."""
        commits = {(commit.connection, commit.commit): commit for commit in self.voice.commits}
        shares: list[tuple[str, float]] = []
        for run in decode(pcm).runs:
            commit = commits[run.connection, run.commit]
            share = (run.stop - run.start) / commit.samples
            if shares and shares[-1][0] == commit.text:
                shares[-1] = (commit.text, shares[-1][1] + share)
            else:
                shares.append((commit.text, share))
        return shares

    def whole(self, pcm: bytes) -> str:
        """The words of some audio, each of whose commits must be in it whole and once."""
        heard = self.heard(pcm)
        for text, share in heard:
            assert 0.97 < share < 1.001, (
                f"{share:.0%} of {text!r} was heard"
            )  # silence at its ends may be cut, in frames of 4
        return " ".join(text.strip() for text, _ in heard)


@contextlib.contextmanager
def local_service(voice: TTS | None = None, options: ServerOptions | None = None) -> Generator[Service]:
    """Serve on this machine while the block runs."""
    tone = ToneTTS(seconds_per_character=SECONDS_PER_CHARACTER)
    server = QwenServer(voice or tone, options)
    started: queue.Queue[tuple[str, trio.lowlevel.TrioToken, trio.CancelScope]] = queue.Queue()

    async def serve() -> None:
        async with trio.open_nursery() as nursery:
            url = await nursery.start(server.serve)
            started.put((url, trio.lowlevel.current_trio_token(), nursery.cancel_scope))

    thread = threading.Thread(target=trio.run, args=(serve,))
    thread.start()
    url, token, scope = started.get(timeout=10)
    try:
        yield Service(url, tone, server)
    finally:
        token.run_sync_soon(scope.cancel)
        thread.join()
