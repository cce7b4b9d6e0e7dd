"""Servers that do what they should not: each gives the right audio, or a typed error before a named deadline has passed."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from tests.unit.adapters.tts._deeds import a_second, closed, message, reset, then
from tests.unit.adapters.tts.elevenlabs._peers import Deed, Script, scripted
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


def audio(*pieces: bytes, every: float = 0, final: bool = True, **fields: Any) -> Deed:
    async def deed(server: Script) -> None:
        for piece in pieces:
            await server.audio(piece, **fields)
            await trio.sleep(every)
        if final:
            await server.final()

    return deed


def sent(**fields: Any) -> Deed:
    return lambda server: server.send(**fields)


async def attempt(deed: Deed) -> bytes:
    async def script(server: Script) -> None:
        await server.begun()
        await deed(server)

    pcm = bytearray()
    async with scripted(script) as tts, tts.connect() as session:
        await session.commit("Hello there.", pcm.extend)
    return bytes(pcm)


ODD_ALIGNMENT = {"chars": ["x"] * 3, "charStartTimesMs": [1], "charDurationsMs": None}
RIGHT: dict[str, tuple[Deed, bytes]] = {
    "a byte at a time": (audio(*[bytes([value]) for value in PCM]), PCM),
    "slower than any deadline lasts": (audio(*[PCM] * 30, every=9), PCM * 30),
    "no audio in some": (then(sent(audio=None, contextId="triolet-0"), audio(b"", PCM, b"")), PCM),
    "an alignment that makes no sense": (audio(PCM, alignment=ODD_ALIGNMENT), PCM),
    "an alignment of other words": (
        audio(PCM, alignment={"chars": ["Q"] * 9, "charStartTimesMs": [-5] * 9, "charDurationsMs": [10**9] * 9}),
        PCM,
    ),
    "fields unknown": (audio(PCM, hello=[{}]), PCM),
    "the end in the message of the last audio": (
        then(audio(PCM, final=False), audio(PCM, isFinal=True, final=False)),
        PCM * 2,
    ),
}


@pytest.mark.parametrize("deed", RIGHT)
async def test_what_is_odd_and_harmless_gives_the_right_audio(autojump_clock: MockClock, deed: str) -> None:
    act, expected = RIGHT[deed]
    assert await attempt(act) == expected


WRONG: dict[str, tuple[Deed, type[TTSError], str, float]] = {
    "silence": (then(), DeadlineExpired, r"no audio for 10 s \(first_audio_timeout\): commit 1 of this session", 10),
    "messages without audio": (
        then(*[then(sent(audio=None, contextId="triolet-0"), a_second)] * 30),
        DeadlineExpired,
        "first_audio_timeout",
        10,
    ),
    "audio and silence": (audio(PCM, final=False), DeadlineExpired, "chunk_timeout", 10),
    "another context": (audio(PCM, contextId="another"), ProtocolViolation, "unknown context 'another'", 0),
    "no context": (audio(PCM, contextId=None), ProtocolViolation, "unknown context", 0),
    "half a sample": (audio(PCM[:199]), ProtocolViolation, "half a sample", 0),
    "nothing": (audio(), NoAudio, "without a sample", 0),
    "a flood": (audio(*[bytes(2**20)] * 7), TooMuchAudio, r"120 s of audio \(max_audio\)", 0),
    "a message above the limit": (message("x" * 5_000_000), ProtocolViolation, "max_message_size", 0),
    "no JSON": (message("{"), ProtocolViolation, "no JSON", 0),
    "nested for ever": (message("[" * 100_000), ProtocolViolation, "no JSON", 0),
    "no object": (message("[1]"), ProtocolViolation, "no object", 0),
    "bytes": (message(b"\0"), ProtocolViolation, "a binary message of 1 bytes", 0),
    "no base64": (sent(audio="?", contextId="triolet-0"), ProtocolViolation, "no base64", 0),
    "audio that is a number": (sent(audio=5, contextId="triolet-0"), ProtocolViolation, "no text", 0),
    "an error": (
        then(sent(message="No more credits.", error="quota_exceeded", code=1008), closed(1008, "quota")),
        ServiceError,
        r"No more credits\. \(quota_exceeded\)",
        0,
    ),
    "an error without a word": (sent(error=None), ServiceError, "without a word", 0),
    "a close": (closed(1008, "policy"), ConnectionLost, "1008 policy", 0),
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


@pytest.mark.parametrize(
    ("error", "retryable"),
    [("input_timeout_exceeded", True), ("rate_limit_exceeded", True), ("model_not_found", False)],
)
async def test_an_error_says_whether_another_try_helps(autojump_clock: MockClock, error: str, retryable: bool) -> None:
    with pytest.raises(ServiceError) as caught:
        await attempt(sent(message="m", error=error))
    assert caught.value.retryable is retryable


async def test_audio_that_nobody_asked_for_ends_the_session(autojump_clock: MockClock) -> None:
    async def script(server: Script) -> None:
        await server.audio(PCM, contextId="x")

    with pytest.raises(ProtocolViolation, match="unknown context"):
        async with scripted(script) as tts, tts.connect() as session:
            await session.ended()
            await session.commit("Hello.", bytearray().extend)
