"""A session that takes another commit after one that was cancelled, and word times on their way through a session."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio
from trio.testing import MockClock

from triolet import (
    TTS,
    AudioAndWords,
    AudioCallback,
    AudioFormat,
    Conversation,
    TimedWord,
    TTSSession,
    Usage,
    speech,
    tell_words,
)
from triolet.testing import RecordingOutput


class Voice(TTS):
    """Says a word in a tenth of a second, and tells when."""

    def __init__(self, *, reusable: bool = True) -> None:
        self.reusable = reusable
        self.opened = 0

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(16_000)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        self.opened += 1
        await trio.sleep(0.5)
        yield Session(self)


class Session(TTSSession):
    def __init__(self, voice: Voice) -> None:
        self.voice = voice

    @property
    def reusable(self) -> bool:
        return self.voice.reusable

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        position = 0
        for number, word in enumerate(text.split()):
            await trio.sleep(0.02)
            start = text.index(word, position)
            position = start + len(word)
            tell_words(accept, [TimedWord(start, position, number / 10, (number + 1) / 10)])
            accept(b"\x00\x40" * 1600)
        return Usage(len(text))


async def interruptions(voice: Voice) -> list[str]:
    output, heard = RecordingOutput(), list[str]()
    async with Conversation(speech(voice, "en"), output) as conversation:
        await trio.sleep(2)
        for _ in range(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(conversation.say, ["One two three four five six seven eight nine ten. " * 3])
                await trio.sleep(0.55)
                conversation.interrupt()
            assert conversation.last is not None
            assert not conversation.last.estimated
            heard.append(conversation.last.heard)
            await trio.sleep(0.1)
    return heard


async def test_it_is_used_again_after_an_interruption(autojump_clock: MockClock) -> None:
    voice, spent = Voice(), Voice(reusable=False)
    again, anew = await interruptions(voice), await interruptions(spent)
    assert again == anew
    assert all("One two" in heard for heard in again)
    assert voice.opened <= 3 < spent.opened


def test_who_does_not_care_is_not_told() -> None:
    told: list[TimedWord] = []
    word = TimedWord(0, 1, 0, 1)
    tell_words(bytearray().extend, [word])
    tell_words(AudioAndWords(bytearray().extend, told.extend), [word])
    assert told == [word]
