"""Servers that do what they should not: each gives the right audio, or a typed error before a named deadline has passed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import trio
from tests.unit.adapters.tts.qwen._deeds import (
    DELTA,
    ITEM,
    PCM,
    Deed,
    answer,
    begin,
    byte_a_second,
    close_frame,
    created,
    delta,
    done,
    event,
    every,
    message,
    one_byte,
    raw,
    reset,
    then,
)
from tests.unit.adapters.tts.qwen._peers import CLOSE, CONTINUATION, PING, TEXT, Script, frame, listening, scripted
from trio.testing import MockClock

from triolet.errors import (
    ConnectionFailed,
    ConnectionLost,
    DeadlineExpired,
    ProtocolViolation,
    ServiceError,
    TooMuchAudio,
    TTSError,
)
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts.qwen import QwenOptions, QwenTTS

# What ends in the right audio, however odd it is: (the server's deed, samples, seconds it may take).

RIGHT: dict[str, tuple[Deed, bytes, float]] = {
    "cut in the middle of samples": (
        then(begin, *[one_byte(value) for value in PCM], done),
        PCM,
        0,
    ),
    "empty deltas among the audio": (
        then(begin, *[event("response.audio.delta", response_id="r", delta="")] * 50, delta, done),
        PCM,
        0,
    ),
    "a byte a second of audio": (then(begin, every(1, one_byte(7), times=600), done), b"\7" * 600, 601),
    "audio that comes slower than any deadline lasts": (then(begin, every(9, delta, times=30), done), PCM * 30, 271),
    "events of kinds unknown": (
        then(event("hello"), begin, event("x.y", z=1), delta, event("response.z"), done),
        PCM,
        0,
    ),
    "the end of the audio before the audio": (
        then(begin, event("response.audio.done", **ITEM), delta, event("response.content_part.added", **ITEM), done),
        PCM,
        0,
    ),
    "no item, no ids, no committed": (
        then(
            lambda server: server.until("input_text_buffer.commit"),
            created,
            event("response.audio.delta", delta=DELTA["delta"]),
            done,
        ),
        PCM,
        0,
    ),
    "pings without number": (then(begin, every(0.5, raw(frame(PING, b"x")), times=15), delta, done), PCM, 8),
    "an event in a thousand frames": (
        then(
            begin,
            raw(frame(TEXT, b"{", final=False)),
            raw(frame(CONTINUATION, b"", final=False) * 1000),
            raw(frame(CONTINUATION, json.dumps({"type": "response.audio.delta", **DELTA}).encode()[1:])),
            done,
        ),
        PCM,
        0,
    ),
    "another session's name in session.updated": (
        then(event("session.updated", session={"id": "another"}), begin, delta, done),
        PCM,
        0,
    ),
    "a cost that is no number": (
        then(begin, delta, event("response.done", response={"id": "r", "usage": {"characters": "many"}})),
        PCM,
        0,
    ),
}


@pytest.mark.parametrize("deed", RIGHT)
async def test_what_is_odd_and_harmless_gives_the_right_audio(autojump_clock: MockClock, deed: str) -> None:
    act, expected, seconds = RIGHT[deed]
    pcm = bytearray()
    async with scripted(then(Script.open, act)) as tts, tts.connect() as session:
        usage = await session.commit("Hello there.", pcm.extend)
        assert trio.current_time() <= seconds + 0.01
        assert usage.characters == 12
    assert pcm == expected


# What ends in an error: (the server's deed, the error, its words, seconds).

WRONG: dict[str, tuple[Deed, type[TTSError], str, float]] = {
    "only empty deltas, for ever": (
        then(begin, every(0.3, event("response.audio.delta", response_id="r", delta=""))),
        DeadlineExpired,
        r"no audio for 10 s \(first_audio_timeout\): commit 1 of this session, 12 characters",
        10,
    ),
    "audio, then other events for ever": (
        then(begin, delta, every(0.3, event("response.audio.done", **ITEM), event("hm"))),
        DeadlineExpired,
        r"neither audio nor response.done for 10 s \(chunk_timeout\): commit 1 .*, 0.0 s of audio so far",
        10,
    ),
    "pings for ever": (then(begin, every(0.5, raw(frame(PING, b"x")))), DeadlineExpired, "first_audio_timeout", 10),
    "a byte a second, below the events": (then(begin, byte_a_second), DeadlineExpired, "first_audio_timeout", 10),
    "a frame that never ends": (
        then(begin, raw(frame(TEXT, b"x", length=2**62))),
        DeadlineExpired,
        "first_audio_timeout",
        10,
    ),
    "empty frames of one message for ever": (
        then(begin, raw(frame(TEXT, b"", final=False)), every(0.5, raw(frame(CONTINUATION, b"", final=False) * 100))),
        DeadlineExpired,
        "first_audio_timeout",
        10,
    ),
    "audio for ever": (
        then(begin, every(0.1, event("response.audio.delta", response_id="r", delta=to_base64(bytes(48_000))))),
        TooMuchAudio,
        r"more than 120 s of audio \(max_audio\)",
        12,
    ),
    "invalid utf-8": (then(begin, raw(frame(TEXT, b'{"type":"\xff"}'))), ProtocolViolation, "no UTF-8", 0),
    "a surrogate in utf-8": (then(begin, raw(frame(TEXT, b'{"a":"\xed\xa0\x80"}'))), ProtocolViolation, "no UTF-8", 0),
    "half a character": (then(begin, raw(frame(TEXT, b'{"a":"\xe4'))), ProtocolViolation, "no UTF-8", 0),
    "a masked frame": (then(begin, raw(b"\x81\x82abcdef")), ProtocolViolation, "broken WebSocket frames", 0),
    "a reserved bit": (then(begin, raw(b"\xf1\x02ab")), ProtocolViolation, "broken WebSocket frames", 0),
    "a close with no code that may be": (
        then(begin, raw(frame(CLOSE, b"\0\5"))),
        ProtocolViolation,
        "broken WebSocket frames",
        0,
    ),
    "a json string": (then(begin, message('"x"')), ProtocolViolation, "no JSON object", 0),
    "json null": (then(begin, message("null")), ProtocolViolation, "no JSON object", 0),
    "json too deep": (then(begin, message("[" * 100_000)), ProtocolViolation, "no JSON", 0),
    "json without a type": (then(begin, message("{}")), ProtocolViolation, "type is NoneType", 0),
    "two objects": (then(begin, message("{}{}")), ProtocolViolation, "no JSON", 0),
    "nothing": (then(begin, message("")), ProtocolViolation, "no JSON", 0),
    "base64 of urls": (then(begin, event("response.audio.delta", delta="__-_")), ProtocolViolation, "no base64", 0),
    "base64 with padding inside": (
        then(begin, event("response.audio.delta", delta="AA==AAAA")),
        ProtocolViolation,
        "no base64",
        0,
    ),
    "no delta in a delta": (then(begin, event("response.audio.delta")), ProtocolViolation, "delta is NoneType", 0),
    "audio before the response": (
        then(lambda server: server.until("input_text_buffer.commit"), delta, created, done),
        ProtocolViolation,
        "response.audio.delta before response.created",
        0,
    ),
    "the end before the response": (
        then(lambda server: server.until("input_text_buffer.commit"), done, created, delta),
        ProtocolViolation,
        "response.done before response.created",
        0,
    ),
    "a response that begins twice": (then(begin, created, delta, done), ProtocolViolation, "began within r", 0),
    "a response with a name too long": (
        then(
            lambda server: server.until("input_text_buffer.commit"),
            event("response.created", response={"id": "r" * 1000}),
        ),
        ProtocolViolation,
        "a name of 1000 characters",
        0,
    ),
    "the same audio twice": (
        then(begin, *[message(json.dumps({"event_id": "e7", "type": "response.audio.delta", **DELTA}))] * 2, done),
        ProtocolViolation,
        "twice",
        0,
    ),
    "audio of another session's response": (
        then(begin, delta, event("response.audio.delta", response_id="of another", delta="AAAA"), done),
        ProtocolViolation,
        "unknown response 'of another'",
        0,
    ),
    "the end of another session's response": (
        then(begin, delta, lambda server: done(server, "of another")),
        ProtocolViolation,
        "unknown response 'of another'",
        0,
    ),
    "a response that nobody asked for": (
        then(created, delta, done, begin, delta, done),
        ProtocolViolation,
        "response.created when nothing was committed",
        0,
    ),
    "closes, keeps tcp, reads nothing": (then(begin, close_frame), ConnectionLost, "1011 gone", 0),
    "reset": (then(begin, delta, reset), ConnectionLost, "broke", 0),
    "an error without shape": (then(begin, event("error", error=[1, {"a": 2}])), ServiceError, "an error: ", 0),
}


@pytest.mark.parametrize("deed", WRONG)
async def test_what_is_wrong_is_a_typed_error_within_a_deadline(autojump_clock: MockClock, deed: str) -> None:
    act, error, words, seconds = WRONG[deed]

    async def peer(server: Script) -> None:
        await server.open()
        await act(server)

    async with scripted(peer) as tts:
        with pytest.raises(error, match=words) as caught:
            async with tts.connect() as session:
                await trio.testing.wait_all_tasks_blocked()  # what comes unasked has come
                await session.commit("Hello there.", bytearray().extend)
        assert type(caught.value) is error
        assert seconds - 0.01 <= trio.current_time() <= seconds + 1.01


AGAIN: dict[str, tuple[Deed, str]] = {
    "done twice": (then(answer, done), ""),
    "the end of its parts after its end": (then(answer, event("response.audio.done", **ITEM)), ""),
    "audio after its end": (then(answer, delta), "when nothing was committed"),
    "audio after its end, when the next is asked for": (
        then(answer, lambda server: server.until("input_text_buffer.commit"), delta),
        "before response.created",
    ),
    "all of it twice": (then(answer, created, delta, done), "when nothing was committed"),
    "all of it twice, when the next is asked for": (
        then(answer, lambda server: server.until("input_text_buffer.commit"), created, delta, done),
        "began for a second time",
    ),
    "finishes": (then(answer, event("session.finished")), "when nothing was committed"),
}


@pytest.mark.parametrize("deed", AGAIN)
async def test_what_comes_after_the_end_is_not_taken_for_the_next_commit(autojump_clock: MockClock, deed: str) -> None:
    act, words = AGAIN[deed]

    async def peer(server: Script) -> None:
        await server.open()
        await act(server)
        await answer(server, PCM[::-1], "q")

    first, second = bytearray(), bytearray()
    async with scripted(peer) as tts:
        with pytest.raises(ProtocolViolation, match=words) if words else contextlib.nullcontext():
            async with tts.connect() as session:
                await session.commit("One.", first.extend)
                await trio.testing.wait_all_tasks_blocked()
                await session.commit("Two.", second.extend)
    assert first == PCM
    assert second == (b"" if words else PCM[::-1])


# Before the session is open.

OPENINGS: dict[str, tuple[Deed, str]] = {
    "other events for ever": (every(0.5, event("hello")), r"no session.created for 10 s \(session_timeout\)"),
    "created for ever": (
        every(0.5, event("session.created", session={})),
        r"no session.updated for 10 s \(session_timeout\)",
    ),
    "a byte a second": (byte_a_second, r"no session.created for 10 s \(session_timeout\)"),
}


@pytest.mark.parametrize("opening", OPENINGS)
async def test_an_opening_that_never_ends(autojump_clock: MockClock, opening: str) -> None:
    act, words = OPENINGS[opening]
    async with scripted(then(act)) as tts:
        with pytest.raises(DeadlineExpired, match=words):
            async with tts.connect():
                raise AssertionError("must not open")
        assert trio.current_time() <= 11.1


def http(head: bytes, part: bytes, wait: float) -> Callable[[trio.abc.Stream], Awaitable[None]]:
    async def peer(stream: trio.abc.Stream) -> None:
        try:
            await stream.receive_some()
            await stream.send_all(head)
            while True:
                await stream.send_all(part)
                await trio.sleep(wait)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return

    return peer


@pytest.mark.parametrize(
    ("peer", "error", "words", "seconds"),
    [
        (http(b"", b"H", 1), DeadlineExpired, "connect_timeout", 10),
        (http(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n", 0.01), ConnectionFailed, "HTTP status 200", 1),
        (http(b"HTTP/1.1 503 No\r\n\r\n", b"z" * 10_000, 0.01), ConnectionFailed, "status 503: zzz", 1),
        (http(b"HTTP/1.1 101 Sure\r\n\r\n", b"z" * 10_000, 0.01), ConnectionFailed, "does not speak WebSocket", 1),
    ],
    ids=["a byte a second", "headers for ever", "a body for ever", "no upgrade"],
)
async def test_a_handshake_that_never_ends(
    autojump_clock: MockClock,
    peer: Callable[[trio.abc.Stream], Awaitable[None]],
    error: type[TTSError],
    words: str,
    seconds: float,
) -> None:
    async with listening(peer) as network:
        tts = QwenTTS(url="ws://localhost", dial=network.dial, options=QwenOptions(ping_interval=None))
        with pytest.raises(error, match=words) as caught:
            async with tts.connect():
                raise AssertionError("must not open")
        assert len(str(caught.value)) < 1500
        assert trio.current_time() <= seconds + 0.1


# In server_commit.


class Words(AsyncIterator[str]):
    """One text; an iterator, so that nothing is left to close."""

    def __init__(self) -> None:
        self._left = ["Hello there. "]

    async def __anext__(self) -> str:
        await trio.lowlevel.checkpoint()
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


TURNS: dict[str, tuple[Deed, type[TTSError], str]] = {
    "other events for ever": (
        then(created, delta, every(0.5, event("hm"))),
        DeadlineExpired,
        r"neither audio nor session.finished for 10 s \(chunk_timeout\): 13 characters appended, 0.0 s of audio",
    ),
    "audio for ever": (
        then(created, every(0.1, event("response.audio.delta", delta=to_base64(bytes(48_000))))),
        TooMuchAudio,
        "max_turn_audio",
    ),
    "a response twice": (
        then(created, delta, done, created, delta, done, event("session.finished")),
        ProtocolViolation,
        "for a second time",
    ),
    "audio after its end": (
        then(created, delta, done, delta, event("session.finished")),
        ProtocolViolation,
        "before response.created",
    ),
}


@pytest.mark.parametrize("deed", TURNS)
async def test_a_hostile_turn(autojump_clock: MockClock, deed: str) -> None:
    act, error, words = TURNS[deed]

    async def peer(server: Script) -> None:
        await server.open()
        await server.until("session.finish")
        await act(server)

    options = QwenOptions(ping_interval=None, max_turn_audio=20)
    async with scripted(peer, options, mode="server_commit") as tts:
        with pytest.raises(error, match=words):
            async with tts.connect_stream() as turn:
                await turn.speak(Words(), bytearray().extend)
        assert trio.current_time() < 12
