"""Ogg pages, cut anywhere, to packets (RFC 3533)."""

from __future__ import annotations

from triolet.errors import ProtocolViolation

_HEADER = 27
_CONTINUED = 1
_MAX_PACKET = 64 * 1024
"""Bytes; 120 ms of Opus take 1.3 KiB a frame at most, 61 KiB in all (RFC 6716, 3.4)."""


class OggReader:
    """For one logical stream. Checksums are not checked: the bytes came over TCP."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._packet = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, give the packets that are complete by then.

        Raises:
            ProtocolViolation: no page where one must begin.
        """
        self._data += data
        packets: list[bytes] = []
        while (page := self._next_page()) is not None:
            flags, segments, body = page
            if not flags & _CONTINUED:
                self._packet.clear()
            position = 0
            for length in segments:
                self._packet += body[position : position + length]
                position += length
                if len(self._packet) > _MAX_PACKET:
                    raise ProtocolViolation(f"the audio of a response has a packet of more than {_MAX_PACKET} bytes")
                if length < 255:  # a segment of 255 bytes goes on in the next one
                    packets.append(bytes(self._packet))
                    self._packet.clear()
        return packets

    def _next_page(self) -> tuple[int, bytes, bytes] | None:
        data = self._data
        if not b"OggS".startswith(data[:4]):
            raise ProtocolViolation(f"the audio of a response is no Ogg: a page begins with {bytes(data[:4])!r}")
        if len(data) < _HEADER or len(data) < _HEADER + data[26]:
            return None
        segments = bytes(data[_HEADER : _HEADER + data[26]])
        start = _HEADER + len(segments)
        end = start + sum(segments)
        if len(data) < end:
            return None
        page = data[5], segments, bytes(data[start:end])
        del data[:end]
        return page
