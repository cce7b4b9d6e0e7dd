"""From samples to the bytes of a response, for the local server: the documents do not say how the service frames them."""

from __future__ import annotations

import importlib
import io
import struct
from typing import Any, Protocol

from triolet_adapters.tts.qwen.protocol import SessionInfo
from triolet_adapters.tts.qwen.server_options import ServerOptions


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


def encoder_for(info: SessionInfo, options: ServerOptions) -> Encoder:
    """Make the encoder for what the session asked for."""
    match info.response_format:
        case "wav" if options.wav_header == "once":
            return PCMEncoder(wav_header(info.sample_rate))
        case "mp3" | "opus":
            return AVEncoder(info.response_format, info.sample_rate)
        case _:
            return PCMEncoder()


class AVEncoder:
    """MP3, or Opus in Ogg, by PyAV (`triolet[audio]`)."""

    def __init__(self, response_format: str, sample_rate: int) -> None:
        av: Any = importlib.import_module("av")  # an extra
        self._sample_rate = sample_rate
        self._out = io.BytesIO()
        muxer, codec = ("mp3", "libmp3lame") if response_format == "mp3" else ("ogg", "libopus")
        # Ogg by default fills a page with a second of audio before it lets go of it; the time is in microseconds.
        # MP3 by default is given a frame about the whole, written last, which a stream cannot have.
        options = {"page_duration": "100000"} if muxer == "ogg" else {"write_xing": "0"}
        self._container: Any = av.open(self._out, "w", format=muxer, options=options)
        self._stream: Any = self._container.add_stream(codec, rate=sample_rate, layout="mono")
        self._frame: Any = av.AudioFrame
        self._resampler: Any = av.AudioResampler(self._stream.format, "mono", sample_rate)
        self._read = 0

    def feed(self, pcm: bytes) -> bytes:
        """See `Encoder`."""
        frame = self._frame(format="s16", layout="mono", samples=len(pcm) // 2)
        frame.sample_rate = self._sample_rate
        frame.planes[0].update(pcm + bytes(frame.planes[0].buffer_size - len(pcm)))
        for resampled in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(resampled))
        return self._new()

    def finish(self) -> bytes:
        """See `Encoder`."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._new()

    def _new(self) -> bytes:
        data = self._out.getvalue()[self._read :]
        self._read += len(data)
        return data
