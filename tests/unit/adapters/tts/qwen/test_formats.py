"""All formats end as PCM, through server, wire and client, whatever the cuts."""

import array
import functools
import itertools
import math
import operator
import struct
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.adapters.tts.qwen._peers import World, serving
from trio.testing import MockClock

from triolet import errors
from triolet._model._audio import AudioFormat
from triolet.tts._contract import TTS, AudioCallback, TTSSession, Usage
from triolet_adapters.tts.frame._decoding import Decoder, OpusDecoder, PCMDecoder, WAVDecoder, decoder_for
from triolet_adapters.tts.frame._ogg import OggReader
from triolet_adapters.tts.frame.server._encoders import AVEncoder, wav_header
from triolet_adapters.tts.qwen import QwenTTS, ServerOptions

SECONDS = 0.5


@functools.cache
def sine(sample_rate: int) -> bytes:
    step = 2 * math.pi * 440 / sample_rate
    return array.array("h", (round(9000 * math.sin(step * n)) for n in range(round(SECONDS * sample_rate)))).tobytes()


def loudness_at(pcm: bytes, sample_rate: int, frequency: float) -> float:
    """The amplitude of one frequency (Goertzel, here as a plain sum) in the middle half."""
    samples = array.array("h", pcm)
    middle = samples[len(samples) // 4 : len(samples) * 3 // 4]
    cosines, sines = wave(2 * math.pi * frequency / sample_rate)
    real, imaginary = (sum(map(operator.mul, middle, part)) for part in (cosines, sines))
    return 2 * math.hypot(real, imaginary) / len(middle)


@functools.cache
def wave(angle: float) -> tuple[list[float], list[float]]:
    """Longer than half of any audio here."""
    angles = [angle * n for n in range(round(SECONDS * 48_000))]
    return list(map(math.cos, angles)), list(map(math.sin, angles))


class Sine(TTS):
    """Half a second of 440 Hz for any text."""

    def __init__(self, sample_rate: int) -> None:
        self._format = AudioFormat(sample_rate)

    @property
    def format(self) -> AudioFormat:
        return self._format

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession, None]:
        yield SineSession(self._format.sample_rate)


class SineSession(TTSSession):
    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        pcm = sine(self._sample_rate)
        for start in range(0, len(pcm), 4800):
            accept(pcm[start : start + 4800])
        return Usage(len(text))


CASES = [
    *[("pcm", rate) for rate in (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)],
    *[("wav", rate) for rate in (8_000, 48_000)],
    *[("mp3", rate) for rate in (8_000, 16_000, 24_000, 48_000)],
    *[("opus", rate) for rate in (8_000, 16_000, 24_000, 48_000)],
]


@pytest.mark.parametrize(("response_format", "sample_rate"), CASES)
@pytest.mark.parametrize("delta_bytes", [777, 9788])
async def test_what_is_spoken_is_heard(
    autojump_clock: MockClock, response_format: Any, sample_rate: int, delta_bytes: int
) -> None:
    options = ServerOptions(delta_bytes=delta_bytes, wav_header="each" if delta_bytes == 777 else "once")
    async with serving(options, voice=Sine) as world:  # type: ignore[arg-type]
        pcm = await _hear(world, response_format, sample_rate)
    if response_format in ("pcm", "wav"):
        assert pcm == sine(sample_rate)
    assert len(pcm) / 2 / sample_rate == pytest.approx(SECONDS, abs=0.16)  # mp3 adds up to two frames of silence
    assert loudness_at(pcm, sample_rate, 440) == pytest.approx(9000, rel=0.1)
    assert loudness_at(pcm, sample_rate, 880) < 300


async def _hear(world: World, response_format: Any, sample_rate: int) -> bytes:
    units: list[bytes] = []
    tts = world.tts(response_format=response_format, sample_rate=sample_rate)
    assert tts.format == AudioFormat(sample_rate)
    async with tts.connect() as session:
        await session.commit("Sing.", units.append)
        units.clear()
        await session.commit("Again.", units.append)  # each response is a stream of its own
    assert all(len(unit) % 2 == 0 for unit in units)
    return b"".join(units)


@pytest.mark.parametrize("response_format", ["pcm", "wav", "mp3", "opus"])
@pytest.mark.parametrize("sample_rate", [8_000, 48_000])
async def test_a_voice_of_another_rate_is_resampled(
    autojump_clock: MockClock, response_format: Any, sample_rate: int
) -> None:
    async with serving(voice=Sine(24_000)) as world:  # type: ignore[arg-type]
        pcm = await _hear(world, response_format, sample_rate)
    assert len(pcm) / 2 / sample_rate == pytest.approx(SECONDS, abs=0.16)
    assert loudness_at(pcm, sample_rate, 440) == pytest.approx(9000, rel=0.1)


def encoded(response_format: str) -> bytes:
    if response_format == "wav":
        return wav_header(16_000) + sine(16_000)
    if response_format == "pcm":
        return sine(16_000)
    encoder = AVEncoder(response_format, 16_000, 16_000)
    return encoder.feed(sine(16_000)) + encoder.finish()


def decoded(decoder: Decoder, data: bytes, cuts: list[int]) -> bytes:
    edges = [0, *sorted(cut % len(data) for cut in cuts), len(data)]
    units = [unit for start, stop in itertools.pairwise(edges) for unit in decoder.feed(data[start:stop])]
    units += decoder.finish()
    assert all(len(unit) % 2 == 0 for unit in units)
    return b"".join(units)


WHOLE = {name: encoded(name) for name in ("pcm", "wav", "mp3", "opus")}


