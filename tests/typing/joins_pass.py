"""Joins that both type checkers must accept, with the types that come out."""

from collections.abc import AsyncIterator
from typing import assert_type

import trio

import triolet.asyncio
from triolet import (
    TTS,
    AudioChunk,
    Background,
    BargeIn,
    BargeInDecision,
    BargeInOptions,
    Bed,
    Clause,
    Conversation,
    Ducking,
    LoudnessNormalizer,
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
    TurnResult,
    UserSpeech,
    speech,
    stage,
)
from triolet.blocking import Speaker
from triolet_adapters.listening import SileroVAD
from triolet_adapters.outputs import read_bed


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


def mixing(tts: TTS, output: Output) -> None:
    assert_type(speech(tts) | LoudnessNormalizer(), Stage[str, AudioChunk])
    bed = read_bed("hold.wav")
    assert_type(bed, Bed)
    background = Background(output, bed, ducking=Ducking(depth=12), during="turns")
    assert_type(["a"] | speech(tts) | LoudnessNormalizer(-18) | background, Pipeline)
    assert_type(["a"] | speech(tts) | Playout(Background(background, Bed([b"ab"], 8_000))), Pipeline)
    Conversation(speech(tts), background)
    triolet.asyncio.Conversation(speech(tts) | LoudnessNormalizer(), background)


async def send(pcm: bytes) -> None: ...


async def from_asyncio(tts: TTS, output: Output) -> None:
    sink = triolet.asyncio.Sink(send)
    assert_type(["a"] | speech(tts) | sink, Pipeline)
    async with (
        triolet.asyncio.open_session_pools() as sessions,
        triolet.asyncio.Conversation(speech(tts), Playout(sink), sessions=sessions) as conversation,
    ):
        assert_type(conversation, triolet.asyncio.Conversation)
        assert_type(await conversation.say(tokens()), TurnResult)
        assert_type(await conversation.say(["a"]), TurnResult)
        assert_type(conversation.last, TurnResult | None)
    assert_type(await triolet.asyncio.run(tokens() | speech(tts) | output), TurnResult)


def log(decision: BargeInDecision) -> None: ...


async def listening(conversation: Conversation, other: triolet.asyncio.Conversation) -> None:
    async with BargeIn(conversation, BargeInOptions(), observer=log) as user, triolet.asyncio.BargeIn(other) as their:
        assert_type(user, BargeIn)
        told: list[UserSpeech] = [user, their]
        assert_type(told[0].transcript("a", final=False), None)
        SileroVAD(user)


def blocking(tts: TTS, output: Output) -> None:
    with Speaker(speech(tts), output) as speaker:
        assert_type(speaker, Speaker)
        assert_type(speaker.say("a"), TurnResult)
        assert_type(b"".join(speaker.pcm(iter(["a"]))), bytes)
