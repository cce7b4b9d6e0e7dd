"""Writes the frames of a client, sans-I/O: text messages in, bytes out.

All that is sent often is one kind of frame: a whole message of text. It is written here, for a quarter of what it costs in wsproto,
which writes all others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

_WHOLE_TEXT = 0x81
"""First byte of a frame that is a whole message of text."""
_MASKED = 0x80
"""A bit of a second byte, which a client must set."""
KEY_BYTES = 4
"""Bytes of the key with which a client masks a frame."""


def text_frames(texts: Iterable[str]) -> bytes:
    """The frames of these messages, one after another.

    Raises:
        UnicodeEncodeError: a lone surrogate.
    """
    return b"".join(map(_frame, texts))


def _frame(text: str) -> bytes:
    payload = text.encode()
    size = len(payload)
    key = os.urandom(KEY_BYTES)  # the protocol asks for one that nobody can predict, and a fresh one for each frame
    if size < 126:
        head = bytes((_WHOLE_TEXT, _MASKED | size))
    elif size < 2**16:
        head = bytes((_WHOLE_TEXT, _MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((_WHOLE_TEXT, _MASKED | 127)) + size.to_bytes(8, "big")
    return head + key + masked(payload, key)


def masked(payload: bytes | bytearray, key: bytes | bytearray) -> bytes:
    """A payload with a key over it, or, the second time, without it."""
    size = len(payload)
    keys = (key * (size // KEY_BYTES + 1))[:size]
    # In C, all bytes at once.
    return (int.from_bytes(payload, "little") ^ int.from_bytes(keys, "little")).to_bytes(size, "little")
