"""A voice that takes the text of a turn as it comes: what it is given, when, and what becomes of its audio."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio
from tests.unit.triolet.synthesis._phrases import tone
from trio.testing import MockClock

from triolet import (
    TTS,
    AudioCallback,
    AudioChunk,
    AudioFormat,
    Boundary,
    NormalizedClause,
    SpeechUnit,
    StreamSynthesizer,
    TTSSession,
    TTSStream,
    TurnContext,
    Usage,
    stage,
)
from triolet.errors import ConnectionLost, NoAudio
from triolet.testing import collect


class Streamed(TTS):
    """Says so many seconds of each text; gives an error for the text "fail"."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self.texts: list[tuple[float, str]] = []
        self.open = 0

    @property
    def format(self) -> AudioFormat:
        return AudioFormat()

    @property
    def whole_turns(self) -> bool:
        return True

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        raise RuntimeError("it speaks whole turns")

    def connect_stream(self) -> AbstractAsyncContextManager[TTSStream]:
        return self._connect_stream()

    @asynccontextmanager
    async def _connect_stream(self) -> AsyncGenerator[TTSStream]:
        self.open += 1
        try:
            yield _Session(self)
        finally:
            self.open -= 1


class _Session(TTSStream):
    def __init__(self, tts: Streamed) -> None:
        self._tts = tts

    async def speak(self, texts: AsyncIterable[str], accept: AudioCallback) -> Usage:
        async for text in texts:
            self._tts.texts.append((trio.current_time(), text))
            if text == "fail":
                raise ConnectionLost("gone")
            accept(b"")
            if self._tts.seconds:
                accept(tone(1, self._tts.seconds))
        return Usage(sum(len(text) for _, text in self._tts.texts))


def clauses(*texts: str) -> list[NormalizedClause]:
    return [
        NormalizedClause(
            units=(SpeechUnit(text, at, at + 1),),
            start=at,
            end=at + 1,
            boundary=Boundary.SENTENCE,
            opening=Boundary.SENTENCE,
        )
        for at, text in enumerate(texts)
    ]


@stage
async def listener(
    upstream: trio.MemoryReceiveChannel[AudioChunk], downstream: trio.MemorySendChannel[AudioChunk]
) -> None:
    async for chunk in upstream:
        await downstream.send(chunk)


async def test_each_clause_is_said_and_each_sample_has_its_place(autojump_clock: MockClock) -> None:
    tts, turn = Streamed(), TurnContext()
    chunks = await collect(clauses("One.", "Two.", "", "Three.") | StreamSynthesizer(tts), turn=turn)
    assert [text for _, text in tts.texts] == ["One.", "Two.", "Three."]
    assert [chunk.offset for chunk in chunks] == [0, 24_000, 48_000, 72_000]
    assert [chunk.final for chunk in chunks] == [False, False, False, True]
    (phrase,) = turn.timeline.result.phrases
    assert phrase.billed == len("One.Two.Three.")
    assert tts.open == 0


async def test_it_begins_with_the_first_clause_that_has_words(autojump_clock: MockClock) -> None:
    tts = Streamed()
    await collect(clauses("—", "...", "One.") | StreamSynthesizer(tts))
    assert [text for _, text in tts.texts] == ["One."]
    nothing = Streamed()
    assert await collect(clauses("—", "...") | StreamSynthesizer(nothing)) == []
    assert nothing.texts == []


async def test_a_clause_waits_while_the_listener_has_enough(autojump_clock: MockClock) -> None:
    tts, turn = Streamed(seconds=2.0), TurnContext()
    turn.clock.listener.realtime = True

    async def hears() -> None:
        for _ in range(6):
            await trio.sleep(2.0)
            turn.clock.listener.take(2.0, dry_at=trio.current_time())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hears)
        await collect(clauses(*["One."] * 6) | StreamSynthesizer(tts, lead=3.0), turn=turn)
    assert [at for at, _ in tts.texts] == [0, 0, 2, 4, 6, 8]


async def test_words_without_audio_are_an_error(autojump_clock: MockClock) -> None:
    turn = TurnContext()
    with pytest.raises(NoAudio):
        await collect(clauses("One.") | StreamSynthesizer(Streamed(seconds=0.0)), turn=turn)
    assert (turn.timeline.result.phrases[0].reason or "").startswith("NoAudio")


async def test_an_error_says_so_in_the_result_and_closes_the_session(autojump_clock: MockClock) -> None:
    tts, turn = Streamed(), TurnContext()

    async def source() -> AsyncIterator[NormalizedClause]:
        for clause in clauses("One.", "fail"):
            yield clause
        await trio.sleep_forever()

    with pytest.raises(ConnectionLost):
        await collect(source() | StreamSynthesizer(tts) | listener, turn=turn)
    assert turn.timeline.result.phrases[0].reason == "ConnectionLost: gone"
    assert tts.open == 0
