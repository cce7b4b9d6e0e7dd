"""Servers that do what they should not: each gives the right audio, or a typed error before a named deadline has passed."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from tests.unit.adapters.tts._deeds import a_second, closed, message, reset, then
from tests.unit.adapters.tts.cosyvoice._peers import Deed, Script, scripted
from trio.testing import MockClock

from triolet.errors import (
    ConnectionLost,
    DeadlineExpired,
    NoAudio,
    ProtocolViolation,
    ServiceError,
    TooMuchAudio,
    TTSError,
)

PCM = bytes(range(200))


def audio(*pieces: bytes, every: float = 0, final: bool = True) -> Deed:
    async def deed(server: Script) -> None:
        for piece in pieces:
            await server.audio(piece)
            await trio.sleep(every)
        if final:
            await server.event("task-finished")

    return deed


def event(name: str, header: dict[str, Any] | None = None, **payload: Any) -> Deed:
    return lambda server: server.event(name, header, **payload)


async def attempt(deed: Deed) -> bytes:
    async def script(server: Script) -> None:
        await server.begun()
        await deed(server)

    pcm = bytearray()
    async with scripted(script) as tts, tts.connect() as session:
        await session.commit("Hello there.", pcm.extend)
    return bytes(pcm)


ODD_WORDS = {"index": -3, "words": [{"text": "Hello", "begin_time": "x", "end_time": -5}, None, 7]}
OTHER_WORDS = {"index": 0, "words": [{"text": "Hello", "begin_time": -(10**9), "end_time": 10**9}]}
RIGHT: dict[str, tuple[Deed, bytes]] = {
    "a byte at a time": (audio(*[bytes([value]) for value in PCM]), PCM),
    "slower than any deadline lasts": (audio(*[PCM] * 30, every=9), PCM * 30),
    "empty messages": (audio(b"", PCM, b""), PCM),
    "words that make no sense": (then(event("result-generated", output={"sentence": ODD_WORDS}), audio(PCM)), PCM),
    "words at impossible times": (then(event("result-generated", output={"sentence": OTHER_WORDS}), audio(PCM)), PCM),
    "events unknown": (then(event("result-heard", x=[{}]), event("result-generated"), audio(PCM)), PCM),
    "a payload that is none": (
        then(event("result-generated", output=[1], usage="many"), audio(PCM)),
        PCM,
    ),
    "started twice": (then(event("task-started"), audio(PCM)), PCM),
}


@pytest.mark.parametrize("deed", RIGHT)
async def test_what_is_odd_and_harmless_gives_the_right_audio(autojump_clock: MockClock, deed: str) -> None:
    act, expected = RIGHT[deed]
    assert await attempt(act) == expected


FAILED = {"error_code": "InvalidParameter", "error_message": "[tts:]Engine return error code: 418"}
WRONG: dict[str, tuple[Deed, type[TTSError], str, float]] = {
    "silence": (then(), DeadlineExpired, r"no audio for 10 s \(first_audio_timeout\): commit 1 of this session", 10),
    "events without audio": (
        then(*[then(event("result-generated"), a_second)] * 30),
        DeadlineExpired,
        "first_audio_timeout",
        10,
    ),
    "audio and silence": (audio(PCM, final=False), DeadlineExpired, "chunk_timeout", 10),
    "another task": (event("task-finished", {"task_id": "x"}), ProtocolViolation, "'task-finished' of an unknown", 0),
    "no task": (event("result-generated", {"task_id": None}), ProtocolViolation, "of an unknown task", 0),
    "half a sample": (audio(PCM[:199]), ProtocolViolation, "half a sample", 0),
    "nothing": (audio(), NoAudio, "without a sample", 0),
    "a flood": (audio(*[bytes(2**20)] * 7), TooMuchAudio, r"120 s of audio \(max_audio\)", 0),
    "a message above the limit": (message("x" * 5_000_000), ProtocolViolation, "max_message_size", 0),
    "no JSON": (message("{"), ProtocolViolation, "no JSON", 0),
    "nested for ever": (message("[" * 100_000), ProtocolViolation, "no JSON", 0),
    "no object": (message("[1]"), ProtocolViolation, "no object", 0),
    "no header": (message("{}"), ProtocolViolation, "None of an unknown task", 0),
    "a failure": (
        then(audio(PCM, final=False), event("task-failed", FAILED), closed(1007, "")),
        ServiceError,
        "InvalidParameter: .tts:.Engine return error code: 418",
        0,
    ),
    "a failure without a word": (event("task-failed", {"error_code": 5}), ServiceError, "without a word", 0),
    "a close": (closed(1007, "wrong"), ConnectionLost, "1007 wrong", 0),
    "a close within": (then(audio(PCM, final=False), closed(1011, "")), ConnectionLost, "1011", 0),
    "a reset": (then(audio(PCM, final=False), reset), ConnectionLost, "broke", 0),
    "no frames": (lambda server: server.raw(b"\xff" * 100), ProtocolViolation, "broken WebSocket frames", 0),
}


@pytest.mark.parametrize("deed", WRONG)
async def test_what_is_wrong_gives_a_typed_error_in_time(autojump_clock: MockClock, deed: str) -> None:
    act, kind, words, seconds = WRONG[deed]
    with pytest.raises(kind, match=words):
        await attempt(act)
    assert trio.current_time() <= seconds + 1.1, "a second is for the Close"


ORDER: dict[str, tuple[Deed, str]] = {
    "audio": (audio(PCM, final=False), "audio of a task that has not started"),
    "the end": (event("task-finished"), "'task-finished' of a task that has not started"),
    "a sentence": (event("result-generated"), "'result-generated' of a task that has not started"),
}


@pytest.mark.parametrize("deed", ORDER)
async def test_a_task_that_has_not_started_gives_nothing(autojump_clock: MockClock, deed: str) -> None:
    act, words = ORDER[deed]

    async def script(server: Script) -> None:
        await server.until("run-task")
        await act(server)

    with pytest.raises(ProtocolViolation, match=words):
        async with scripted(script) as tts, tts.connect() as session:
            await session.commit("Hello there.", bytearray().extend)


async def test_a_task_that_never_starts_is_given_up(autojump_clock: MockClock) -> None:
    with pytest.raises(DeadlineExpired, match="first_audio_timeout"):
        async with scripted(lambda server: server.until("run-task")) as tts, tts.connect() as session:
            await session.commit("Hello there.", bytearray().extend)


@pytest.mark.parametrize("deed", [audio(PCM, final=False), audio(PCM)])
async def test_what_nobody_asked_for_ends_the_session(autojump_clock: MockClock, deed: Deed) -> None:
    with pytest.raises(ProtocolViolation, match=r"when nothing was committed|unknown task"):
        async with scripted(deed) as tts, tts.connect() as session:
            await session.ended()
            await session.commit("Hello.", bytearray().extend)


async def test_a_service_that_was_silent_is_not_asked_again(autojump_clock: MockClock) -> None:
    """The session is spent: it would be silent once more."""

    async def script(server: Script) -> None:
        await server.begun()
        await server.audio(PCM)

    async with scripted(script) as tts, tts.connect() as session:
        with pytest.raises(DeadlineExpired):
            await session.commit("Hello.", bytearray().extend)
        assert not session.reusable


async def test_a_cancel_that_crosses_the_end_of_its_task_costs_a_connection_and_no_more(
    autojump_clock: MockClock,
) -> None:
    """Where the service fails such a task, the next commit is worth another try."""

    async def script(server: Script) -> None:
        await server.begun()
        await server.audio(PCM)
        await server.until("finish-task")
        await server.event("task-finished")
        await server.event("task-failed", FAILED)

    async with scripted(script) as tts, tts.connect() as session:
        with trio.move_on_after(1):
            await session.commit("Hello.", bytearray().extend)
        with pytest.raises(ConnectionLost, match="cancelled task") as caught:
            await session.commit("Hello.", bytearray().extend)
    assert caught.value.retryable