@functools.cache
def uncut(response_format: str) -> bytes:
    return decoded(decoder_for(response_format, 16_000), WHOLE[response_format], [])


@pytest.mark.parametrize("response_format", WHOLE)
@given(st.lists(st.integers(0, 10**6) | st.integers(0, 100), max_size=6))
def test_cuts_change_nothing(response_format: str, cuts: list[int]) -> None:
    data = WHOLE[response_format]
    assert decoded(decoder_for(response_format, 16_000), data, cuts) == uncut(response_format)


@given(st.lists(st.binary(max_size=60), max_size=5), st.sampled_from(["pcm", "wav", "mp3", "opus"]))
def test_nonsense_is_a_violation_at_worst(units: list[bytes], response_format: str) -> None:
    decoder = decoder_for(response_format, 24_000)
    try:
        for unit in units:
            assert all(len(pcm) % 2 == 0 for pcm in decoder.feed(unit))
        list(decoder.finish())
    except errors.ProtocolViolation:
        pass


def test_what_is_not_what_was_asked_for_is_said() -> None:
    with pytest.raises(errors.ProtocolViolation, match="16000 Hz, 16 bits; asked was 16-bit mono PCM at 24000"):
        list(WAVDecoder(24_000).feed(wav_header(16_000)))
    with pytest.raises(errors.ProtocolViolation, match="no WAV header"):
        list(WAVDecoder(24_000).feed(b"\0" * 100))
    with pytest.raises(errors.ProtocolViolation, match="no Ogg"):
        list(OpusDecoder(24_000).feed(b"ID3"))
    with pytest.raises(errors.ProtocolViolation, match="half a sample"):
        decoder = PCMDecoder()
        assert list(decoder.feed(b"abc")) == [b"ab"]
        list(decoder.finish())


@pytest.mark.parametrize("length", [0, 1, 127, 128, 16_383, 16_384, 40_000])
def test_a_tag_before_the_frames_is_passed_over_whatever_its_length(length: int) -> None:
    """Its length is written in four times seven bits."""
    sizes = bytes(length >> shift & 127 for shift in (21, 14, 7, 0))
    frames = WHOLE["mp3"][WHOLE["mp3"].index(b"\xff") :]
    tagged = b"ID3\4\0\0" + sizes + b"\0" * length + frames
    assert decoded(decoder_for("mp3", 16_000), tagged, [3, 9, 10, 11]) == uncut("mp3")


@pytest.mark.parametrize("sizes", [b"\0\4\0\0", b"\1\0\0\0"])
def test_a_tag_that_is_too_long_is_a_violation(sizes: bytes) -> None:
    with pytest.raises(errors.ProtocolViolation, match="65536 are allowed"):
        list(decoder_for("mp3", 16_000).feed(b"ID3\4\0\0" + sizes))


def test_an_ogg_stream_of_something_else_is_no_opus() -> None:
    with pytest.raises(errors.ProtocolViolation, match="no Opus: it begins with"):
        list(OpusDecoder(24_000).feed(page([b"\1vorbis and so on"])))


def test_a_wav_header_without_end_is_a_violation() -> None:
    decoder = WAVDecoder(8_000)
    chunk = struct.pack("<4sI", b"LIST", 1 << 30)
    with pytest.raises(errors.ProtocolViolation, match="WAV header of more than"):
        assert list(decoder.feed(wav_header(8_000)[:12] + chunk)) == []
        for _ in range(100):
            assert list(decoder.feed(bytes(4096))) == []


def test_other_chunks_in_a_wav_header_are_passed_over() -> None:
    head = wav_header(8_000)
    listed = head[:12] + struct.pack("<4sI3sx", b"LIST", 3, b"abc") + head[12:]
    assert list(WAVDecoder(8_000).feed(listed + b"\1\2\3\4")) == [b"\1\2\3\4"]


def test_a_missing_decoder_is_said_at_construction(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_name: str) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", find_nothing)
    with pytest.raises(ValueError, match=r"response_format is 'mp3'.*triolet\[audio\]"):
        QwenTTS(api_key="k", response_format="mp3")
    QwenTTS(api_key="k", response_format="wav")


def page(packets: list[bytes], *, flags: int = 0) -> bytes:
    """An Ogg page. Packets whose length is a multiple of 255 go on in the next."""
    segments = b"".join(
        bytes([255] * (len(packet) // 255)) + bytes([len(packet) % 255])[: len(packet) % 255] for packet in packets
    )
    return b"OggS\0" + bytes([flags]) + bytes(20) + bytes([len(segments)]) + segments + b"".join(packets)


def test_a_packet_whose_rest_never_comes_is_not_part_of_the_next() -> None:
    cut_off, whole = b"a" * 255, b"b" * 10
    assert OggReader().feed(page([b"c" * 3, cut_off]) + page([whole])) == [b"c" * 3, whole]
    assert OggReader().feed(page([b"c" * 3, cut_off]) + page([whole], flags=1)) == [b"c" * 3, cut_off + whole]
    reader = OggReader()
    pieces = page([b"c" * 3, cut_off]) + page([whole], flags=1) + page([b"d", whole])
    assert [packet for at in range(len(pieces)) for packet in reader.feed(pieces[at : at + 1])] == [
        b"c" * 3,
        cut_off + whole,
        b"d",
        whole,
    ]
    with pytest.raises(errors.ProtocolViolation, match="no Ogg"):
        OggReader().feed(page([whole]) + b"Ogx")
    with pytest.raises(errors.ProtocolViolation, match="more than 65536 bytes"):
        OggReader().feed(b"".join(page([b"a" * 255 * 200], flags=1) for _ in range(2)))
