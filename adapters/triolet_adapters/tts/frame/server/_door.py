"""Who may connect to a local server, sans-I/O: a request in, a refusal or None out.

A server on this machine can be reached by every web page that is open on it: a browser lets a page open a WebSocket to any
host, and only tells the server by `Origin` whose page it is. A page may also give its own name this machine's address
(DNS rebinding); then `Host` holds that name. So both are judged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Collection, Mapping
from http import HTTPStatus
from urllib.parse import parse_qs

import attrs

from triolet import is_this_machine
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts.frame.server._options import LocalServerOptions
from triolet_adapters.tts.frame.server._request import Request
from triolet_adapters.tts.frame.server._site import Site

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, 1.3."""

ANY = "*"
"""In a list of what is allowed: everything."""


@attrs.frozen
class Refusal:
    """An HTTP answer other than a WebSocket."""

    status: int
    code: str
    message: str
    plain: bool = False
    """For a person with a browser or curl: text, and no error object."""
    allow: str = "GET, HEAD"
    """The methods that a 405 names."""
    retry_after: int | None = None
    """Seconds after which the client may come again."""

    def response(self, site: Site, method: str = "GET") -> bytes:
        """The bytes of the answer."""
        body = f"{self.message}\n" if self.plain else dumps(site.error(self.status, self.code, self.message))
        kind = "text/plain; charset=utf-8" if self.plain else "application/json"
        raw = body.encode("utf-8", "replace")
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(raw)}",
            "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        if self.retry_after is not None:
            lines.append(f"Retry-After: {self.retry_after}")
        if self.status == HTTPStatus.UPGRADE_REQUIRED:
            lines.append("Upgrade: websocket")
        if self.status == HTTPStatus.METHOD_NOT_ALLOWED:
            lines.append(f"Allow: {self.allow}")
        head = "\r\n".join(lines).encode("ascii") + b"\r\n\r\n"
        return head if method == "HEAD" else head + raw


@attrs.frozen
class Door:
    """Judges requests by the server's options, and by the name that it listens on."""

    options: LocalServerOptions
    site: Site
    listens_on: str = ""
    """The host that `serve` was given; it is allowed as a `Host`."""

    def refusal(self, request: Request) -> Refusal | None:
        """Why a request is not served; None: it is, as a WebSocket or, if it is a POST or a HEAD, as itself."""
        host = without_port(request.headers.get("host", ""))
        if not is_allowed_host(host, self.listens_on, self.options.allowed_hosts):
            return Refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "ForbiddenHost",
                f"this server does not answer to the name {clipped(host)!r}: add it to allowed_hosts (--allow-host)",
            )
        websocket = request.upgrades
        posts = request.method in ("POST", "HEAD") and self.site.takes(request.path, websocket=False)
        if not (websocket or posts):
            return self._explained(request)
        if websocket and not self.site.takes(request.path, websocket=True):
            return Refusal(
                HTTPStatus.NOT_FOUND,
                "InvalidURL",
                f"nothing is served at {clipped(request.path)}; the path is {self.site.path}",
            )
        if websocket and not _shakes_hands(request):
            return Refusal(HTTPStatus.BAD_REQUEST, "BadHandshake", "this is no handshake of WebSocket version 13")
        origin = request.headers.get("origin")
        if origin is not None and not is_allowed_origin(
            origin, request.headers.get("host", ""), self.options.allowed_origins
        ):
            return Refusal(
                HTTPStatus.FORBIDDEN,
                "ForbiddenOrigin",
                f"pages of {clipped(origin)} may not use this server: add it to allowed_origins (--allow-origin)",
            )
        if not self._has_key(request):
            return Refusal(HTTPStatus.UNAUTHORIZED, "InvalidApiKey", "Invalid API-key provided.")
        return None

    def _has_key(self, request: Request) -> bool:
        key = self.options.api_key
        return key is None or any(_presents(request, header, scheme, key) for header, scheme in self.site.keys)

    def _explained(self, request: Request) -> Refusal:
        """What a browser or curl is told about the server."""
        site = self.site
        if not site.takes(request.path, websocket=site.websockets is not None) and request.path not in ("/", site.path):
            return Refusal(
                HTTPStatus.NOT_FOUND,
                "InvalidURL",
                f"nothing is served at {clipped(request.path)}; the path is {site.path}",
            )
        methods = "GET, HEAD" if site.posts is None or request.path == "/" else "POST"
        if request.method not in methods.split(", "):
            said = f"only {methods.partition(',')[0]} is served here"
            return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", said, allow=methods)
        host = request.headers.get("host", "localhost")
        over = "WebSocket" if site.websockets is not None else "HTTP"
        text = (
            f"This is a local server of Triolet. It speaks the {site.protocol} protocol over {over}:\n"
            f"  {site.url(host)}\n"
            f'Try: triolet say "Hello." --tts {site.command} --url {site.scheme}://{host}'
        )
        status = HTTPStatus.OK if request.path == "/" else HTTPStatus.UPGRADE_REQUIRED
        return Refusal(status, "", text, plain=True)


