"""From bytes of a response, cut anywhere, to whole samples.

How services frame wav, mp3 and opus in pieces is mostly not documented: a WAV header is taken at the start of a response and at the
start of any piece; Opus is expected in Ogg, AAC in ADTS.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import struct
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Protocol

from triolet import SAMPLE_BYTES
from triolet.errors import ProtocolViolation
from triolet_adapters.shared.g711 import from_alaw, from_mulaw
from triolet_adapters.tts.frame._ogg import OggReader


class Decoder(Protocol):
    """Takes the audio of one response. Every call gives the whole samples that are complete by then, in pieces that are made
    one by one; iterate over them all.
    """

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the bytes of one delta."""
        ...

    def finish(self) -> Iterator[bytes]:
        """Give what is left; the response is complete."""
        ...


def decoder_for(response_format: str, sample_rate: int) -> Decoder:
    """Make the decoder for one response."""
    match response_format:
        case "wav":
            return WAVDecoder(sample_rate)
        case "mp3":
            return MP3Decoder(sample_rate)
        case "opus":
            return OpusDecoder(sample_rate)
        case "aac":
            return AACDecoder(sample_rate)
        case "flac":
            return FLACDecoder(sample_rate)
        case "mulaw":
            return G711Decoder(from_mulaw)
        case "alaw":
            return G711Decoder(from_alaw)
        case _:
            return PCMDecoder()


_BY_PYAV = ("mp3", "opus", "aac", "flac")


def check_decodable(response_format: str) -> None:
    """Find out now, not in the middle of a turn, whether a format can be decoded.

    Raises:
        ValueError: PyAV is missing.
    """
    if response_format in _BY_PYAV and importlib.util.find_spec("av") is None:
        raise ValueError(
            f"response_format is {response_format!r}; it is decoded by PyAV, which is not installed: "
            "pip install 'triolet[audio]', or use pcm"
        )


class PCMDecoder:
    """For 16-bit PCM without a header: carries half a sample over."""

    def __init__(self) -> None:
        self._half = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes, give whole samples."""
        data = self._half + data
        whole = len(data) // SAMPLE_BYTES * SAMPLE_BYTES
        self._half = data[whole:]
        yield data[:whole]

    def finish(self) -> Iterator[bytes]:
        """Give nothing.

        Raises:
            ProtocolViolation: half a sample is left.
        """
        if self._half:
            raise ProtocolViolation("the audio of a response ended with half a sample")
        yield b""


_MAX_WAV_HEADER = 4096
"""Bytes before the samples; 44 are usual."""


class WAVDecoder:
    """For WAV of 16-bit mono PCM, with a header once or in each delta; lengths in headers are not believed."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._pcm = PCMDecoder()
        self._header: bytes | None = b""
        """What has come of a header that is not complete; None within the samples."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes, give whole samples.

        Raises:
            ProtocolViolation: no WAV, or not of 16-bit mono PCM at the rate that was asked for.
        """
        if self._header is None and data[:4] == b"RIFF" and data[8:12] == b"WAVE":
            self._header = b""
        if self._header is not None:
            self._header += data
            samples = self._behind_header(self._header)
            if samples is None:
                return
            self._header, data = None, samples
        yield from self._pcm.feed(data)

    def finish(self) -> Iterator[bytes]:
        """Give nothing; as `PCMDecoder.finish`."""
        return self._pcm.finish()

    def _behind_header(self, data: bytes) -> bytes | None:
        """The samples behind a complete header; None while it is not."""
        if not b"RIFF".startswith(data[:4]):
            raise ProtocolViolation(f"the audio of a response begins with {data[:12]!r}, which is no WAV header")
        position = 12
        while position + 8 <= len(data):
            name, size = struct.unpack_from("<4sI", data, position)
            position += 8
            if name == b"data":
                return data[position:]
            if name == b"fmt " and position + 16 <= len(data):
                self._check(*struct.unpack_from("<HHIIHH", data, position))
            position += size + size % 2
        if len(data) > _MAX_WAV_HEADER:
            raise ProtocolViolation(
                f"the audio of a response begins with a WAV header of more than {_MAX_WAV_HEADER} bytes"
            )
        return None

    def _check(self, codec: int, channels: int, rate: int, _bytes: int, _block: int, bits: int) -> None:
        if (codec, channels, rate, bits) != (1, 1, self._sample_rate, 16):
            raise ProtocolViolation(
                f"the WAV header says codec {codec}, {channels} channels, {rate} Hz, {bits} bits; "
                f"asked was 16-bit mono PCM at {self._sample_rate} Hz"
            )


class _AVDecoder:
    """What MP3 and Opus share: packets in, samples at the rate that was asked for out."""

    def __init__(self, codec: str, sample_rate: int) -> None:
        av = importlib.import_module("av")  # an extra
        self._av: Any = av
        self._context: Any = av.CodecContext.create(codec, "r")
        self._resampler: Any = av.AudioResampler("s16", "mono", sample_rate)

    def _decode(self, packet: Any) -> Iterator[bytes]:
        with self._violations():
            frames: list[Any] = self._context.decode(packet)
        for frame in frames:
            yield self._samples(frame)

    def _samples(self, frame: Any) -> bytes:
        with self._violations():
            return b"".join(
                bytes(resampled.planes[0])[: resampled.samples * SAMPLE_BYTES]
                for resampled in self._resampler.resample(frame)
            )

    @contextlib.contextmanager
    def _violations(self) -> Generator[None]:
        try:
            yield
        except (self._av.FFmpegError, ValueError) as error:  # ValueError: the rate or the channels change
            raise ProtocolViolation(f"the audio of a response cannot be decoded: {error}") from None

    def _rest(self) -> Iterator[bytes]:
        yield from self._decode(None)
        yield self._samples(None)


