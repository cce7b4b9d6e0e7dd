"""Writes the frames of a client, sans-I/O: text messages, pings and pongs in, bytes out.

All that is sent often is one kind of frame: a whole message of text. It is written here, for a quarter of what it costs in wsproto.
Pings and pongs are written here as well: an idle connection then does without the objects of wsproto, which take 2 KB. wsproto writes
all others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from wsproto.events import Ping, Pong

_WHOLE_TEXT, _PING, _PONG = 0x81, 0x89, 0x8A
"""First bytes of frames: a whole message of text, a ping, and its answer."""
_MASKED = 0x80
"""A bit of a second byte, which a client must set."""
KEY_BYTES = 4
"""Bytes of the key with which a client masks a frame."""


def text_frames(texts: Iterable[str]) -> bytes:
    """The frames of these messages, one after another.

    Raises:
        UnicodeEncodeError: a lone surrogate.
    """
    return b"".join([_frame(_WHOLE_TEXT, text.encode()) for text in texts])


def ping_frame(event: Ping | Pong) -> bytes:
    """The frame of a ping or a pong, of at most 125 bytes."""
    return _frame(_PING if isinstance(event, Ping) else _PONG, bytes(event.payload))


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    key = os.urandom(KEY_BYTES)  # the protocol asks for one that nobody can predict, and a fresh one for each frame
    if size < 126:
        head = bytes((first, _MASKED | size))
    elif size < 2**16:
        head = bytes((first, _MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, _MASKED | 127)) + size.to_bytes(8, "big")
    return head + key + masked(payload, key)


def masked(payload: bytes | bytearray, key: bytes | bytearray) -> bytes:
    """A payload with a key over it, or, the second time, without it."""
    size = len(payload)
    keys = (key * (size // KEY_BYTES + 1))[:size]
    # In C, all bytes at once.
    return (int.from_bytes(payload, "little") ^ int.from_bytes(keys, "little")).to_bytes(size, "little")
