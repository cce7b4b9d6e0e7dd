"""Servers that do what they should not, and clients that do: each gets a typed error before a named deadline has passed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import trio
import trio_websocket
from tests.unit.adapters.tts.omni._peers import BASE, Deed, scripted, serving
from tests.unit.triolet.tts._websocket_peers import Seen
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
from triolet.websocket import open_websocket
from triolet_adapters.tts.omni import DIALECTS
from triolet_adapters.tts.omni._protocol import OmniProtocol

PCM = bytes(range(200))
ERROR = {"type": "error", "message": "no", "code": "X"}


def done(dialect: str) -> dict[str, Any]:
    return {"type": DIALECTS[dialect].finished}


def audio(dialect: str, data: bytes) -> bytes | dict[str, Any]:
    words = DIALECTS[dialect].audio
    return data if words is None else {"type": words[0], words[1]: base64.b64encode(data).decode()}


def sent(*messages: str | bytes | dict[str, Any]) -> Deed:
    async def deed(connection: trio_websocket.WebSocketConnection) -> None:
        for message in messages:
            await connection.send_message(json.dumps(message) if isinstance(message, dict) else message)

    return deed


async def reset(connection: trio_websocket.WebSocketConnection) -> None:
    await trio.lowlevel.checkpoint()
    stream: Any = connection._stream
    stream.connection.reset()


Wrong = tuple[Deed, type[TTSError], str, float]


def wrong(dialect: str) -> dict[str, Wrong]:
    sound, end = audio(dialect, PCM), done(dialect)
    return {
        "silence": (sent(), DeadlineExpired, r"no audio for 10 s \(first_audio_timeout\)", 10),
        "audio and silence": (sent(sound), DeadlineExpired, "chunk_timeout", 10),
        "empty messages": (sent(*[audio(dialect, b"")] * 50), DeadlineExpired, "first_audio_timeout", 10),
        "half a sample": (sent(audio(dialect, PCM[:199]), end), ProtocolViolation, "half a sample", 0),
        "nothing": (sent(end), NoAudio, "without a sample", 0),
        "a flood": (sent(*[audio(dialect, bytes(2**20))] * 7, end), TooMuchAudio, "max_audio", 0),
        "no JSON": (sent("{"), ProtocolViolation, "no JSON", 0),
        "no object": (sent("[]"), ProtocolViolation, "no object", 0),
        "nested for ever": (sent("[" * 100_000), ProtocolViolation, "no JSON", 0),
        "a second end": (sent(sound, end, end), ProtocolViolation, "behind the end|nothing was committed", 0),
        "audio behind the end": (sent(sound, end, sound), ProtocolViolation, "behind the end|nothing was committed", 0),
        "another rate": (
            sent({"type": "audio.start", "sample_rate": 48_000}),
            ServiceError,
            "give sample_rate=48000",
            0,
        ),
        "two channels": (sent({"type": "audio.start", "channels": 2}), ServiceError, "in 2 channels; one is taken", 0),
        "an error": (sent(ERROR), ServiceError, r"no \(X\)", 0),
        "an error without a word": (sent({"type": "error"}), ServiceError, "without a word", 0),
        "a close": (lambda connection: connection.aclose(1011, "oops"), ConnectionLost, "1011 oops", 0),
        "a reset": (reset, ConnectionLost, "broke", 0),
    }


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_what_is_wrong_gives_a_typed_error_in_time(autojump_clock: MockClock, dialect: str) -> None:
    cases = wrong(dialect)
    if (words := DIALECTS[dialect].audio) is not None:
        for name, value in {"no base64": "?", "no text": 5}.items():
            cases[name] = (sent({"type": words[0], words[1]: value}), ProtocolViolation, name, 0)
    for name, (act, kind, said, seconds) in cases.items():
        began = trio.current_time()
        with pytest.raises(kind, match=said):
            async with scripted(dialect, act) as tts, tts.connect() as session:
                await session.commit("Hello there.", bytearray().extend)
                await trio.sleep(0.1)
                await session.commit("Hello there.", bytearray().extend)
        assert trio.current_time() - began <= seconds + 1.3, f"{name}: a second is for the Close"


async def test_a_session_that_was_silent_to_its_deadline_is_not_used_again(autojump_clock: MockClock) -> None:
    """Its connection may be dead, and not know it: the next commit would wait as long."""
    async with scripted("together", sent()) as tts, tts.connect() as session:
        with pytest.raises(DeadlineExpired):
            await session.commit("Hello there.", bytearray().extend)
        assert not session.reusable


async def test_a_bug_in_a_protocol_is_not_swallowed(autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_protocol: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(OmniProtocol, "closing", broken)
    with pytest.raises(ZeroDivisionError):
        async with scripted("vllm", sent(PCM, done("vllm"))) as tts, tts.connect() as session:
            await session.commit("Hello there.", bytearray().extend)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_odd_and_harmless(autojump_clock: MockClock, dialect: str) -> None:
    pieces = [audio(dialect, bytes([value])) for value in PCM]
    odd = sent({"type": "audio.start"}, {"type": "hello", "x": [1]}, *pieces, audio(dialect, b""), done(dialect))
    pcm = bytearray()
    async with scripted(dialect, odd) as tts, tts.connect() as session:
        await session.commit("Hello there.", pcm.extend)
    assert pcm == PCM


@pytest.mark.parametrize(
    ("message", "retryable", "throttled"),
    [
        ({"message": "Generation failed for utterance 0, sentence 0: CUDA out of memory"}, True, False),
        (
            {"message": "Generation failed for utterance 0, sentence 0: Invalid voice 'x'. Supported: vivian"},
            False,
            False,
        ),
        ({"message": "Idle timeout: no message received"}, True, False),
        ({"message": "Invalid session config: 1 validation error"}, False, False),
        ({"message": "busy", "error_type": "server_error"}, True, False),
        ({"message": "No such model", "error_type": "invalid_request_error", "code": "model_not_found"}, False, False),
        ({"error": {"message": "Slow down.", "type": "rate_limit_error", "code": "rate_limit"}}, True, True),
        ({"error": "no"}, False, False),
    ],
)
async def test_an_error_says_whether_another_try_helps(
    autojump_clock: MockClock, message: dict[str, Any], retryable: bool, throttled: bool
) -> None:
    with pytest.raises(ServiceError) as caught:
        async with scripted("sglang", sent({"type": "error", **message})) as tts, tts.connect() as session:
            await session.commit("Hello.", bytearray().extend)
    assert (caught.value.retryable, caught.value.throttled) == (retryable, throttled)


CONFIG = {"type": "session.config", "response_format": "pcm", "stream_audio": True}
CLIENTS: dict[str, list[tuple[list[str | dict[str, Any]], str]]] = {
    "vllm": [
        ([{"type": "input.text", "text": "a"}], "Expected session.config, got: input.text"),
        ([CONFIG | {"speed": 2}], "requires speed=1.0"),
        ([CONFIG | {"speed": "1"}], "speed must be a number"),
        ([CONFIG | {"response_format": "wav"}], "requires response_format='pcm'"),
        ([CONFIG | {"split_granularity": "word"}], "split_granularity must be one of"),
        ([CONFIG, {"type": "input.text", "text": "a"}, CONFIG], "while an utterance is in progress"),
        ([CONFIG, {"type": "input.text", "text": 5}], "requires a string"),
        ([CONFIG, {"type": "input.commit"}], "Unknown message type"),
        ([CONFIG, "{"], "must be JSON objects"),
        ([CONFIG, *[{"type": "input.text", "text": "a" * 200_000}] * 2], "exceeds"),
        ([CONFIG], "Idle timeout"),
        ([], "Timeout waiting for session.config"),
    ],
    "sglang": [([CONFIG, {"type": "session.close"}], "Unknown message type"), ([CONFIG | {"split_granularity": "none"}], "must be one")],
    "together": [([{"type": "hello"}], "unknown message type"), ([{"type": "input_text_buffer.append"}], "must be a string"), ([], "Idle")],
}  # fmt: skip


@pytest.mark.parametrize("dialect", CLIENTS)
async def test_a_client_that_is_wrong_is_told_so(autojump_clock: MockClock, dialect: str) -> None:
    for messages, words in CLIENTS[dialect]:
        seen = Seen()
        async with serving(dialect) as world:
            url = BASE + DIALECTS[dialect].path
            async with open_websocket(
                url, receive=seen.texts.append, failed=seen.fail, dial=world.network.dial
            ) as socket:
                for each in messages:
                    await socket.send(each if isinstance(each, str) else json.dumps(each))
                with trio.move_on_after(40):
                    await seen.failed.wait()
        errors = [text for text in seen.texts if '"error"' in text]
        assert len(errors) >= 1, (messages, seen.texts)
        assert words in errors[0]
