"""Where a service is, and the way there: URLs, keys that must not go astray, proxies, certificates."""

from __future__ import annotations

import os
import ssl
from urllib.parse import urlsplit

from triolet import is_this_machine
from triolet.websocket import Dial, dialler
from triolet_adapters.tts.frame._secret import Secret, checked_key

_SECURE = {"ws": "wss", "http": "https"}


class MissingKey(ValueError):
    """No key was given, and the environment has none."""


class InsecureKey(ValueError):
    """The key would be sent without TLS to another machine."""


def dial_of(dial: Dial | None, proxy: str | None, ssl_context: ssl.SSLContext | None) -> Dial:
    """The `Dial` that a voice was given, or one through the proxy and with the certificates that it was given.

    Raises:
        ValueError: both.
    """
    if dial is None:
        return dialler(proxy=proxy, ssl_context=ssl_context)
    if proxy is not None or ssl_context is not None:
        raise ValueError("dial opens the stream by itself: give either it, or proxy and ssl_context")
    return dial


def checked_url(url: str, name: str, scheme: str) -> str:
    """A URL of `ws` or `http`, or of the same with TLS, without what it must not hold.

    Raises:
        ValueError: it is none. The text names it, but not if it holds a password.
    """
    secure = _SECURE[scheme]
    parts = urlsplit(url)
    if parts.username or parts.password:  # before anything that shows the URL
        raise ValueError(f"{name} holds a user or password; give the key as api_key")
    if parts.scheme not in (scheme, secure) or not parts.hostname:
        raise ValueError(
            f"{name} is {url!r}; it must begin with {secure}:// (or {scheme}:// on this machine) and name a host"
        )
    try:
        right = parts.port != 0
    except ValueError:  # no number, or too large
        right = False
    if not right:
        raise ValueError(f"{name} is {url!r}; its port must be a number from 1 to 65535")
    return url


def is_local(url: str) -> bool:
    """Whether a URL leads to this machine."""
    return is_this_machine(urlsplit(url).hostname or "")


def key_for(url: str, api_key: str | None, variable: str, issuer: str | None, *, allow_insecure: bool) -> Secret:
    """The key for a service: the one given, else the environment's.

    Args:
        url: where it will be sent.
        api_key: the one given. None: none was.
        variable: the name of the environment's.
        issuer: the host, or the domain, that the environment's key is for: to others but this machine it is not sent. None: to any.
        allow_insecure: whether it may be sent without TLS to another machine.

    Raises:
        MissingKey: none is given, and the issuer's service needs one.
        InsecureKey: it would be sent in the clear.
        ValueError: it is no key.
    """
    host = (urlsplit(url).hostname or "").lower()
    ours = issuer is None or host == issuer or host.endswith(f".{issuer}")
    given = (os.environ.get(variable, "") if ours else "") if api_key is None else api_key
    key = checked_key(given)
    if not key and ours and not is_local(url):
        raise MissingKey(f"no api_key: give one, or set {variable}")
    scheme = urlsplit(url).scheme
    if key and scheme in _SECURE and not (allow_insecure or is_local(url)):
        raise InsecureKey(
            f"the URL begins with {scheme}://: the key would be sent in the clear; "
            f"use {_SECURE[scheme]}://, or allow_insecure=True"
        )
    return key


def base_of(url: str, path: str = "/v1/") -> str:
    """A URL without the path, from `path` on, that `triolet serve tts` prints behind it."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path.partition(path)[0], query="").geturl()
