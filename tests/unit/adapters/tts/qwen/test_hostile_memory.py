"""However much a server sends, what is held is bounded: judged by tracemalloc."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any, Self

import attrs
import pytest
import trio
from tests.unit.adapters.tts.qwen._deeds import (
    MIB,
    Deed,
    delta,
    event,
    every,
    message,
    raw,
    then,
)
from tests.unit.adapters.tts.qwen._peers import CONTINUATION, TEXT, Script, frame, scripted
from trio.testing import MockClock

from triolet.errors import ProtocolViolation, TooMuchAudio, TTSError
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts.qwen import QwenOptions


@attrs.define
class Peak:
    """Bytes at most, above what was there before."""

    bytes: int = 0
    _before: int = 0

    def __enter__(self) -> Self:
        tracemalloc.start()
        self._before = tracemalloc.get_traced_memory()[0]
        return self

    def __exit__(self, *_: object) -> None:
        self.bytes = tracemalloc.get_traced_memory()[1] - self._before
        tracemalloc.stop()


HUGE: dict[str, Deed] = {
    "one frame": then(raw(frame(TEXT, b"", length=50_000_000)), every(0.001, raw(b"x" * 65_536), times=800)),
    "many frames": then(
        raw(frame(TEXT, b"", final=False)),
        every(0.001, raw(frame(CONTINUATION, b"x" * 65_536, final=False)), times=800),
    ),
    "binary": then(raw(frame(2, b"", length=50_000_000)), every(0.001, raw(b"x" * 65_536), times=800)),
}


@pytest.mark.parametrize("how", HUGE)
async def test_a_message_of_50_mb_is_not_held(autojump_clock: MockClock, how: str) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await server.respond()
        await HUGE[how](server)

    with Peak() as peak:
        async with scripted(peer) as tts:
            with pytest.raises(ProtocolViolation, match="max_message_size"):
                async with tts.connect() as session:
                    await session.commit("Hello.", bytearray().extend)
            assert trio.current_time() <= 1.1
    assert peak.bytes < 6 * MIB, "the stated 4 MiB of a message, and what is read at once"


async def test_audio_for_ever_is_passed_on_and_not_held(autojump_clock: MockClock) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await server.respond()
        await every(0.001, event("response.audio.delta", response_id="r", delta=to_base64(bytes(48_000))))(server)

    given = 0

    def accept(pcm: bytes) -> None:
        nonlocal given
        given += len(pcm)

    with Peak() as peak:
        async with scripted(peer, QwenOptions(ping_interval=None, max_audio=100)) as tts:
            with pytest.raises(TooMuchAudio, match="100 s"):
                async with tts.connect() as session:
                    await session.commit("Hello.", accept)
    assert given == 100 * 48_000
    assert peak.bytes < MIB, "4.8 MB went through"


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        (event("hello", words="x" * 10_000), "events of more than"),
        (event("input_text_buffer.cleared"), "events of more than"),
        (delta, "more than 96000 bytes of audio"),
    ],
    ids=["large events", "small events", "audio"],
)
async def test_what_comes_unasked_is_bounded_though_nobody_reads(
    autojump_clock: MockClock, deed: Deed, error: str
) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await every(0, deed)(server)

    options = QwenOptions(ping_interval=None, max_audio=2, max_message_size=MIB // 4)
    with Peak() as peak:
        async with scripted(peer, options) as tts, tts.connect() as session:
            with trio.fail_after(100):
                await session.ended()
            with pytest.raises(TTSError, match=f"{error}|when nothing was committed"):
                await session.commit("Hello.", bytearray().extend)
    assert peak.bytes < 6 * MIB


@pytest.mark.parametrize("response_format", ["mp3", "opus"])
async def test_a_few_bytes_that_are_hours_of_audio_are_not_decoded(
    autojump_clock: MockClock, response_format: Any
) -> None:
    bomb = {"mp3": _silent_mp3, "opus": _silent_opus}[response_format](seconds=1500)

    async def peer(server: Script) -> None:
        await server.open()
        await server.respond()
        await server.send("response.audio.delta", response_id="r", delta=to_base64(bomb))

    given = 0

    def accept(pcm: bytes) -> None:
        nonlocal given
        given += len(pcm)

    options = QwenOptions(ping_interval=None, max_audio=10)
    async with scripted(peer, options, response_format=response_format) as tts:
        with Peak() as peak, pytest.raises(TooMuchAudio, match="10 s"):
            async with tts.connect() as session:
                await session.commit("Hello.", accept)
    assert 9 * 48_000 <= given <= 10 * 48_000
    assert peak.bytes < 16 * MIB, "72 MB if it were decoded at once"


def _silent_opus(seconds: int) -> bytes:
    """Packets of two bytes, 60 ms of silence each, in pages of 255."""

    def page(flags: int, packets: list[bytes]) -> bytes:
        return b"OggS\0" + bytes([flags]) + bytes(20) + bytes([len(packets), *map(len, packets)]) + b"".join(packets)

    head = b"OpusHead\1\1" + bytes(2) + (48_000).to_bytes(4, "little") + bytes(3)
    start = page(2, [head]) + page(0, [b"OpusTags" + bytes(8)])
    return start + page(0, [b"\x18\0"] * 255) * (seconds * 1000 // 60 // 255)


def _silent_mp3(seconds: int) -> bytes:
    """Frames of 24 bytes, 24 ms of silence each: MPEG-2 layer III, 8 kbit/s, 24 kHz, mono."""
    return (b"\xff\xf3\x14\xc0" + bytes(20)) * (seconds * 1000 // 24)


async def test_the_words_of_an_error_are_not_longer_than_one_can_read(autojump_clock: MockClock) -> None:
    for deed in (
        event("error", error={"code": "x", "message": "y" * MIB}),
        event("response.created", response={"id": "z" * MIB}),
        event("response.done", response={"id": "z" * MIB}),
        event("response.done", response={"id": "r", "status": "z" * MIB}),
        message(json.dumps({"type": ["z" * MIB]})),
        message("z" * MIB),
    ):

        async def peer(server: Script, deed: Deed = deed) -> None:
            await server.open()
            await server.respond()
            await deed(server)

        async with scripted(peer) as tts:
            with pytest.raises(TTSError) as caught:
                async with tts.connect() as session:
                    await session.commit("Hello.", bytearray().extend)
            assert len(str(caught.value)) < 1200
