"""What a peer may send, cut anywhere: read as trio-websocket reads it over wsproto alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from triolet.tts._websocket_frames import FrameReader, NoFrames, PeerClosed, TooLong

LIMIT = 300
"""Characters in a message: above 125 and 126, where the head of a frame changes."""

TEXT, BYTES, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def frame(opcode: int, payload: bytes, *, final: bool = True, size: int | None = None, wide: int = 0) -> bytes:
    """As a server sends it; `size` other than the payload's, and a length field wider than it must be, if wanted."""
    size = len(payload) if size is None else size
    wide = max(wide, 0 if size < 126 else 2 if size < 2**16 else 8)
    head = bytes([(0x80 if final else 0) | opcode])
    if not wide:
        return head + bytes([size]) + payload
    return head + bytes([126 if wide == 2 else 127]) + size.to_bytes(wide, "big") + payload


def from_client(data: bytes) -> bytes:
    """The same frames as a client sends them: masked."""
    sent, at, key = bytearray(), 0, b"\x01\x80\x7f\x33"
    while len(data) - at >= 2:
        size, body = data[at + 1] & 0x7F, at + 2
        if size > 125:
            body += 2 if size == 126 else 8
            size = int.from_bytes(data[at + 2 : body], "big")
        payload = bytes(byte ^ key[number % 4] for number, byte in enumerate(data[body : body + size]))
        sent += bytes([data[at], data[at + 1] | 0x80]) + data[at + 2 : body] + key + payload
        at = body + size
    return bytes(sent + data[at:])


def told(data: Iterable[bytes], limit: int = LIMIT, end: ConnectionType = ConnectionType.CLIENT) -> Iterator[object]:
    """What the reader says at this end, in a form that can be compared."""
    reader = FrameReader(cache(partial(Connection, end)), limit, client=end is ConnectionType.CLIENT)
    parts = [reader.feed(part) for part in data]
    for happenings in [*parts, reader.finish()]:
        for happening in happenings:
            match happening:
                case None:
                    pass
                case PeerClosed():
                    yield "closed", happening.event.code, happening.event.reason
                case NoFrames():
                    yield "no frames", happening.code
                case TooLong():
                    yield "too long"
                case Ping() | Pong():
                    yield type(happening).__name__, bytes(happening.payload)
                case _:
                    yield happening


def expected(
    data: Iterable[bytes], limit: int = LIMIT, end: ConnectionType = ConnectionType.CLIENT
) -> Iterator[object]:
    """The same from wsproto, and the limit as trio-websocket has it."""
    protocol, size = Connection(end), 0
    parts: list[str | bytes | bytearray] = []
    for piece in data:
        protocol.receive_data(piece)
        for event in protocol.events():
            match event:
                case TextMessage() | BytesMessage():
                    parts.append(event.data)
                    size += len(event.data)
                    if size > limit:
                        yield "too long"
                        return
                    if event.message_finished:
                        yield "".join(parts) if isinstance(event, TextMessage) else b"".join(parts)  # type: ignore[arg-type]
                        parts, size = [], 0
                case Ping() | Pong():
                    yield type(event).__name__, bytes(event.payload)
                case CloseConnection():
                    if protocol.state is ConnectionState.OPEN:
                        yield "no frames", event.code
                    else:
                        yield "closed", event.code, event.reason
                    return
                case _:
                    raise AssertionError(event)


