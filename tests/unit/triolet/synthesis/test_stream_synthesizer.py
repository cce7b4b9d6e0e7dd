"""A voice that takes the text of a turn as it comes: what it is given, when, and what becomes of its audio."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio
from tests.unit.triolet.conversation._teller import said, spans
from tests.unit.triolet.synthesis._phrases import tone
from trio.testing import MockClock

from triolet import (
    TTS,
    AudioCallback,
    AudioChunk,
    AudioFormat,
    Boundary,
    Conversation,
    NormalizedClause,
    SentenceSegmenter,
    SpeechUnit,
    StreamSynthesizer,
    TextNormalizer,
    TimedWord,
    TTSSession,
    TTSStream,
    TurnContext,
    Usage,
    stage,
    tell_words,
)
from triolet.errors import ConnectionLost, NoAudio
from triolet.testing import RecordingOutput, ToneTTS, collect

RATE = 8000


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


class _TellingSession(TTSStream):
    """Says each text with a tone a character, and tells its words before their audio, or a second late."""

    def __init__(self, voice: ToneTTS, late: bool) -> None:
        self._voice, self._late = voice, late

    async def speak(self, texts: AsyncIterable[str], accept: AudioCallback) -> Usage:
        said, seconds = "", 0.0
        async with self._voice.connect() as session:
            async for text in texts:
                pace = self._voice.samples_of(text) / len(text) / RATE
                words = [
                    TimedWord(len(said) + at, len(said) + end, seconds + at * pace, seconds + end * pace)
                    for at, end in spans(text)
                ]
                if not self._late:
                    tell_words(accept, words)
                await session.commit(text, accept)
                if self._late:
                    await trio.sleep(1)
                    tell_words(accept, words)
                said += text
                seconds += len(text) * pace
        return Usage(len(said))


class _Telling(Streamed):
    def __init__(self, voice: ToneTTS, *, late: bool = False) -> None:
        super().__init__()
        self._voice, self._late = voice, late

    @property
    def format(self) -> AudioFormat:
        return self._voice.format

    @asynccontextmanager
    async def _connect_stream(self) -> AsyncGenerator[TTSStream]:
        yield _TellingSession(self._voice, self._late)


STREAMED = "We look at the map. Then we choose a way, and walk. At last it rains."


@pytest.mark.parametrize("late", [False, True])
async def test_what_was_heard_of_a_whole_turn_is_exact_where_its_words_are_told(
    autojump_clock: MockClock, late: bool
) -> None:
    """By the samples, at 20 interruptions; told late, what had not been told is an estimate, and said to be."""
    draws, inside = random.Random(5), 0
    for _ in range(20):
        voice = ToneTTS(sample_rate=RATE, pace=1.1, seconds_per_character=0.06)
        output = RecordingOutput()
        chain = SentenceSegmenter("en") | TextNormalizer() | StreamSynthesizer(_Telling(voice, late=late))
        async with Conversation(chain, output) as conversation, trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, [STREAMED])
            await trio.sleep(draws.uniform(0.3, 5))
            conversation.interrupt()
        result = conversation.last
        assert result is not None
        heard, true = result.heard.split(), [word.text for word in said(voice, output, 0.0)]
        inside += 0 < len(true) < len(STREAMED.split())
        if result.estimated:
            assert late
            assert abs(len(heard) - len(true)) <= 2
        else:
            assert [word.strip(".,") for word in heard] == true
    assert inside > 10


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
