"""Bytes to text, or an error that says where they are none.

Line ends become those of Unix. A byte order mark is read and dropped. What is no text is an error: letters that a decoder would
drop, and the noise of a file that is none, would be heard and not seen.
"""

from __future__ import annotations

import codecs
import io


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
