"""A WAV file that can be played at every moment, also if its program was killed."""

from __future__ import annotations

import os
import struct

from triolet import SAMPLE_BYTES, AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs._file import FileOutput, RawFile

HEADER_BYTES = 44
LARGEST = 0xFFFF_FFFF - (HEADER_BYTES - 8) - 1
"""Bytes of samples that the 32-bit sizes of a WAV file can state (24.8 hours at 24 kHz), an even number."""

ENDLESS = 0xFFFF_FFFF
"""The size where it is not known beforehand, as ffmpeg and sox write and read it."""


class WavFile(FileOutput):
    """Signed 16-bit mono WAV, to a path, a named pipe or ("-") standard output.

    The header is rewritten after each `play`, samples first, so an interrupted or killed program leaves a valid file with
    all but the last samples. Into a pipe it goes once, with the sizes of an endless stream.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        self._format = AudioFormat()

    async def _begin(self, file: RawFile, format: AudioFormat) -> None:  # noqa: A002
        if file.is_terminal:
            raise OutputError("a WAV file makes no sense on a terminal: redirect it to a file or a player")
        self._format = format
        await file.write(wav_header(format, 0 if file.seekable else None))

    def _check(self, size: int) -> None:
        if self._written + size > LARGEST:
            raise OutputError(
                f"{self.path} has reached the 4 GiB that a WAV file can hold: begin another, or use PcmFile"
            )

    def _mark(self, file: RawFile) -> None:
        if file.seekable:
            file.overwrite_start(wav_header(self._format, self.heard * SAMPLE_BYTES))


def wav_header(format: AudioFormat, size: int | None) -> bytes:  # noqa: A002 -- the field's word
    """The 44 bytes before `size` bytes of samples (None: the number is not known); RIFF WAVE, format 1 (PCM)."""
    rate = format.sample_rate
    whole, data = (ENDLESS, ENDLESS) if size is None else (HEADER_BYTES - 8 + size, size)
    riff = struct.pack("<4sI4s", b"RIFF", whole, b"WAVE")
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    return riff + fmt + struct.pack("<4sI", b"data", data)
