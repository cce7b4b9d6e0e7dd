"""Servers that do what they should not: each gives the right audio, or a typed error before a named deadline has passed."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from tests.unit.adapters.tts._deeds import a_second, closed, message, reset, then
from tests.unit.adapters.tts.cartesia._peers import Deed, Script, scripted
from trio.testing import MockClock

from triolet.errors import (
    AuthenticationFailed,
    ConnectionLost,
    DeadlineExpired,
    NoAudio,
    ProtocolViolation,
    ServiceError,
    TooMuchAudio,
    TTSError,
)

PCM = bytes(range(200))


def chunks(*pieces: bytes, every: float = 0, done: bool = True, **fields: Any) -> Deed:
    async def deed(server: Script) -> None:
        for piece in pieces:
            await server.chunk(piece, **fields)
            await trio.sleep(every)
        if done:
            await server.done()

    return deed


def sent(kind: object, **fields: Any) -> Deed:
    return lambda server: server.send(kind, **fields)


async def attempt(deed: Deed) -> bytes:
    async def script(server: Script) -> None:
        await server.begun()
        await deed(server)

    pcm = bytearray()
    async with scripted(script) as tts, tts.connect() as session:
        await session.commit("Hello there.", pcm.extend)
    return bytes(pcm)


ODD_WORDS = {"words": ["x", None, "Hello"], "start": [1, 2, -5], "end": [10**300]}
RIGHT: dict[str, tuple[Deed, bytes]] = {
    "a byte at a time": (chunks(*[bytes([value]) for value in PCM]), PCM),
    "slower than any deadline lasts": (chunks(*[PCM] * 15, every=9), PCM * 15),
    "chunks without audio": (chunks(b"", PCM, b""), PCM),
    "words that make no sense": (then(sent("timestamps", word_timestamps=ODD_WORDS), chunks(PCM)), PCM),
    "words behind the audio": (
        then(chunks(PCM, done=False), sent("timestamps", word_timestamps={"words": ["Hello"], "start": [0], "end": [9]}),
             chunks(PCM)), PCM * 2),
    "kinds and fields unknown": (then(sent("hello"), sent(None), sent("flush_done", flush_id=1), chunks(PCM, x=[{}])), PCM),
    "a last chunk that says so": (then(chunks(PCM, done=False, status_code=200), chunks(PCM)), PCM * 2),
    "what comes behind the end": (then(chunks(PCM), chunks(PCM)), PCM),
}  # fmt: skip


@pytest.mark.parametrize("deed", RIGHT)
async def test_what_is_odd_and_harmless_gives_the_right_audio(autojump_clock: MockClock, deed: str) -> None:
    act, expected = RIGHT[deed]
    assert await attempt(act) == expected


WRONG: dict[str, tuple[Deed, type[TTSError], str, float]] = {
    "silence": (then(), DeadlineExpired, r"no audio for 10 s \(first_audio_timeout\): commit 1 of this session", 10),
    "messages without audio": (
        then(*[then(sent("timestamps"), a_second)] * 30), DeadlineExpired, "first_audio_timeout", 10),
    "audio and silence": (chunks(PCM, done=False), DeadlineExpired, "chunk_timeout", 10),
    "another context": (chunks(PCM, context_id="another"), ProtocolViolation, "of an unknown context", 0),
    "a context to come": (
        lambda server: server.chunk(PCM, context_id=server.context[:-1] + "7"), ProtocolViolation, "unknown context", 0),
    "a context with a long number": (
        lambda server: server.chunk(PCM, context_id=server.context + "9" * 5000), ProtocolViolation, "unknown", 0),
    "no context": (chunks(PCM, context_id=None), ProtocolViolation, "unknown context", 0),
    "half a sample": (chunks(PCM[:199]), ProtocolViolation, "half a sample", 0),
    "nothing": (chunks(), NoAudio, "without a sample", 0),
    "a flood": (chunks(*[bytes(2**20)] * 7), TooMuchAudio, r"120 s of audio \(max_audio\)", 0),
    "a message above the limit": (message("x" * 5_000_000), ProtocolViolation, "max_message_size", 0),
    "no JSON": (message("{"), ProtocolViolation, "no JSON", 0),
    "nested for ever": (message("[" * 100_000), ProtocolViolation, "no JSON", 0),
    "no object": (message("[1]"), ProtocolViolation, "no object", 0),
    "bytes": (message(b"\0"), ProtocolViolation, "a binary message of 1 bytes", 0),
    "no base64": (sent("chunk", data="?"), ProtocolViolation, "no base64", 0),
    "a chunk without data": (sent("chunk"), ProtocolViolation, "no text", 0),
    "an error": (
        sent("error", status_code=400, error_code="model_not_found", title="Invalid model", message="It is not valid."),
        ServiceError, r"Invalid model: It is not valid\. \(model_not_found\)", 0),
    "an error of an old version": (sent("error", status_code=400, error="Invalid model: no"), ServiceError, "Invalid", 0),
    "an error without a word": (sent("error", status_code=None), ServiceError, "without a word", 0),
    "an error of the connection": (
        sent("error", context_id=None, status_code=401, title="No", message="key"), AuthenticationFailed, "No: key", 0),
    "a close": (closed(1008, "policy"), ConnectionLost, "1008 policy", 0),
    "a close within": (then(chunks(PCM, done=False), closed(1011, "")), ConnectionLost, "1011", 0),
    "a reset": (then(chunks(PCM, done=False), reset), ConnectionLost, "broke", 0),
    "no frames": (lambda server: server.raw(b"\xff" * 100), ProtocolViolation, "broken WebSocket frames", 0),
}  # fmt: skip


@pytest.mark.parametrize("deed", WRONG)
async def test_what_is_wrong_gives_a_typed_error_in_time(autojump_clock: MockClock, deed: str) -> None:
    act, kind, words, seconds = WRONG[deed]
    with pytest.raises(kind, match=words):
        await attempt(act)
    assert trio.current_time() <= seconds + 1.1, "a second is for the Close"


@pytest.mark.parametrize(
    ("status", "code", "retryable", "throttled"),
    [
        (429, "concurrency_limited", True, True),
        (429, "quota_exceeded", False, False),
        (500, None, True, False),
        (402, "quota_exceeded", False, False),
        (404, "voice_not_found", False, False),
    ],
)
async def test_an_error_says_whether_another_try_helps(
    autojump_clock: MockClock, status: int, code: str | None, retryable: bool, throttled: bool
) -> None:
    with pytest.raises(ServiceError) as caught:
        await attempt(sent("error", status_code=status, error_code=code, title="t", message="m"))
    assert (caught.value.retryable, caught.value.throttled) == (retryable, throttled)