def is_allowed_host(host: str, listens_on: str, allowed: Collection[str]) -> bool:
    """Whether a server answers to this `Host`, without its port. An address always is one: only a name can be given another
    address by whoever owns it. `listens_on`: the host that the server was given.
    """
    return (
        is_this_machine(host)
        or _is_address(host)
        or (host != "" and host == listens_on.lower())
        or _is_listed(host, allowed)
    )


def is_allowed_origin(origin: str, host_header: str, allowed: Collection[str]) -> bool:
    """Whether pages of this `Origin` may use a server: its own, those of this machine, and those that are listed."""
    if _is_listed(origin, allowed):
        return True
    scheme, separator, place = origin.partition("://")
    if not separator or scheme.lower() not in ("http", "https"):
        return False  # "null": a file, or a page in a sandbox
    return place.lower() == host_header.lower() or is_this_machine(without_port(place))


def _presents(request: Request, header: str, scheme: str, key: str) -> bool:
    value = request.headers.get(header, "")
    named, _, given = value.partition(" ") if scheme else ("", "", value)
    # In constant time: how long an answer takes must not tell how much of a key is right.
    right = hmac.compare_digest(given.strip().encode("utf-8"), key.encode("utf-8"))
    return right and named.lower() == scheme


def _shakes_hands(request: Request) -> bool:
    return request.method == "GET" and request.headers.get("sec-websocket-version") == "13" and bool(_key_of(request))


def accepted(request: Request, protocol: str | None = None) -> bytes:
    """The answer that begins the WebSocket, with the sub-protocol that was chosen."""
    token = base64.b64encode(hashlib.sha1(_key_of(request) + _GUID).digest())  # noqa: S324 -- as the RFC has it
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: "
        + token
        + (b"" if protocol is None else b"\r\nSec-WebSocket-Protocol: " + protocol.encode("ascii"))
        + b"\r\n\r\n"
    )


def queried(request: Request) -> Mapping[str, str]:
    """The fields of the request's query, each with its first value."""
    try:
        fields = parse_qs(request.query, max_num_fields=100, keep_blank_values=True)
    except ValueError:  # more fields than any client sends
        return {}
    return {name: values[0] for name, values in fields.items()}


def _key_of(request: Request) -> bytes:
    return request.headers.get("sec-websocket-key", "").encode("latin-1")


def _is_listed(value: str, allowed: Collection[str]) -> bool:
    folded = value.lower().rstrip("/.")
    return any(entry == ANY or entry.lower().rstrip("/.") == folded for entry in allowed)


def without_port(host: str) -> str:
    """`localhost` of `localhost:8765`, `::1` of `[::1]:8765`."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().removesuffix(".")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
