"""Text from arguments, files and standard input, as a source of tokens.

Line ends become those of Unix. A byte order mark is read and dropped. What is no text is an error: letters that a decoder would
drop, and the noise of a file that is none, would be heard and not seen.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import trio

BLOCK = 4096
"""Bytes read at once: a page of text. Back-pressure then reaches the file, and no stage gets a book as one token."""


class NotText(ValueError):
    """The bytes are no text that can be read; the message says where, and what may help."""


class TextDecoder:
    """Bytes to text, piece by piece. UTF-8, or UTF-16 if it begins with its mark (Windows PowerShell writes that)."""

    def __init__(self, name: str = "the text") -> None:
        """`name`: where the bytes come from, for an error."""
        self._name = name
        self._wide = False
        self._given = 0
        """Bytes that were decoded before."""
        self._head = b""
        self._decoder: io.IncrementalNewlineDecoder | None = None

    def decode(self, data: bytes, *, final: bool = False) -> str:
        """The text of some more bytes.

        Raises:
            NotText: they are none.
        """
        if self._decoder is None:
            data = self._head = self._head + data
            if len(data) < 2 and not final:
                return ""
            self._wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            decoder = codecs.getincrementaldecoder("utf-16" if self._wide else "utf-8-sig")("strict")
            self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        try:
            text = self._decoder.decode(data, final=final)
        except UnicodeDecodeError as error:
            raise NotText(self._explained(error, len(data))) from None
        if "\0" in text:
            raise NotText(f"{self._name} has zero bytes: it is no text, or UTF-16 without its mark")
        self._given += len(data)
        return text

    def _explained(self, error: UnicodeDecodeError, length: int) -> str:
        # A decoder shows what it held back, too: its last bytes are the last of those that were given.
        offset = self._given + length - len(error.object) + error.start
        encoding = "UTF-16" if self._wide else "UTF-8"
        return (
            f"{self._name} is not {encoding}: byte 0x{error.object[error.start]:02x} at offset {max(offset, 0)}. "
            "If it is text, convert it first, such as with iconv -f latin1 -t utf-8"
        )


def text_source(text: str | None, file: Path | None) -> Iterable[str] | AsyncIterable[str]:
    """Where the text comes from.

    Raises:
        ValueError: from nowhere, from two places, a file that cannot be read, or the name of a file in place of a text.
    """
    if text is not None and file is not None:
        raise ValueError(f"TEXT and -f {file}: both are given; leave one out")
    if text is None and file is None:
        raise ValueError('say what? Give a text, or -f FILE, or - for standard input: triolet say "Hello."')
    if text is not None and text != "-" and Path(text).name and os.path.isfile(text):  # noqa: PTH113 -- a text may be no path
        raise ValueError(
            f"{text} is a file: triolet say -f {text} says what it holds (to say its name: echo {text} | triolet say -)"
        )
    if text == "-" or file == Path("-"):
        return standard_input()
    return blocks(file) if file is not None else [text or ""]


def blocks(file: Path) -> Iterator[str]:
    """A file, a page at a time.

    Raises:
        ValueError: it cannot be read, or is no text. At once, and not when half of it has been spoken; of a pipe, which can
            be read once only, when that is found.
    """
    try:
        reader = file.open("rb")
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror or error}") from error
    try:
        if reader.seekable():
            _check(reader, str(file))
    except OSError as error:
        reader.close()
        raise ValueError(f"cannot read {file}: {error.strerror or error}") from error
    except NotText:
        reader.close()
        raise

    def read() -> Iterator[str]:
        decoder = TextDecoder(str(file))
        with reader:
            while data := reader.read(BLOCK):
                yield decoder.decode(data)
            yield decoder.decode(b"", final=True)

    return read()


def _check(reader: BinaryIO, name: str) -> None:
    """Read all of a file, and go back to its beginning."""
    decoder = TextDecoder(name)
    while data := reader.read(BLOCK):
        decoder.decode(data)
    decoder.decode(b"", final=True)
    reader.seek(0)


async def standard_input() -> AsyncIterator[str]:
    """What comes on standard input, as it comes.

    Raises:
        NotText: it is none. What came before has been given.
    """
    decoder = TextDecoder("standard input")
    while data := await trio.to_thread.run_sync(os.read, sys.stdin.fileno(), BLOCK, abandon_on_cancel=True):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)
