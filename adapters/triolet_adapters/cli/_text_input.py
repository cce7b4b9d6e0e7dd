"""Text from arguments, files and standard input, as a source of tokens: see `shared.text` for what is text."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import trio

from triolet_adapters.shared.text import NotText, TextDecoder

BLOCK = 4096
"""Bytes read at once: a page of text. Back-pressure then reaches the file, and no stage gets a book as one token."""


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
