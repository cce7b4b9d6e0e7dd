"""The HTTP request that opens a connection, sans-I/O: the bytes of its head in, its parts out."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

LONGEST_HEAD = 16 * 1024
"""Bytes of a request's head. Browsers send 1 to 2 KiB; other servers allow 8 to 16 KiB."""

_END = b"\r\n\r\n"
_ONCE = frozenset(
    {"host", "origin", "authorization", "content-length", "upgrade", "sec-websocket-key", "sec-websocket-version"}
)
"""Headers that may come once only: of two that differ, a proxy before this server may have judged the other."""
_SPACE = " \t"


class BadRequest(Exception):
    """The bytes are no HTTP request; the text says why."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


@attrs.frozen
class Request:
    """The head of an HTTP request."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """By lower-case name."""

    @property
    def upgrades(self) -> bool:
        """Whether it asks for a WebSocket."""
        wanted = self.headers.get("upgrade", "").lower()
        connection = self.headers.get("connection", "").lower()
        return wanted == "websocket" and "upgrade" in (token.strip(_SPACE) for token in connection.split(","))

    @classmethod
    def parse(cls, head: bytes) -> Request:
        """Read a head that is complete.

        Raises:
            BadRequest: no request of HTTP/1.1 or 1.0.
        """
        first, *lines = head.decode("latin-1").split("\r\n")
        parts = first.split(" ")
        if len(parts) != 3 or parts[2] not in ("HTTP/1.1", "HTTP/1.0") or not parts[1]:
            raise BadRequest("this is no HTTP/1.1 request")
        path, _, query = parts[1].partition("?")
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            name = name.lower()
            if not colon or not name or name != name.strip():
                raise BadRequest("a line of the request is no header")
            if name in headers and name in _ONCE:
                raise BadRequest(f"the header {name} comes twice")
            headers[name] = f"{headers[name]}, {value.strip(_SPACE)}" if name in headers else value.strip(_SPACE)
        return cls(parts[0], path, query, headers)


class HeadReader:
    """Finds the end of a head in bytes that come cut anywhere. Each byte is looked at once."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes | bytearray) -> tuple[bytes, bytes] | None:
        """Take bytes; once the head is complete, give it without its last line end, and what came after it.

        Raises:
            BadRequest: the head is too long, or begins as no request does.
        """
        searched = max(0, len(self._held) - len(_END) + 1)
        self._held += data
        if not self._held[:1].isalpha():
            raise BadRequest("this is no HTTP request; wss:// needs a server with TLS")
        end = self._held.find(_END, searched, LONGEST_HEAD)
        if end >= 0:
            return bytes(self._held[:end]), bytes(self._held[end + len(_END) :])
        if len(self._held) > LONGEST_HEAD:
            raise BadRequest(f"the head of the request has more than {LONGEST_HEAD} bytes", 431)
        return None
