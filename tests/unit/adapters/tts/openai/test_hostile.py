"""Servers that do what they should not: each gives the right audio, or a typed error before a named deadline has passed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
from tests.unit.adapters.tts.openai._peers import Script, scripted
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
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts.frame import HTTPOptions

PCM = bytes(range(200))
Deed = Callable[[Script], Awaitable[object]]


def chunks(*pieces: bytes, end: bool = True, every: float = 0) -> Deed:
    async def deed(server: Script) -> None:
        await server.head()
        for piece in pieces:
            await server.chunk(piece)
            await trio.sleep(every)
        if end:
            await server.end()

    return deed


def raw(*pieces: bytes, reset: bool = False, close: bool = False) -> Deed:
    async def deed(server: Script) -> None:
        for piece in pieces:
            await server.raw(piece)
        if reset:
            server.connection.reset()
        if close:
            await server.stream.aclose()

    return deed


def events(*lines: str, kind: str = "text/event-stream") -> Deed:
    async def deed(server: Script) -> None:
        await server.head(kind)
        for line in lines:
            await server.chunk(line.encode())
        await server.end()

    return deed


DELTA = f'data: {{"type":"speech.audio.delta","audio":"{to_base64(PCM)}"}}\n\n'
DONE = 'data: {"type":"speech.audio.done"}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\n"

RIGHT: dict[str, tuple[Deed, bytes, dict[str, Any]]] = {
    "a byte at a time": (chunks(*[bytes([value]) for value in PCM]), PCM, {}),
    "slower than any deadline lasts": (chunks(*[PCM] * 30, every=9), PCM * 30, {}),
    "no type": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", PCM), PCM, {}),
    "until it hangs up": (raw(HEAD + b"\r\n", PCM, close=True), PCM, {}),
    "events of all kinds": (
        events(": hello\n\n", 'event: x\ndata: {"a": 1}\n\n', DELTA[:50], DELTA[50:] + DELTA, DONE),
        PCM * 2,
        {"stream_format": "sse"},
    ),
    "a marker as the end": (events(DELTA, "data: [DONE]\n\n"), PCM, {"stream_format": "sse"}),
}


@pytest.mark.parametrize("deed", RIGHT)
async def test_what_is_odd_and_harmless_gives_the_right_audio(autojump_clock: MockClock, deed: str) -> None:
    act, expected, settings = RIGHT[deed]
    assert await attempt(act, settings) == expected


async def attempt(act: Deed, settings: dict[str, Any]) -> bytes:
    async def script(server: Script) -> None:
        await server.request()
        await act(server)

    pcm = bytearray()
    async with scripted(script, **settings) as tts, tts.connect() as session:
        await session.commit("Hello there.", pcm.extend)
    return bytes(pcm)


SSE = {"stream_format": "sse"}
WRONG: dict[str, tuple[Deed, type[TTSError], str, float, dict[str, Any]]] = {
    "silence": (raw(), DeadlineExpired, r"no audio for 15 s \(first_audio_timeout\)", 15, {}),
    "a head and silence": (chunks(end=False), DeadlineExpired, "first_audio_timeout", 15, {}),
    "audio and silence": (chunks(PCM, end=False), DeadlineExpired, r"chunk_timeout.*0\.0 s of audio so far", 10, {}),
    "empty comments for ever": (
        events(*[": still here\n\n"] * 2000),
        ConnectionLost,
        "before speech.audio.done",
        0,
        SSE,
    ),
    "half a byte of a head a second": (
        chunks(*[b": x\n\n"] * 40, every=1),
        DeadlineExpired,
        "first_audio_timeout",
        15,
        SSE,
    ),
    "cut in the middle of a chunk": (
        raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n", PCM, close=True),
        ConnectionLost,
        "broke: .*incomplete",
        0,
        {},
    ),
    "cut before its length": (
        raw(HEAD + b"Content-Length: 500\r\n\r\n", PCM, close=True),
        ConnectionLost,
        "the connection",
        0,
        {},
    ),
    "a reset": (raw(HEAD + b"Content-Length: 500\r\n\r\n", PCM, reset=True), ConnectionLost, "broke", 0, {}),
    "half a sample": (chunks(PCM[:199]), ProtocolViolation, "half a sample", 0, {}),
    "nothing": (chunks(), NoAudio, "without a sample", 0, {}),
    "a flood": (chunks(*[bytes(2**20)] * 7), TooMuchAudio, r"120 s of audio \(max_audio\)", 0, {}),
    "no HTTP": (raw(b"hello\r\n\r\n"), ConnectionLost, "broke", 0, {}),
    "a head without end": (
        raw(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n" * 4000] * 10),
        ConnectionLost,
        "the connection",
        0,
        {},
    ),
    "a page": (events("<html>", kind="text/html"), ProtocolViolation, "text/html in place of audio", 0, {}),
    "an object": (events('{"a": 1}', kind="application/json"), ProtocolViolation, 'of audio: {"a": 1}', 0, {}),
    "an error within": (
        events(DELTA, 'data: {"error": {"code": "invalid_value", "message": "no such voice"}}\n\n'),
        ServiceError,
        "no such voice",
        0,
        SSE,
    ),
    "events that are no JSON": (events("data: {\n\n"), ProtocolViolation, "no JSON", 0, SSE),
    "events that are no text": (chunks(b"data: \xff\xfe\n\n"), ProtocolViolation, "not UTF-8", 0, SSE),
    "an event without end": (
        chunks(*[b"data: " + b"x" * 2**20] * 3, end=False),
        ProtocolViolation,
        "more than",
        0,
        SSE,
    ),
    "audio that is no base64": (
        events('data: {"type":"speech.audio.delta","audio":"?"}\n\n'),
        ProtocolViolation,
        "no base64",
        0,
        SSE,
    ),
    "no end of the events": (events(DELTA), ConnectionLost, "before speech.audio.done", 0, SSE),
    "compressed": (
        raw(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n", b"abcd"),
        ProtocolViolation,
        "compressed",
        0,
        {},
    ),
    "elsewhere": (
        raw(b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n"),
        ServiceError,
        "points elsewhere",
        0,
        {},
    ),
    "an error page without end": (
        raw(b"HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\n\r\n", *[b"x" * 1000] * 200),
        ServiceError,
        "503 Busy: xxx",
        0,
        {},
    ),
    "an array nested for ever": (
        raw(b"HTTP/1.1 500 X\r\nContent-Length: 60000\r\n\r\n", b"[" * 60_000),
        ServiceError,
        r"500 X: \[",
        0,
        {},
    ),
    "no WAV": (chunks(PCM), ProtocolViolation, "no WAV header", 0, {"response_format": "wav"}),
    "no FLAC": (chunks(PCM), ProtocolViolation, "no FLAC", 0, {"response_format": "flac"}),
    "FLAC of blocks alone": (
        chunks(b"fLaC" + b"\x01\xff\xff\xff" + bytes(2**17)),
        ProtocolViolation,
        "no audio",
        0,
        {"response_format": "flac"},
    ),
    "no Ogg": (chunks(PCM), ProtocolViolation, "no Ogg", 0, {"response_format": "opus"}),
}


@pytest.mark.parametrize("deed", WRONG)
async def test_what_is_wrong_gives_a_typed_error_in_time(autojump_clock: MockClock, deed: str) -> None:
    act, kind, words, seconds, settings = WRONG[deed]
    with pytest.raises(kind, match=words) as caught:
        await attempt(act, {"options": HTTPOptions(), **settings})
    assert trio.current_time() <= seconds + 0.1
    assert caught.value.__cause__ is None or "sk-" not in repr(caught.value.__cause__)
