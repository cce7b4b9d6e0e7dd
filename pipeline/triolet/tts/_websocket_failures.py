"""What can go wrong with a WebSocket, as errors of ours: a URL's address, and one function for each kind of end."""

from __future__ import annotations

import re
import ssl
from urllib.parse import urlsplit

import attrs

from triolet._tools._lazy_regex import lazy_regex
from triolet._tools._retry_after import retry_after
from triolet.errors import AuthenticationFailed, ConnectionFailed, ConnectionLost, ProtocolViolation

_NO_TEXT = 1007
"""RFC 6455, 7.4.1."""

_PERMANENT_CLOSE_CODES = frozenset({1003, 1007, 1008, 1009, 1010})
"""RFC 6455, 7.4.1: the peer refuses what we sent, so the same again would be refused again."""

_IDLE = lazy_regex(r"time[ _-]?out|timed[ _-]out|\bidle|session[ _-](has )?expired|inactiv", re.IGNORECASE)
"""Words in the reason of a Close which say that the connection was silent for too long. Services send them with 1007 and 1008 as well,
for want of a code of their own: another connection helps."""


@attrs.frozen
class Address:
    """Where a WebSocket URL leads."""

    host: str
    port: int
    tls: bool
    resource: str
    host_header: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a URL.

        Raises:
            ValueError: not one of a WebSocket.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError(f"{url!r} is no WebSocket URL: it must begin with ws:// or wss:// and name a host")
        tls = parts.scheme == "wss"
        port = parts.port or (443 if tls else 80)
        bare = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.hostname, port, tls, resource, bare if parts.port is None else f"{bare}:{port}")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def refused(address: Address, status: int, body: str, head: str = "") -> ConnectionFailed:
    """For an HTTP status other than 101. `head` is the answer's head, which may say when to come again."""
    said = " ".join(body.split())[:500]
    text = f"{address} refused the connection with HTTP status {status}" + (f": {said}" if said else "")
    if status in (401, 403):
        return AuthenticationFailed(text, code=str(status), message=body)
    wait = _asked_wait(head) if status in (429, 503) else None
    if wait is not None:
        text += f" (Retry-After: it asks for {wait:g} s without another try)"
    return ConnectionFailed(
        text,
        code=str(status),
        message=body,
        retryable=status == 429 or status >= 500,
        throttled=status == 429,
        retry_after=wait,
    )


def _asked_wait(head: str) -> float | None:
    lines = (line.partition(":") for line in head.partition("\r\n\r\n")[0].splitlines())
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    return retry_after(fields.get("retry-after", ""), fields.get("date"))


def broken_off(address: Address, head: str) -> ConnectionFailed:
    """For a stream that ended during the handshake, after these words."""
    first_lines, _, body = head.partition("\r\n\r\n")
    version, _, code = first_lines.partition(" ")
    if version.startswith("HTTP/") and re.match("[1-9][0-9][0-9]", code) and not code.startswith("101"):
        return refused(address, int(code[:3]), body, first_lines)
    if head:
        return ConnectionFailed(f"{address} does not speak WebSocket: it answered {head[:80]!r}", retryable=False)
    return ConnectionFailed(f"{address} closed the connection during the handshake")


def closed(address: Address, code: int, reason: str) -> ConnectionLost:
    """For an open connection that the peer closed with a code and a reason."""
    text = f"{address} closed the connection: {code:d}" + (f" {reason}" if reason else "")
    passing = code not in _PERMANENT_CLOSE_CODES or _IDLE.search(reason) is not None
    return ConnectionLost(text, code=str(int(code)), message=reason, retryable=passing)


def broke(address: Address, error: Exception | None = None) -> ConnectionLost:
    """For an open connection that ended without a Close; 1006 is its code by RFC 6455, 7.1.5."""
    said = f": {error}" if error is not None and str(error) else ""
    return ConnectionLost(f"the connection to {address} broke{said}", code="1006")


def no_frames(address: Address, code: int, reason: str) -> ProtocolViolation:
    """For bytes that cannot be read as frames of a WebSocket (1002), or as text (1007)."""
    what = "text that is no UTF-8" if code == _NO_TEXT else "broken WebSocket frames"
    return ProtocolViolation(f"{address} sent {what}: {reason}", code=str(int(code)))


def too_long(address: Address, max_message_size: int) -> ProtocolViolation:
    """For a message above the limit."""
    return ProtocolViolation(
        f"{address} sent a message of more than {max_message_size} characters (max_message_size)", retryable=False
    )


def unreachable(address: Address, error: Exception) -> ConnectionFailed:
    """For a stream that could not be opened."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ConnectionFailed(
            f"the TLS certificate of {address} was not accepted: {cause.verify_message}. Behind a proxy that replaces "
            "certificates, set SSL_CERT_FILE to its authority",
            retryable=False,
        )
    if cause is not None:
        return ConnectionFailed(f"no TLS with {address}: {cause}")
    return ConnectionFailed(f"no connection to {address}: {_reason(error)}")


def _reason(error: BaseException) -> str:
    """What the system said. Where a host has several addresses, Trio tells of each in a group below its own error."""
    words: list[str] = []
    below: list[BaseException] = [error]
    while below:
        one = below.pop(0)
        if isinstance(one, BaseExceptionGroup):
            below += one.exceptions  # pyright: ignore[reportUnknownMemberType]
        elif one.__cause__ is not None and isinstance(one, OSError) and one.strerror is None:
            below.append(one.__cause__)
        else:
            words.append((one.strerror if isinstance(one, OSError) else None) or str(one) or type(one).__name__)
    return "; ".join(dict.fromkeys(words))
