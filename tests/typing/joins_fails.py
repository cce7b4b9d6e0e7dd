"""Joins that both type checkers must refuse: each says so where a line is told to be ignored and has no error."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from collections.abc import AsyncIterator

import trio

import triolet.asyncio
from triolet import TTS, Output, Phraser, SentenceSegmenter, Synthesizer, TextNormalizer, speech, stage
from triolet.blocking import Speaker


@stage
async def shout(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
    async for token in upstream:
        await downstream.send(token.upper())


async def raw() -> AsyncIterator[bytes]:
    await trio.lowlevel.checkpoint()
    yield b"a"


def silent(pcm: bytes) -> None: ...


def joins(tts: TTS, output: Output, channel: trio.MemoryReceiveChannel[int]) -> None:
    x1 = [1, 2] | SentenceSegmenter()  # type: ignore[operator]  # tokens are str
    x2 = raw() | SentenceSegmenter()  # type: ignore[operator]  # tokens are str
    x3 = channel | SentenceSegmenter()  # type: ignore[operator]  # tokens are str
    x4 = ["a"] | TextNormalizer()  # type: ignore[operator]  # TextNormalizer takes clauses
    x5 = SentenceSegmenter() | Phraser()  # type: ignore[operator]  # Phraser takes spoken clauses
    x6 = ["a"] | SentenceSegmenter() | Synthesizer(tts)  # type: ignore[operator]  # Synthesizer takes phrases
    x7 = ["a"] | SentenceSegmenter() | output  # type: ignore[operator]  # an output takes audio
    x8 = speech(tts) | shout  # type: ignore[operator]  # shout takes tokens
    x9 = ["a"] | shout | output  # type: ignore[operator]  # an output takes audio
    y0 = ["a"] | tts  # type: ignore[operator]  # a voice is no stage
    y1 = triolet.asyncio.Sink(silent)  # type: ignore[arg-type]  # it must be awaited
    y2 = triolet.asyncio.Conversation(shout, output)  # type: ignore[arg-type]  # shout gives no audio
    y4 = triolet.BargeIn(output)  # type: ignore[arg-type]  # an output cannot be interrupted
    y3 = Speaker(speech(tts), output).say([1])  # type: ignore[list-item]  # tokens are str
    y5 = triolet.Background(output, b"ab")  # type: ignore[arg-type]  # a bed has a sample rate
    y6 = ["a"] | triolet.LoudnessNormalizer()  # type: ignore[operator]  # it takes audio
    y7 = triolet.Background(output, triolet.Bed(b"ab", 8_000), during="always")  # type: ignore[arg-type]  # no such time
    del y1, y2, y3, y4, y5, y6, y7
    del x1, x2, x3, x4, x5, x6, x7, x8, x9, y0
