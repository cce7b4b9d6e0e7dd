"""The way to a service through an HTTP proxy (`CONNECT`), as the environment or the user says."""

from __future__ import annotations

import base64
import importlib
import ssl
from urllib.parse import SplitResult, unquote, urlsplit

import attrs
import trio

from triolet._tools._loopback import is_this_machine
from triolet.errors import ConnectionFailed
from triolet.tts._dial import Dial, dial_tcp, secured

LONGEST_ANSWER = 16 * 1024
"""Bytes of a proxy's answer to CONNECT: some lines of headers, or the page that says why not."""


@attrs.frozen
class Proxy:
    """An HTTP proxy. Its password shows in no repr and no error."""

    host: str
    port: int
    tls: bool
    authorization: str = attrs.field(repr=False)
    """The value of `Proxy-Authorization`; empty for none."""

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Read a URL: `http://proxy.example:3128`, with user and password if it asks for them.

        Raises:
            ValueError: not one of an HTTP proxy. The text does not show the URL, which may hold a password.
        """
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname or not _port_is_right(parts):
            raise ValueError(
                "proxy must be such as http://proxy.example:3128, with http:// or https://; for others (SOCKS), give a dial= of your own"
            )
        tls = parts.scheme == "https"
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        known = base64.b64encode(user.encode()).decode() if parts.username else ""
        return cls(parts.hostname, parts.port or (443 if tls else 80), tls, f"Basic {known}" if known else "")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def _port_is_right(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:  # no number, or too large
        return False


def proxy_for(host: str, *, tls: bool) -> Proxy | None:
    """The proxy that the environment names for a host: HTTPS_PROXY (HTTP_PROXY without TLS) or ALL_PROXY, and not NO_PROXY.

    None for a server on this machine, whatever the environment says.

    Raises:
        ValueError: it names something else than an HTTP proxy.
    """
    import urllib.request  # noqa: PLC0415 -- loads an HTTP client, a tenth of what `import triolet` takes

    if is_this_machine(host) or urllib.request.proxy_bypass(host):
        return None
    named = urllib.request.getproxies()
    url = named.get("https" if tls else "http") or named.get("all")
    return Proxy.parse(url) if url else None


def dialler(*, proxy: str | None = None, ssl_context: ssl.SSLContext | None = None) -> Dial:
    """Make a `Dial`, through a proxy and with certificates as given.

    Args:
        proxy: the URL of an HTTP proxy, such as `http://proxy.example:3128`. None: as HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY
            in the environment say, each time. Empty: no proxy.
        ssl_context: for TLS with the service: certificates of your own. None: those of the system.

    Raises:
        ValueError: `proxy` is no HTTP proxy.
    """
    given = Proxy.parse(proxy) if proxy else None
    if proxy is None:
        importlib.import_module("urllib.request")  # now, and not while a connection is waited for

    async def dial(host: str, port: int, tls: bool) -> trio.abc.Stream:
        through = given if proxy is not None else _from_environment(host, tls=tls)
        if through is None:
            return await dial_tcp(host, port, tls, ssl_context=ssl_context)
        stream = await dial_tcp(through.host, through.port, through.tls)
        try:
            await _connect(stream, through, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise
        return await secured(stream, host, ssl_context) if tls else stream

    return dial


def _from_environment(host: str, *, tls: bool) -> Proxy | None:
    try:
        return proxy_for(host, tls=tls)
    except ValueError as error:
        raise ConnectionFailed(
            f"the proxy that the environment names cannot be used: {error}", retryable=False
        ) from None


async def _connect(stream: trio.abc.Stream, proxy: Proxy, target: str) -> None:
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    await stream.send_all("\r\n".join([*lines, "\r\n"]).encode("ascii"))
    answer = bytearray()
    while b"\r\n\r\n" not in answer:
        data = await stream.receive_some()
        answer += data
        if not data or len(answer) > LONGEST_ANSWER:
            raise ConnectionFailed(f"the proxy {proxy} did not answer as an HTTP proxy does")
    head, _, behind = bytes(answer).partition(b"\r\n\r\n")
    version, _, status = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    if not version.startswith("HTTP/1.") or not status[:3].isdigit():
        raise ConnectionFailed(f"{proxy} is no HTTP proxy: it answered {version[:40]!r}", retryable=False)
    if not status.startswith("2") or behind:  # behind it nothing may come before we have spoken
        hint = "; give user and password in its URL" if status.startswith("407") else ""
        raise ConnectionFailed(
            f"the proxy {proxy} refused to connect to {target}: {status[:80]}{hint}",
            code=status[:3],
            retryable=status[0] == "5",
        )
