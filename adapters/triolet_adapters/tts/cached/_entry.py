"""One phrase as the bytes of a file. Pure."""

from __future__ import annotations

import json
import zlib
from typing import Any

import attrs

from triolet import SAMPLE_BYTES, TimedWord

_MAGIC = b"triolet-phrase 1\n"
"""The first line of every file."""
LONGEST_HEADER = 1_000_000
"""Bytes. A header has the text and a few numbers a word: a phrase of 1,000 words has 60 kB."""


class Damaged(Exception):
    """The bytes are no phrase, or not a whole one."""


@attrs.frozen(kw_only=True)
class Entry:
    """A phrase as a voice has said it."""

    about: str
    """The voice and its settings, to show."""
    text: str
    sample_rate: int
    pcm: bytes = attrs.field(repr=lambda pcm: f"<{len(pcm)} bytes>")
    words: tuple[TimedWord, ...] = ()
    """When the voice says them; empty: it did not tell."""

    def to_bytes(self) -> bytes:
        """The file: a line that says what it is, a line of JSON, and the samples."""
        words = [(word.start, word.end, word.begins, word.ends) for word in self.words]
        header = {
            "about": self.about,
            "text": self.text,
            "sample_rate": self.sample_rate,
            "samples": len(self.pcm) // SAMPLE_BYTES,
            "crc": zlib.crc32(self.pcm),
            "words": words,
        }
        line = json.dumps(header, ensure_ascii=True).encode()
        return b"%s%08x\n%s\n%s" % (_MAGIC, zlib.crc32(line), line, self.pcm)

    @classmethod
    def from_bytes(cls, data: bytes) -> Entry:
        """Read a file.

        Raises:
            Damaged: it was cut off or changed, or is something else.
        """
        header, pcm = _split(data)
        try:
            if len(pcm) != header["samples"] * SAMPLE_BYTES or zlib.crc32(pcm) != header["crc"]:
                raise Damaged("its samples are not those that were written")
            words = tuple(TimedWord(int(a), int(b), float(c), float(d)) for a, b, c, d in header["words"])
            about, text, rate = str(header["about"]), str(header["text"]), int(header["sample_rate"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:  # `Infinity` is JSON to Python
            raise Damaged("its header lacks a field") from error
        return cls(about=about, text=text, sample_rate=rate, pcm=pcm, words=words)

    def checked(self, text: str, sample_rate: int) -> Entry:
        """The same.

        Raises:
            Damaged: it is another phrase than this one.
        """
        if self.text != text or self.sample_rate != sample_rate:
            raise Damaged("it is another phrase")
        return self


def header_of(data: bytes) -> dict[str, Any]:
    """The header, of the beginning of a file.

    Raises:
        Damaged: it is not whole.
    """
    return _split(data)[0]


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    if not data.startswith(_MAGIC):
        raise Damaged("it does not begin as one")
    check, _, rest = data[len(_MAGIC) :].partition(b"\n")
    line, end, pcm = rest.partition(b"\n")
    if not end or check != b"%08x" % zlib.crc32(line):
        raise Damaged("its header is not the one that was written")
    try:
        header: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Damaged("its header is no JSON") from error
    if not isinstance(header, dict):
        raise Damaged("its header is no object")
    return header, pcm  # pyright: ignore[reportUnknownVariableType] -- read field by field
