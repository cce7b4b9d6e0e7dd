"""What holds before, between and after turns: what is opened, what a call without a turn does, what is left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.triolet.conversation._conversations import ONE, TWO
from trio.testing import MockClock

from triolet import (
    AudioChunk,
    AudioFormat,
    Budget,
    Conversation,
    Filler,
    Stage,
    TurnContext,
    TurnResult,
    open_session_pools,
    speech,
)
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS


class Settings(ToneTTS):
    """Notes with which settings each text was said."""

    def __init__(self) -> None:
        super().__init__(pace=4)
        self.said: list[dict[str, str]] = []

    def adjusted(self, **changes: str) -> Settings:
        self.said.append(changes)
        return self


class WholeTurns(ToneTTS):
    """A voice whose service cuts the text itself: it has no sessions for phrases."""

    @property
    def whole_turns(self) -> bool:
        return True


class Passing(Stage[AudioChunk, AudioChunk]):
    """Notes the number of each turn that passes, and raises where it is told."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.error: Exception | None = None

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[AudioChunk],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        self.numbers.append(turn.number)
        async for chunk in upstream:
            if self.error is not None:
                raise self.error
            await downstream.send(chunk)


class Watched(RecordingOutput):
    """Notes which turn had ended last when it was opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation: Conversation | None = None
        self.events: list[tuple[str, str | None]] = []

    def _note(self, what: str) -> None:
        last = self.conversation.last if self.conversation is not None else None
        self.events.append((what, None if last is None else last.text))

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        self._note("open")
        await super().open(format)

    async def close(self) -> None:
        self._note("close")
        await super().close()


async def test_a_session_is_opened_when_the_conversation_is(autojump_clock: MockClock) -> None:
    tts = ToneTTS(connect=0.1)
    async with Conversation(speech(tts, "en"), RecordingOutput()):
        await trio.sleep(0.5)
        assert tts.open == 1


async def test_of_a_voice_that_speaks_whole_turns_nothing_is_opened_ahead(autojump_clock: MockClock) -> None:
    tts = WholeTurns()
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
        await trio.sleep(0.5)
        assert tts.connections == 0
        assert conversation.statistics() == {}


async def test_a_conversation_is_opened_once_at_a_time(autojump_clock: MockClock) -> None:
    conversation = Conversation(speech(ToneTTS(), "en"), RecordingOutput())
    async with conversation:
        with pytest.raises(RuntimeError, match="open already"):
            await conversation.__aenter__()
        assert (await conversation.say([TWO])).heard == TWO
    with pytest.raises(RuntimeError, match="not open"):
        await conversation.say([TWO])


@pytest.mark.parametrize("shared", [False, True])
async def test_an_error_leaves_the_block_alone(autojump_clock: MockClock, shared: bool) -> None:
    async with open_session_pools() as pools:
        with pytest.raises(LookupError):
            async with Conversation(
                speech(ToneTTS(), "en"), RecordingOutput(), sessions=pools if shared else None
            ) as conversation:
                await conversation.say([TWO])
                raise LookupError


async def test_the_output_is_closed_when_the_turn_has_ended(autojump_clock: MockClock) -> None:
    """Though its source takes a while to close."""

    class Reluctant(ScriptedSource):
        async def __aiter__(self) -> AsyncIterator[str]:
            try:
                yield ONE
                await trio.sleep_forever()
            finally:
                with trio.CancelScope(shield=True):
                    await trio.sleep(1)

    output = Watched()
    async with trio.open_nursery() as nursery, Conversation(speech(ToneTTS(pace=4), "en"), output) as conversation:
        output.conversation = conversation
        nursery.start_soon(conversation.say, Reluctant([]))
        await trio.sleep(2)
    assert output.events == [("open", None), ("close", ONE)]


async def test_without_a_turn_a_pause_and_an_interruption_do_nothing(autojump_clock: MockClock) -> None:
    """Also after one: the next is neither paused nor interrupted, and takes as long."""
    output = RecordingOutput()
    async with Conversation(speech(ToneTTS(pace=4), "en"), output) as conversation:
        took: list[float] = []
        for _ in range(3):
            began = trio.current_time()
            result = await conversation.say([TWO])
            took.append(trio.current_time() - began)
            assert (result.heard, result.interrupted) == (TWO, False)
            conversation.pause()
            conversation.interrupt()
            assert conversation.last == result
            await trio.sleep(0.1)
    assert took[1:] == pytest.approx(took[:1] * 2, abs=0.1)


async def test_the_settings_of_a_turn_reach_its_voice_and_that_of_its_filler(autojump_clock: MockClock) -> None:
    tts = Settings()
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
        await conversation.say([TWO])
        assert tts.said == []
        answer = ScriptedSource([3.0, TWO])
        await conversation.say(
            answer,
            voice="Dylan",
            language="Chinese",
            instructions="softly",
            filler=Filler("One moment.", after=1.0),
        )
    assert tts.said == [{"voice": "Dylan", "language": "Chinese", "instructions": "softly"}] * 2


async def test_the_filler_of_a_turn_has_its_number(autojump_clock: MockClock) -> None:
    passing = Passing()
    async with Conversation(speech(ToneTTS(pace=4), "en") | passing, RecordingOutput()) as conversation:
        for _ in range(2):
            await conversation.say(ScriptedSource([3.0, TWO]), filler=Filler("One moment.", after=1.0))
    first, filler, second, other = passing.numbers
    assert (first, second) == (filler, other)
    assert second > first


async def test_a_mistake_in_a_stage_is_not_hidden_by_a_filler(autojump_clock: MockClock) -> None:
    passing = Passing()
    passing.error = LookupError("a mistake")
    async with Conversation(speech(ToneTTS(pace=4), "en") | passing, RecordingOutput()) as conversation:
        with pytest.raises(LookupError, match="a mistake"):
            await conversation.say(ScriptedSource([3.0]), filler=Filler("One moment.", after=1.0))


@pytest.mark.parametrize("after", [0.5, 1000.0])
async def test_an_interrupted_turn_returns_though_its_text_was_longer_than_its_budget(
    autojump_clock: MockClock, after: float
) -> None:
    result: TurnResult | None = None
    budget = Budget(characters=len(ONE) - 5)
    async with (
        Conversation(speech(ToneTTS(pace=4), "en"), RecordingOutput(), budget=budget) as conversation,
        trio.open_nursery() as nursery,
    ):

        async def say() -> None:
            nonlocal result
            result = await conversation.say([ONE])

        if after > 100:
            with pytest.raises(Exception, match="longer than"):
                await say()
        else:
            nursery.start_soon(say)
            await trio.sleep(after)
            conversation.interrupt()
    assert (result is not None and result.interrupted) == (after < 100)
