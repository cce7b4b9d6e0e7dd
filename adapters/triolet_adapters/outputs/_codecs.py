"""Audio encoded while it comes, over PyAV."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Generator
from typing import Any

import attrs

from triolet import SAMPLE_BYTES, AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs.wav import wav_header

STEP = 0.05
"""Seconds of audio encoded at a time, between which other tasks run: under 2 ms of CPU for each codec (1 ms of MP3, 0.1 ms of FLAC)."""


@attrs.frozen
class Kind:
    """A kind of file: its container, its codec, and what they take."""

    name: str
    media_type: str
    container: str
    codec: str
    rates: tuple[int, ...] | None
    """The sample rates that the codec takes; None: any."""
    bitrate: int | None = None
    """Bits a second, by default; None: the codec keeps all samples as they are."""
    sample_format: str = "s16"
    options: tuple[tuple[str, str], ...] = ()
    """Options of the container where it can be rewritten."""
    stream_options: tuple[tuple[str, str], ...] = ()
    """Options of the container in a stream."""


_LAME = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_OPUS = (8_000, 12_000, 16_000, 24_000, 48_000)
_AAC = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)

_RECOVERABLE = (("movflags", "+hybrid_fragmented"), ("frag_duration", "400000"), ("use_editlist", "1"))
"""A table of contents every 0.4 s while it is written, and one for all at the end. libav writes one when the audio of the next has come, so a
killed program loses less than a second."""

_FRAGMENTS = (("movflags", "+empty_moov+delay_moov"), ("frag_duration", "400000"))
"""The same where nothing can be written at the end for all."""

KINDS = {
    "mp3": Kind("mp3", "audio/mpeg", "mp3", "libmp3lame", _LAME, 64_000, "s16p"),
    "opus": Kind(
        "opus", "audio/ogg; codecs=opus", "ogg", "libopus", _OPUS, 32_000,
        options=(("page_duration", "500000"),), stream_options=(("page_duration", "100000"),),
    ),
    "flac": Kind("flac", "audio/flac", "flac", "flac", None),
    "aac": Kind("aac", "audio/aac", "adts", "aac", _AAC, 64_000, "fltp"),
    "m4a": Kind("m4a", "audio/mp4", "ipod", "aac", _AAC, 64_000, "fltp", options=_RECOVERABLE, stream_options=_FRAGMENTS),
}  # fmt: skip
"""A page of Ogg has 0.5 s in a file, and 0.1 s in a stream, which is heard that much later. By default 32 kbit/s for Opus and 64 kbit/s for MP3 and AAC: speech is then not told from the original."""


@attrs.frozen
class Chapter:
    """A phrase in a file."""

    start: int
    """The sample at which it begins."""
    title: str


@attrs.define
class Written:
    """What a muxer has written: bytes, and where they go. A stream has no place but its end."""

    pieces: list[tuple[int, bytes]] = attrs.Factory(list[tuple[int, bytes]])
    at: int = 0
    end: int = 0

    def write(self, data: bytes) -> int:
        """Take bytes at the place where the muxer is."""
        if self.pieces and self.pieces[-1][0] + len(self.pieces[-1][1]) == self.at:
            place, before = self.pieces.pop()
            self.pieces.append((place, before + bytes(data)))
        else:
            self.pieces.append((self.at, bytes(data)))
        self.at += len(data)
        self.end = max(self.end, self.at)
        return len(data)

    def take(self) -> list[tuple[int, bytes]]:
        """What has come since the last call."""
        pieces, self.pieces = self.pieces, []
        return pieces


class _Seekable(Written):
    """What a muxer has written to a file, where it may go back."""

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = (0, self.at, self.end)[whence] + offset
        return self.at

    def tell(self) -> int:
        return self.at


class Encoder:
    """Samples to the bytes of a file. A plain object: whoever has it writes them."""

    def __init__(
        self,
        kind: Kind,
        audio: AudioFormat,
        bitrate: int | None,
        tags: dict[str, str],
        *,
        seekable: bool,
    ) -> None:
        """Begin a file.

        Raises:
            OutputError: the rate is none of the codec's; or PyAV is missing. `feed` raises it where the codec refuses the bitrate.
        """
        rate = audio.sample_rate
        if kind.rates is not None and rate not in kind.rates:
            raise OutputError(f"{kind.name} takes {', '.join(map(str, kind.rates))} samples a second, not {rate}")
        self._av = load_av(kind.name)
        self._rate = rate
        self.fed = 0
        """Samples taken."""
        self._written = _Seekable() if seekable else Written()
        options = dict(kind.options if seekable else kind.stream_options) | {"flush_packets": "1"}
        if kind.container == "ipod":
            options["movie_timescale"] = str(rate)  # the length of the edit is then exact to the sample
        self._container: Any = self._av.open(self._written, "w", format=kind.container, options=options)
        self._container.metadata.update(tags)
        self._stream: Any = self._container.add_stream(kind.codec, rate=rate, layout="mono", format=kind.sample_format)
        if kind.bitrate is not None:
            self._stream.bit_rate = bitrate or kind.bitrate
        self._name = kind.name
        self._failed = False
        if kind.container != "ipod":  # libav crashes at the end of one that was begun and got nothing
            with self._explained():
                self._container.start_encoding()

    def feed(self, pcm: bytes) -> list[tuple[int, bytes]]:
        """Take whole samples, and give what is known of the file by then, with its places."""
        samples = len(pcm) // SAMPLE_BYTES
        if samples:
            frame = self._av.AudioFrame(format="s16", layout="mono", samples=samples)
            frame.sample_rate, frame.pts = self._rate, self.fed
            frame.planes[0].update(pcm)
            with self._explained():
                self._mux(frame)
            self.fed += samples
        return self._written.take()

    def finish(self, chapters: list[Chapter]) -> list[tuple[int, bytes]]:
        """Give the rest. Chapters go in where the container takes them at the end."""
        if self._failed:
            return self._written.take()
        if self.fed:
            self._mux(None)
        if chapters:
            fractions = importlib.import_module("fractions")
            ends = [chapter.start for chapter in chapters[1:]] + [self.fed]
            self._container.set_chapters(
                [
                    {
                        "id": number,
                        "start": chapter.start,
                        "end": end,
                        "time_base": fractions.Fraction(1, self._rate),
                        "metadata": {"title": chapter.title},
                    }
                    for number, (chapter, end) in enumerate(zip(chapters, ends, strict=True), 1)
                ]
            )
        self._container.close()
        return self._written.take()

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except self._av.error.FFmpegError as error:
            self._failed = True
            raise OutputError(
                f"{self._name} cannot be encoded so, at {self._stream.bit_rate} bits a second: {error.strerror}"
            ) from error

    def _mux(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


class PlainEncoder:
    """WAV whose length is not known beforehand, or bare samples: as `Encoder`."""

    def __init__(self, format: AudioFormat, *, header: bool) -> None:  # noqa: A002
        self._header = wav_header(format, None) if header else b""
        self._at = self.fed = 0

    def feed(self, pcm: bytes) -> list[tuple[int, bytes]]:
        """See `Encoder.feed`."""
        self.fed += len(pcm) // SAMPLE_BYTES
        data, self._header = self._header + pcm, b""
        self._at += len(data)
        return [(self._at - len(data), data)] if data else []

    def finish(self, chapters: list[Chapter]) -> list[tuple[int, bytes]]:
        """See `Encoder.finish`."""
        return self.feed(b"")


def load_av(name: str) -> Any:
    """PyAV.

    Raises:
        OutputError: it is not installed.
    """
    try:
        return importlib.import_module("av")
    except ModuleNotFoundError as error:
        raise OutputError(f'{name} takes the package av: pip install "triolet[audio]"') from error
