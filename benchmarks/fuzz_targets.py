"""The targets for fuzzing the Qwen protocol: functions that take bytes and raise when something is wrong."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any
from unittest import mock

import trio
import trio_websocket
from trio.testing import MockClock

from triolet.errors import ProtocolViolation, TTSError
from triolet.testing import VirtualNetwork
from triolet_adapters.shared import json as _json
from triolet_adapters.tts.frame._decoding import decoder_for
from triolet_adapters.tts.frame._taking import Taker
from triolet_adapters.tts.frame.server._encoders import AVEncoder, wav_header
from triolet_adapters.tts.qwen import QwenOptions, QwenSettings, QwenTTS, protocol
from triolet_adapters.tts.qwen.client._inbox import Inbox
from triolet_adapters.tts.qwen.client._session_log import SessionLog
from triolet_adapters.tts.qwen.protocol import (
    FORMATS,
    AppendText,
    AudioDelta,
    ErrorEvent,
    ItemAdded,
    ItemDone,
    PartAdded,
    ResponseCreated,
    ResponseDone,
    ResponseReader,
    ResponseUsage,
    SessionCreated,
    SessionFinished,
    SessionInfo,
    SessionUpdated,
    TextCommitted,
    UpdateSession,
    encode,
    parse_client_event,
    parse_server_event,
)

MAX_AUDIO = 2.0
LONGEST_WORDS = 1500
LONGEST_WAIT = 10 + 10 + 10 + 10 + 5 + 1
"""Seconds: connect, session.created, session.updated, first audio; finish, close. What is sent comes at once."""

Target = Callable[[bytes], None]


def events(data: bytes) -> None:
    """Read a message with both parsers, with the fast and the slow codecs."""
    text = _text(data)
    _parse_both(text)
    with mock.patch.multiple(_json, msgspec=None, pybase64=None):
        _parse_both(text)


def _parse_both(text: str) -> None:
    _parse(parse_server_event, text)
    _parse(parse_client_event, text)


def _parse(parse: Callable[[str], protocol.Event], text: str) -> None:
    try:
        event = parse(text)
    except ProtocolViolation as error:
        _check_words(error)
        return
    assert isinstance(event.raw["type"], str)
    assert repr(event)
    if type(event).type and "\\u" not in text:  # what is known can be written, and is then read as the same
        again = parse(encode(event))
        assert again == event or "usage" in repr(event), (again, event)  # tokens that are not known are written as 0


def session(data: bytes) -> None:
    """Run a session with two commits. The input is a format, then the messages of the service, one a line."""
    response_format: Any = FORMATS[data[0] % len(FORMATS)] if data else "pcm"
    settings = QwenSettings(response_format=response_format)
    log = SessionLog(lambda: 0.0)
    inbox = Inbox(round(MAX_AUDIO * settings.sample_rate * 2), 10_000_000)
    given = 0

    def accept(pcm: bytes) -> None:
        nonlocal given
        assert pcm
        assert len(pcm) % 2 == 0
        given += len(pcm)

    reader = ResponseReader().following()
    taker = Taker(accept, settings.response_format, settings.sample_rate, MAX_AUDIO, "max_audio")
    try:
        for line in data[1:].split(b"\n"):
            text = _text(line)
            event = parse_server_event(text)
            log.received(event)
            inbox.put(event, len(text))
            for waiting in inbox.take_unread():
                audio = reader.feed(waiting)
                if isinstance(waiting, AudioDelta):
                    taker.take(audio)
                if reader.done:
                    taker.end_of_response()
                    taker.finish()
                    reader, taker = (
                        reader.following(),
                        Taker(accept, settings.response_format, settings.sample_rate, MAX_AUDIO, "max_audio"),
                    )
                    given = 0
    except TTSError as error:
        _check_words(error)
    assert given <= MAX_AUDIO * settings.sample_rate * 2
    assert log.usage.reported >= 0


def audio(data: bytes) -> None:
    """Read one response. The input is a format, the size of its chunks, then its bytes."""
    if len(data) < 2:
        return
    decoder = decoder_for(FORMATS[data[0] % len(FORMATS)], 24_000)
    size = data[1] + 1
    try:
        for at in range(2, len(data), size):
            assert all(len(pcm) % 2 == 0 for pcm in decoder.feed(data[at : at + size]))
        assert all(len(pcm) % 2 == 0 for pcm in decoder.finish())
    except ProtocolViolation as error:
        _check_words(error)


def _check_words(error: TTSError) -> None:
    assert 0 < len(str(error)) < LONGEST_WORDS, error


def wire(data: bytes) -> None:
    """The bytes that a service sends below the WebSocket, after the commit."""

    async def peer(stream: trio.abc.Stream) -> None:
        async with trio.open_nursery() as nursery:
            request = await trio_websocket.wrap_server_stream(nursery, stream)
            connection = await request.accept()
            for event in SEEDS[:2]:
                await connection.get_message() if event is SEEDS[1] else None
                await connection.send_message(event)
            await connection.get_message()
            await stream.send_all(data)
            await trio.sleep_forever()

    _talk(peer)


def handshake(data: bytes) -> None:
    """The bytes with which a service answers the request."""

    async def peer(stream: trio.abc.Stream) -> None:
        await stream.receive_some()
        await stream.send_all(data)
        await trio.sleep_forever()

    _talk(peer)


def _talk(peer: Callable[[trio.abc.Stream], Awaitable[None]]) -> None:
    async def suppressed(stream: trio.abc.Stream) -> None:
        try:
            await peer(stream)
        except* (trio_websocket.ConnectionClosed, trio.BrokenResourceError, trio.ClosedResourceError):
            pass

    async def main() -> None:
        network = VirtualNetwork()
        async with trio.open_nursery() as nursery:
            await nursery.start(network.serve, suppressed)
            tts = QwenTTS(url="ws://server", api_key="x", dial=network.dial, allow_insecure=True, options=OPTIONS)
            began = trio.current_time()
            try:
                async with tts.connect() as session:
                    await session.commit("Hello.", bytearray().extend)
            except TTSError as error:
                _check_words(error)
            assert trio.current_time() - began <= LONGEST_WAIT
            nursery.cancel_scope.cancel()

    trio.run(main, clock=MockClock(autojump_threshold=0))


OPTIONS = QwenOptions(ping_interval=None)
TARGETS: dict[str, Target] = {
    "events": events,
    "session": session,
    "audio": audio,
    "wire": wire,
    "handshake": handshake,
}


# The inputs from which fuzzing starts: what a correct service sends.

PLACE: dict[str, Any] = {"response_id": "resp_A", "item_id": "item_A"}
SEEDS = [
    encode(event)
    for event in (
        SessionCreated(event_id="1", session=SessionInfo(id="sess_A", mode="server_commit", sample_rate=24_000)),
        SessionUpdated(event_id="2", session=SessionInfo(id="sess_A", mode="commit", language_type="chinese")),
        TextCommitted(event_id="3"),
        ResponseCreated(event_id="4", response_id="resp_A", voice="Cherry"),
        ItemAdded(event_id="5", **PLACE),
        PartAdded(event_id="6", **PLACE),
        AudioDelta(event_id="7", audio=bytes(range(40)), **PLACE),
        AudioDelta(event_id="8", audio=bytes(range(33)), **PLACE),
        ItemDone(event_id="9", usage=ResponseUsage(input_tokens=3, output_tokens=4), **PLACE),
        ResponseDone(event_id="10", response_id="resp_A", usage=ResponseUsage(characters=25)),
        SessionFinished(event_id="11"),
        ErrorEvent(event_id="12", code="invalid_value", message="no such thing"),
        UpdateSession(event_id="13", session={"voice": "Cherry"}),
        AppendText(event_id="14", text="你好"),
    )
]
WORDS = [
    *(f'"{name}"' for name in ("type", "event_id", "delta", "response", "response_id", "item", "id", "status", "usage")),
    *(json.loads(seed)["type"] for seed in SEEDS),
    '"error":', "null", "true", "-1", "1e999", "9" * 400, "[" * 600, "[]", "{}", "AAAA", "=", "\\ud800", "\\u0000", '""',
    "RIFF", "WAVEfmt ", "data", "OggS", "OpusHead", "ID3", "HTTP/1.1 101 ", "Upgrade: websocket\r\n", "\r\n\r\n",
]  # fmt: skip


@functools.cache  # some are encoded, which takes milliseconds
def seeds(target: str) -> list[bytes]:
    """The correct inputs from which a target starts."""
    match target:
        case "events":
            return [seed.encode() for seed in SEEDS]
        case "session":
            lines = "\n".join(SEEDS[:10])
            again = lines.replace("resp_A", "resp_B")
            return [bytes([0]) + f"{lines}\n{again}".encode(), *(_spoken(index) for index in range(len(FORMATS)))]
        case "audio":
            return [bytes([index, 99]) + _audio(index) for index in range(len(FORMATS))]
        case "wire":
            return [b"".join(map(_frame, SEEDS[2:10])), _frame("x") + b"\x88\x02\x03\xe8", b"\x89\x01x" + _frame("{}")]
        case _:
            head = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
            refused = b'HTTP/1.1 401 No\r\nContent-Length: 18\r\n\r\n{"code":"Invalid"}'
            chunked = b"HTTP/1.1 429 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            return [head, refused, chunked]


def _audio(index: int) -> bytes:
    pcm = bytes(range(256)) * 20
    if FORMATS[index] in ("mp3", "opus"):
        encoder = AVEncoder(FORMATS[index], 24_000, 24_000)
        return encoder.feed(pcm) + encoder.finish()
    return (wav_header(24_000) if FORMATS[index] == "wav" else b"") + pcm


def _spoken(index: int) -> bytes:
    delta = encode(AudioDelta(audio=_audio(index), **PLACE))
    return bytes([index]) + "\n".join([*SEEDS[:6], delta, *SEEDS[8:10]]).encode()


def _frame(text: str) -> bytes:
    payload = text.encode()
    return b"\x81\x7e" + len(payload).to_bytes(2, "big") + payload


def _text(data: bytes) -> str:
    """Any text that Python can hold, which is more than a WebSocket can pass on."""
    return data.decode("utf-8", "surrogateescape")
