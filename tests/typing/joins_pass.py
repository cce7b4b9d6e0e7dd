"""Joins that both type checkers must accept, with the types that come out."""

from collections.abc import AsyncIterator
from typing import assert_type

import trio

from triolet import (
    TTS,
    AudioChunk,
    Clause,
    Output,
    Phrase,
    Phraser,
    Pipeline,
    Playout,
    SentenceSegmenter,
    Source,
    Stage,
    Synthesizer,
    TextNormalizer,
    speech,
    stage,
)


@stage
async def shout(upstream: trio.abc.ReceiveChannel[str], downstream: trio.abc.SendChannel[str]) -> None:
    async for token in upstream:
        await downstream.send(token.upper())


async def tokens() -> AsyncIterator[str]:
    await trio.lowlevel.checkpoint()
    yield "a"


def joins(tts: TTS, output: Output, channel: trio.MemoryReceiveChannel[str]) -> None:
    assert_type(shout, Stage[str, str])
    assert_type(["a", "b"] | SentenceSegmenter("en"), Source[Clause])
    assert_type(tokens() | SentenceSegmenter(), Source[Clause])
    assert_type(channel | SentenceSegmenter(), Source[Clause])
    assert_type(["a"] | shout, Source[str])
    assert_type(SentenceSegmenter() | TextNormalizer() | Phraser(), Stage[str, Phrase])
    assert_type(speech(tts, "en"), Stage[str, AudioChunk])
    assert_type(shout | speech(tts), Stage[str, AudioChunk])
    assert_type(["a"] | speech(tts), Source[AudioChunk])
    assert_type(["a"] | speech(tts) | output, Pipeline)
    assert_type(["a"] | speech(tts) | Playout(output), Pipeline)
    assert_type(
        tokens() | SentenceSegmenter() | TextNormalizer() | Phraser() | Synthesizer(tts) | output,
        Pipeline,
    )
