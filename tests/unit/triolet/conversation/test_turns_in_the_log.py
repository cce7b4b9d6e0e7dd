"""The log names turns, so that one who looks for a lost commit finds the turn that lost it; and it never holds their text."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextvars import ContextVar

import pytest
import trio

from triolet import Conversation, Filler, speech
from triolet.errors import ConnectionLost, Unspeakable
from triolet.testing import RecordingOutput, ScriptedTTS, ToneTTS

SECOND = bytes(24_000 * 2)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged, with the turns of this test numbered from 1."""
    numbers: dict[str, str] = {}
    return [
        re.sub(
            r"^turn (\d+)", lambda turn: f"turn {numbers.setdefault(turn[1], str(len(numbers) + 1))}", record.message
        )
        for record in caplog.records
        if record.name in ("triolet.turns", "triolet.sessions")
    ]


async def test_a_lost_commit_names_its_turn(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="triolet")
    tts = ScriptedTTS([[SECOND], [ConnectionLost("swordfish")], [SECOND]])
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
        await conversation.say(["Swordfish is one."])
        await conversation.say(["Swordfish is two."])
    assert lines(caplog) == [
        "turn 1: begins",
        "turn 1: ends: 1 of 1 phrases heard whole, 1.0 s of speech",
        "turn 2: begins",
        "turn 2: a commit was lost: ConnectionLost",
        "turn 2: ends: 1 of 1 phrases heard whole, 1.0 s of speech",
    ]
    assert "swordfish" not in caplog.text.lower()


async def test_the_end_of_a_turn_says_why_without_its_text(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="triolet.turns")
    async with Conversation(speech(ScriptedTTS([[Unspeakable("swordfish")]]), "en"), RecordingOutput()) as conversation:
        with pytest.raises(Unspeakable):
            await conversation.say(["Swordfish."])
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation, trio.open_nursery() as nursery:

        async def interrupt() -> None:
            await trio.sleep(0.5)
            conversation.interrupt()

        nursery.start_soon(interrupt)
        await conversation.say(["This sentence is longer than half a second, I should think."])
    told = lines(caplog)
    assert told[1].startswith("turn 1: failed with Unspeakable: 0 of 1 phrases")
    assert told[3].startswith("turn 2: interrupted: 0 of 1 phrases")
    assert "swordfish" not in caplog.text.lower()


async def test_a_filler_is_part_of_its_turn(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="triolet")

    async def slow() -> AsyncIterator[str]:
        await trio.sleep(5)
        yield "Here it is."

    tts = ScriptedTTS([[ConnectionLost("gone")], [SECOND], [SECOND]])
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
        await conversation.say(slow(), filler=Filler("One moment.", after=1.0))
    assert [line for line in lines(caplog) if "session" not in line] == [
        "turn 1: begins",
        "turn 1: a commit was lost: ConnectionLost",
        "turn 1: ends: 1 of 1 phrases heard whole, 1.0 s of speech",
    ]


async def test_two_turns_at_once_are_told_apart_also_by_a_mark_of_the_program(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="triolet")
    call = ContextVar("call", default="")
    marks: list[tuple[str, str]] = []

    def mark(record: logging.LogRecord) -> bool:
        marks.append((call.get(), record.getMessage()))
        return True

    async def speak(name: str) -> None:
        call.set(name)
        tts = ScriptedTTS([[ConnectionLost("gone")], [SECOND]])
        async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
            await conversation.say(["Hello."])

    caplog.handler.addFilter(mark)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(speak, "Alice")
            nursery.start_soon(speak, "Bob")
    finally:
        caplog.handler.removeFilter(mark)
    for name in ("Alice", "Bob"):
        told = [line for who, line in marks if who == name]
        assert len(told) == 3
        assert len({line.partition(":")[0] for line in told}) == 1
