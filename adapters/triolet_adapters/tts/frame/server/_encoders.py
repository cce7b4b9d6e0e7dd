"""From samples to the bytes of a response, for local servers."""

from __future__ import annotations

import importlib
import importlib.util
import io
import struct
from collections.abc import Callable
from typing import Any, Protocol

from triolet import SAMPLE_BYTES
from triolet_adapters.tts.frame import to_alaw, to_mulaw


class Encoder(Protocol):
    """Takes the samples of one response."""

    def feed(self, pcm: bytes) -> bytes:
        """Take samples, give what is encoded by then."""
        ...

    def finish(self) -> bytes:
        """Give the rest."""
        ...


class PCMEncoder:
    """Samples as they are, behind a header if there is one."""

    def __init__(self, header: bytes = b"") -> None:
        self._header = header

    def feed(self, pcm: bytes) -> bytes:
        """See `Encoder`."""
        header, self._header = self._header, b""
        return header + pcm

    def finish(self) -> bytes:
        """See `Encoder`."""
        return b""


def wav_header(sample_rate: int, data_bytes: int = 0xFFFFFFFF - 36) -> bytes:
    """Make a header; by default for a stream of unknown length, with the largest possible, as streaming encoders do."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", data_bytes + 36, b"WAVE", b"fmt ", 16, 1, 1, sample_rate, sample_rate * 2, 2, 16, b"data", data_bytes,
    )  # fmt: skip


def can_resample() -> bool:
    """Whether a voice can speak at another rate than its own."""
    return importlib.util.find_spec("av") is not None


def encoder_for(response_format: str, sample_rate: int, voice_rate: int, *, header: bool = True) -> Encoder:
    """Make the encoder for a format at a rate, from samples at the voice's rate. `header`: whether WAV has one in front."""
    plain: Encoder
    match response_format:
        case "mp3" | "opus" | "aac" | "flac":
            return AVEncoder(response_format, voice_rate, sample_rate)
        case "wav" if header:
            plain = PCMEncoder(wav_header(sample_rate))
        case "mulaw":
            plain = PlainEncoder(to_mulaw)
        case "alaw":
            plain = PlainEncoder(to_alaw)
        case "f32":
            plain = PlainEncoder(_to_floats)
        case _:
            plain = PCMEncoder()
    return plain if voice_rate == sample_rate else ResamplingEncoder(plain, voice_rate, sample_rate)


class PlainEncoder:
    """Each sample by itself: mu-law, A-law, floating point."""

    def __init__(self, encode: Callable[[bytes], bytes]) -> None:
        self._encode = encode

    def feed(self, pcm: bytes) -> bytes:
        """See `Encoder`."""
        return self._encode(pcm)

    def finish(self) -> bytes:
        """See `Encoder`."""
        return b""


def _to_floats(pcm: bytes) -> bytes:
    """32 bits a sample, from -1 to 1."""
    count = len(pcm) // SAMPLE_BYTES
    return struct.pack(f"<{count}f", *(sample / 32768 for sample in struct.unpack(f"<{count}h", pcm)))


class _Resampler:
    """16-bit mono samples to frames of PyAV (`triolet[audio]`) at another rate."""

    def __init__(self, sample_format: str, voice_rate: int, sample_rate: int) -> None:
        av: Any = importlib.import_module("av")  # an extra
        self._frame: Any = av.AudioFrame
        self._voice_rate = voice_rate
        self._resampler: Any = av.AudioResampler(sample_format, "mono", sample_rate)

    def feed(self, pcm: bytes) -> list[Any]:
        frame = self._frame(format="s16", layout="mono", samples=len(pcm) // SAMPLE_BYTES)
        frame.sample_rate = self._voice_rate
        frame.planes[0].update(pcm + bytes(frame.planes[0].buffer_size - len(pcm)))
        frames: list[Any] = self._resampler.resample(frame)
        return frames

    def finish(self) -> list[Any]:
        frames: list[Any] = self._resampler.resample(None)
        return frames


class ResamplingEncoder:
    """Another rate before the encoder."""

    def __init__(self, encoder: Encoder, voice_rate: int, sample_rate: int) -> None:
        self._encoder = encoder
        self._resampler = _Resampler("s16", voice_rate, sample_rate)

    def feed(self, pcm: bytes) -> bytes:
        """See `Encoder`."""
        return self._encode(self._resampler.feed(pcm))

    def finish(self) -> bytes:
        """See `Encoder`."""
        return self._encode(self._resampler.finish()) + self._encoder.finish()

    def _encode(self, frames: list[Any]) -> bytes:
        pcm = b"".join(bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES] for frame in frames)
        return self._encoder.feed(pcm)


_MUXERS = {
    "mp3": ("mp3", "libmp3lame"), "opus": ("ogg", "libopus"), "aac": ("adts", "aac"), "flac": ("flac", "flac"),
}  # fmt: skip


class AVEncoder:
    """MP3, Opus in Ogg, AAC in ADTS, or FLAC, by PyAV (`triolet[audio]`)."""

    def __init__(self, response_format: str, voice_rate: int, sample_rate: int) -> None:
        av: Any = importlib.import_module("av")  # an extra
        self._out = io.BytesIO()
        muxer, codec = _MUXERS[response_format]
        # Ogg by default fills a page with a second of audio before it lets go of it; the time is in microseconds.
        # MP3 by default is given a frame about the whole, written last, which a stream cannot have.
        options = {"ogg": {"page_duration": "100000"}, "mp3": {"write_xing": "0"}}.get(muxer, {})
        self._container: Any = av.open(self._out, "w", format=muxer, options=options)
        self._stream: Any = self._container.add_stream(codec, rate=sample_rate, layout="mono")
        self._resampler = _Resampler(self._stream.format.name, voice_rate, sample_rate)
        self._read = 0

    def feed(self, pcm: bytes) -> bytes:
        """See `Encoder`."""
        return self._mux(self._resampler.feed(pcm))

    def finish(self) -> bytes:
        """See `Encoder`."""
        data = self._mux([*self._resampler.finish(), None])
        self._container.close()
        return data + self._mux([])

    def _mux(self, frames: list[Any]) -> bytes:
        for frame in frames:
            self._container.mux(self._stream.encode(frame))
        data = self._out.getvalue()[self._read :]
        self._read += len(data)
        return data