def cut(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    pieces, at = list[bytes](), 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
        if at >= len(data):
            break
    return [*pieces, data[at:]]


words = st.text(max_size=12) | st.sampled_from(["x" * 124, "x" * 125, "x" * 126, "é" * 150, "é" * 151, "x" * LIMIT])
payloads = words.map(str.encode) | st.binary(max_size=6)
opcodes = st.sampled_from([TEXT] * 6 + [BYTES, CONTINUATION, CONTINUATION, CLOSE, PING, PING, PONG, 3, 11])
right_frames = words.map(lambda text: frame(TEXT, text.encode()))
any_frames = st.builds(frame, opcodes, payloads, final=st.booleans(), wide=st.sampled_from([0, 0, 0, 2, 8]))


@st.composite
def fragmented(draw: st.DrawFn) -> bytes:
    """A message in frames of 1 to 7 bytes, with pings between them, cut in the midst of its characters."""
    whole = draw(words).encode()
    parts, at = list[bytes](), 0
    while at < len(whole):
        size = draw(st.integers(1, 7))
        parts.append(whole[at : at + size])
        at += size
    frames = [
        frame(CONTINUATION if number else TEXT, part, final=number == len(parts) - 1)
        for number, part in enumerate(parts)
    ]
    for _ in range(draw(st.integers(0, 4))):
        frames.insert(draw(st.integers(0, len(frames))), frame(PING, draw(st.binary(max_size=4))))
    return b"".join(frames)


codes = st.sampled_from([1000, 1001, 1005, 1006, 1011, 2999, 4001, 5]).map(lambda code: code.to_bytes(2, "big"))
closes = st.tuples(codes, payloads).map(lambda parts: frame(CLOSE, b"".join(parts)[:125]))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A right frame with one bit of its head turned: masked, reserved, another opcode, another length."""
    data = bytearray(draw(right_frames | fragmented()))
    if data:
        data[draw(st.integers(0, min(3, len(data) - 1)))] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


streams = st.lists(right_frames | any_frames | fragmented() | closes | damaged(), max_size=8).map(b"".join)
cuts = st.lists(st.integers(1, 7), max_size=60) | st.lists(st.integers(1, 400), max_size=20)


@given(streams, cuts)
def test_it_reads_what_wsproto_reads(data: bytes, sizes: list[int]) -> None:
    pieces = cut(data, sizes)
    assert list(told(pieces)) == list(expected(pieces))


@given(streams, cuts, st.booleans())
def test_a_server_reads_what_wsproto_reads(data: bytes, sizes: list[int], right: bool) -> None:
    pieces = cut(from_client(data) if right else data, sizes)
    assert list(told(pieces, end=ConnectionType.SERVER)) == list(expected(pieces, end=ConnectionType.SERVER))


@given(st.lists(right_frames | fragmented(), max_size=8).map(b"".join), st.integers(1, 3))
def test_how_it_is_cut_is_not_seen(data: bytes, size: int) -> None:
    whole = list(told([data]))
    assert whole == list(told([data[at : at + size] for at in range(0, len(data), size)]))


@given(st.binary(max_size=60), cuts)
def test_noise_is_no_exception(data: bytes, sizes: list[int]) -> None:
    pieces = cut(data, sizes)
    assert list(told(pieces)) == list(expected(pieces))


HOSTILE: dict[str, tuple[bytes, list[object]]] = {
    "a masked frame": (b"\x81\x82abcdef", [("no frames", 1002)]),
    "a reserved bit": (b"\xc1\x02ab", [("no frames", 1002)]),
    "an unknown opcode": (b"\x83\x02ab", [("no frames", 1002)]),
    "a fragmented ping": (frame(PING, b"x", final=False), [("no frames", 1002)]),
    "a ping of 126 bytes": (frame(PING, b"x" * 126), [("no frames", 1002)]),
    "a length in two bytes that one would hold": (frame(TEXT, b"abc", wide=2), [("no frames", 1002)]),
    "a length in eight bytes that two would hold": (frame(TEXT, b"x" * 300, wide=8), [("no frames", 1002)]),
    "a length above 2**63": (frame(TEXT, b"abc", size=2**63 + 3, wide=8), [("no frames", 1002)]),
    "a continuation of nothing": (frame(CONTINUATION, b"a"), [("no frames", 1002)]),
    "text within a message": (frame(TEXT, b"a", final=False) + frame(TEXT, b"b"), [("no frames", 1002)]),
    "text within a message, behind a ping": (
        frame(TEXT, b"a", final=False) + frame(PING, b"") + frame(TEXT, b"b"),
        [("Ping", b""), ("no frames", 1002)],
    ),
    "a wrong head that is not complete": (b"\x83\x7e", [("no frames", 1002)]),
    "no UTF-8 in a frame that is not complete": (frame(TEXT, b"\xff", size=100), [("no frames", 1007)]),
    "a Close within a message": (
        frame(TEXT, b"a", final=False) + frame(CLOSE, b"\x03\xe8bye") + frame(CONTINUATION, b"b"),
        [("closed", 1000, "bye")],
    ),
    "a Close, then more": (frame(CLOSE, b"") + frame(TEXT, b"late"), [("closed", 1005, "")]),
    "no UTF-8": (frame(TEXT, b"ok") + frame(TEXT, b"\xff"), ["ok", ("no frames", 1007)]),
    "no UTF-8 over two frames": (
        frame(TEXT, b"\xe4\xb8", final=False) + frame(CONTINUATION, b"\x41"),
        [("no frames", 1007)],
    ),
    "half a character at the end of a message": (
        frame(TEXT, b"\xe4", final=False) + frame(CONTINUATION, b"\xb8"),
        [("no frames", 1007)],
    ),
    "as long as is allowed": (frame(TEXT, "é".encode() * LIMIT), ["é" * LIMIT]),
    "longer than is allowed": (frame(TEXT, b"x" * (LIMIT + 1)), ["too long"]),
    "longer than is allowed, in frames": (
        frame(TEXT, b"x" * LIMIT, final=False) + frame(CONTINUATION, b"x"),
        ["too long"],
    ),
    "longer than is allowed, and not all there": (frame(TEXT, b"x" * (LIMIT + 1), size=2**62), ["too long"]),
    "longer bytes than are allowed": (frame(BYTES, b"x" * (LIMIT + 1)), ["too long"]),
    "a frame that does not end": (frame(TEXT, b"x" * 9, size=200), []),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_hostile_frames(name: str, size: int) -> None:
    data, says = HOSTILE[name]
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert list(told(pieces)) == says
    assert list(expected(pieces)) == says


def test_a_long_message_in_small_pieces_is_looked_at_once() -> None:
    """A look copies what is held: one at each of thousands of pieces would copy gigabytes."""
    reader = FrameReader(cache(partial(Connection, ConnectionType.CLIENT)), 2**20)
    data = frame(TEXT, b"x" * 2**20)
    assert list(reader.feed(data[:16])) == []
    assert reader._wanted == len(data)
    assert [happening for at in range(16, len(data), 1000) for happening in reader.feed(data[at : at + 1000])] == [
        "x" * 2**20
    ]


def test_frames_without_content_leave_nothing_behind() -> None:
    reader = FrameReader(cache(partial(Connection, ConnectionType.CLIENT)), LIMIT)
    data = frame(TEXT, b"", final=False) + frame(CONTINUATION, b"", final=False) * 1000
    assert set(reader.feed(data)) == {None}
    assert reader._parts == []
    assert list(reader.feed(frame(CONTINUATION, b"x"))) == ["x"]
