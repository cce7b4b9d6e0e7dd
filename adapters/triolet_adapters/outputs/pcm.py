"""Bare samples, to a file or a program."""

from __future__ import annotations

from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs._file import FileOutput, RawFile


class PcmFile(FileOutput):
    """Signed 16-bit little-endian mono samples without a header, to a path, a named pipe or ("-") standard output.

    A reader must be told the format: `... | ffplay -f s16le -ar 24000 -ac 1 -`.
    """

    async def _begin(self, file: RawFile, format: AudioFormat) -> None:  # noqa: A002
        if file.is_terminal:
            raise OutputError("bare samples make no sense on a terminal: redirect them to a file or a player")
