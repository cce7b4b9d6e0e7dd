"""Text from arguments, files and standard input, as a source of tokens.

Line ends become those of Unix; a byte order mark is read and dropped; what is no valid UTF-8 becomes U+FFFD.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from pathlib import Path

import trio

BLOCK = 4096
"""Bytes read at once: a page of text. Back-pressure then reaches the file, and no stage gets a book as one token."""


class TextDecoder:
    """Bytes to text, piece by piece. UTF-8, or UTF-16 if it begins with its mark (Windows PowerShell writes that)."""

    def __init__(self) -> None:
        self._head = b""
        self._decoder: io.IncrementalNewlineDecoder | None = None

    def decode(self, data: bytes, *, final: bool = False) -> str:
        """The text of some more bytes."""
        if self._decoder is None:
            data = self._head = self._head + data
            if len(data) < 2 and not final:
                return ""
            wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")("replace")
            self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        return self._decoder.decode(data, final=final)


def text_source(text: str | None, file: Path | None) -> Iterable[str] | AsyncIterable[str]:
    """Where the text comes from.

    Raises:
        ValueError: from nowhere, from two places, or a file that cannot be read.
    """
    if (text is None) == (file is None):
        raise ValueError('say what? Give a text, or -f FILE, or - for standard input: triolet say "Hello."')
    if text == "-" or file == Path("-"):
        return standard_input()
    return blocks(file) if file is not None else [text or ""]


def blocks(file: Path) -> Iterator[str]:
    """A file, a page at a time.

    Raises:
        ValueError: it cannot be read. At once, not in the middle of an answer.
    """
    try:
        reader = file.open("rb")
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror or error}") from error

    def read() -> Iterator[str]:
        decoder = TextDecoder()
        with reader:
            while data := reader.read(BLOCK):
                yield decoder.decode(data)
            yield decoder.decode(b"", final=True)

    return read()


async def standard_input() -> AsyncIterator[str]:
    """What comes on standard input, as it comes."""
    decoder = TextDecoder()
    while data := await trio.to_thread.run_sync(os.read, sys.stdin.fileno(), BLOCK, abandon_on_cancel=True):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)