class MP3Decoder(_AVDecoder):
    """For MP3 frames, cut anywhere, behind an ID3v2 tag or not. An encoder's delay (25 to 50 ms) stays as silence."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__("mp3float", sample_rate)
        self._start: bytes | None = b""
        """What has come while it is not known where the frames begin."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        if self._start is not None:
            self._start += data
            begin = _id3_length(self._start)
            if begin > _MAX_ID3:
                raise ProtocolViolation(
                    f"the audio of a response begins with a tag of {begin} bytes; {_MAX_ID3} are allowed"
                )
            if len(self._start) < max(begin, _ID3_HEADER):
                return
            data, self._start = self._start[begin:], None
        if data:  # to the parser nothing would be the end
            yield from self._decode_all(self._context.parse(data))

    def finish(self) -> Iterator[bytes]:
        """See `Decoder`."""
        yield from self._decode_all(self._context.parse(None))
        yield from self._rest()

    def _decode_all(self, packets: Iterable[Any]) -> Iterator[bytes]:
        for packet in packets:
            yield from self._decode(packet)


class AACDecoder(_AVDecoder):
    """For AAC in ADTS frames, cut anywhere. An encoder's delay (some 40 ms) stays as silence."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__("aac", sample_rate)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        if data:  # to the parser nothing would be the end
            for packet in self._context.parse(data):
                yield from self._decode(packet)

    def finish(self) -> Iterator[bytes]:
        """See `Decoder`."""
        for packet in self._context.parse(None):
            yield from self._decode(packet)
        yield from self._rest()


class FLACDecoder(_AVDecoder):
    """For FLAC, cut anywhere. The first of its blocks, which says how samples are stored, goes to the codec; the others are left out.

    The parser looks ten frames ahead, some seconds of audio: FLAC is not for conversations.
    """

    def __init__(self, sample_rate: int) -> None:
        super().__init__("flac", sample_rate)
        self._start: bytes | None = b""
        """What has come while the blocks before the first frame are not complete."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        if self._start is not None:
            self._start += data
            frames = self._behind_blocks(self._start)
            if frames is None:
                return
            data, self._start = frames, None
        if data:  # to the parser nothing would be the end
            for packet in self._context.parse(data):
                yield from self._decode(packet)

    def finish(self) -> Iterator[bytes]:
        """See `Decoder`."""
        if self._start:
            raise ProtocolViolation("the audio of a response ended before the first frame of its FLAC")
        while packets := self._context.parse(None):  # it gives one at a time
            for packet in packets:
                yield from self._decode(packet)
        yield from self._rest()

    def _behind_blocks(self, data: bytes) -> bytes | None:
        if not b"fLaC".startswith(data[:4]):
            raise ProtocolViolation(f"the audio of a response is no FLAC: it begins with {data[:4]!r}")
        position, last = 4, False
        while not last:
            if len(data) < position + 4:
                _check_start(len(data))
                return None
            kind, size = data[position], int.from_bytes(data[position + 1 : position + 4], "big")
            begin, position = position + 4, position + 4 + size
            if len(data) < position:
                _check_start(position)
                return None
            if kind & 0x7F == 0:
                self._context.extradata = data[begin:position]
            last = bool(kind & 0x80)
        return data[position:]


def _check_start(needed: int) -> None:
    if needed > _MAX_ID3:
        raise ProtocolViolation(f"the audio of a response begins with more than {_MAX_ID3} bytes that are no audio")


class G711Decoder:
    """For mu-law or A-law without a header, 8 bits a sample."""

    def __init__(self, expand: Callable[[bytes], bytes]) -> None:
        self._expand = expand

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        yield self._expand(data)

    def finish(self) -> Iterator[bytes]:
        """See `Decoder`."""
        yield b""


class OpusDecoder(_AVDecoder):
    """For Opus in Ogg. The samples that the head says to skip, at 48 kHz, are dropped."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__("libopus", sample_rate)
        self._ogg = OggReader()
        self._packets = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        for packet in self._ogg.feed(data):
            yield from self._take(packet)

    def finish(self) -> Iterator[bytes]:
        """See `Decoder`."""
        yield from self._rest()

    def _take(self, packet: bytes) -> Iterator[bytes]:
        self._packets += 1
        if self._packets == 1:
            if packet[:8] != b"OpusHead":
                raise ProtocolViolation(f"the audio of a response is no Opus: it begins with {packet[:8]!r}")
            self._context.extradata = packet
        elif self._packets > 2:  # the second holds tags
            yield from self._decode(self._av.Packet(packet))


_ID3_HEADER = 10
_MAX_ID3 = 64 * 1024
"""Bytes of a tag; encoders write some hundred, a picture would take more and is not expected of a voice."""


def _id3_length(data: bytes) -> int:
    """How long the tag at the start is: its length is in the last four bytes of its head, seven bits each."""
    if data[:3] != b"ID3" or len(data) < _ID3_HEADER:
        return 0
    first, second, third, fourth = data[6:_ID3_HEADER]
    return _ID3_HEADER + (first << 21 | second << 14 | third << 7 | fourth)
