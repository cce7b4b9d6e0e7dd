"""Reads the frames of a peer, sans-I/O: bytes in, messages and what else happens out.

Nearly all that a peer sends is one kind of frame: whole, masked by a client and not by a server, not larger than is allowed. Those
are read here, for a fifth of what they cost in wsproto. So are pings and pongs: an idle connection then does without the objects of
wsproto, which take 2 KB. Any other frame goes to wsproto as it came, which also judges what is no frame, so nothing about them is
decided twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
from wsproto.connection import Connection, ConnectionState
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from triolet.tts._client_frames import KEY_BYTES, masked

_WHOLE_BYTES = 0x82
_WHOLE = (0x81, _WHOLE_BYTES)
"""First bytes of frames that are a whole message, of text or bytes, with no reserved bit."""
_PINGS: dict[int, type[Ping | Pong]] = {0x89: Ping, 0x8A: Pong}
"""First bytes of pings and their answers, with no reserved bit."""
_FINAL, _CONTROL = 0x80, 0x08
"""Bits of a first byte."""
_MASKED = 0x80
"""A bit of a second byte; the rest of it is the length, or says how long the length is."""
_HEAD = 2
"""Bytes of the shortest head of a frame."""


@attrs.frozen
class PeerClosed:
    """The peer has sent a Close, perhaps as the answer to ours; nothing comes after it."""

    event: CloseConnection


@attrs.frozen
class NoFrames:
    """What the peer sent is no WebSocket, or no text where it says so; nothing after it can be read."""

    code: int
    reason: str


@attrs.frozen
class TooLong:
    """A message has more characters, or bytes, than are allowed; nothing after it is read."""


Happening = str | bytes | Ping | Pong | PeerClosed | NoFrames | TooLong
"""A message, or what else a peer did."""


class FrameReader:
    """Reads what one peer sends, cut anywhere."""

    def __init__(self, protocol: Callable[[], Connection], max_message_size: int, *, client: bool = True) -> None:
        """`protocol` gives what wsproto knows of the connection, the same at each call; it is first called when it is needed. No
        extension may have been agreed on. `client`: whether this end is the client.
        """
        self._protocol = protocol
        self._masked = 0 if client else _MASKED
        """The bit of a frame as the peer must send it."""
        self._key = 0 if client else KEY_BYTES
        self._max_message_size = max_message_size
        self._held = bytearray()
        """The start of a frame whose rest has not come."""
        self._wanted = _HEAD
        """So many bytes must be held before it is worth another look."""
        self._foreign = 0
        """Bytes that are still to come of a frame that is not read here."""
        self._within_message = False
        """Whether more frames of a message must come, and wsproto has the first."""
        self._parts: list[Any] = []
        """Of that message, all text or all bytes."""
        self._size = 0
        self._over = False

    def feed(self, data: bytes | bytearray) -> Iterator[Happening | None]:
        """Read bytes that have come. Give what they say, in order; None for a part of a message, since reading it takes as long.

        Iterate to the end before the next call.
        """
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return
            data, self._held = self._held, bytearray()
        at, end = 0, len(data)
        while at < end and not self._over:
            if self._foreign:
                part = data[at : at + self._foreign]
                at += len(part)
                self._foreign -= len(part)
                yield from self._read_elsewhere(part)
                continue
            if end - at < _HEAD:
                self._wanted = _HEAD
                break
            first, second = data[at], data[at + 1]
            body, size, least = at + _HEAD, second & ~_MASKED, 0
            if size > 125:  # the length follows, in two bytes or eight
                body, least = (body + 2, 126) if size == 126 else (body + 8, 2**16)
                if body > end:
                    self._wanted = body - at
                    break
                size = int.from_bytes(data[at + _HEAD : body], "big")
            whole = first in _WHOLE and least <= size <= self._max_message_size and not self._within_message
            if second & _MASKED == self._masked and (whole or (first in _PINGS and body == at + _HEAD)):
                begin = body + self._key
                stop = begin + size
                if stop > end:
                    self._wanted = stop - at
                    break
                payload = data[begin:stop]
                if self._key:
                    payload = masked(payload, data[body:begin])
                if (happening := _said(first, payload)) is not None:
                    at = stop
                    yield happening
                    continue
            if not first & _CONTROL:
                self._within_message = not first & _FINAL
            self._foreign = body + (KEY_BYTES if second & _MASKED else 0) + size - at
        if at < end and not self._over:
            self._held += data[at:]

    def finish(self) -> Iterator[Happening | None]:
        """Note that nothing more comes. Give what the beginning of the last frame says, if anything."""
        if self._held and not self._over:
            yield from self._read_elsewhere(bytes(self._held))

    def _read_elsewhere(self, data: bytes | bytearray) -> Iterator[Happening | None]:
        protocol = self._protocol()
        protocol.receive_data(bytes(data))
        for event in protocol.events():
            if isinstance(event, TextMessage | BytesMessage):
                yield self._joined(event)
            elif isinstance(event, CloseConnection):
                self._over = True
                if protocol.state in (ConnectionState.REMOTE_CLOSING, ConnectionState.CLOSED):
                    yield PeerClosed(event)
                else:  # no Close has come: wsproto says so what it could not read
                    yield NoFrames(event.code, event.reason or "")
            elif isinstance(event, Ping | Pong):
                yield event
            if self._over:
                return

    def _joined(self, event: TextMessage | BytesMessage) -> str | bytes | TooLong | None:
        self._size += len(event.data)
        if self._size > self._max_message_size:
            self._over = True
            return TooLong()
        if event.data:  # frames without content may come for ever
            self._parts.append(event.data)
        if not event.message_finished:
            return None
        whole = b"".join(self._parts) if isinstance(event, BytesMessage) else "".join(self._parts)
        self._parts.clear()
        self._size = 0
        return whole


def _said(first: int, payload: bytes | bytearray) -> str | bytes | Ping | Pong | None:
    """What a whole frame says that begins with this byte; None for text that is none, of which wsproto says so in its own words."""
    if first in _PINGS:
        return _PINGS[first](bytes(payload))
    if first == _WHOLE_BYTES:
        return bytes(payload)
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None
