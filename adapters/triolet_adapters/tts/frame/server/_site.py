"""What a local server offers, and how it says so: data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs


def plain_error(_status: int, code: str, message: str) -> Mapping[str, Any]:
    """An error body with a code and a message."""
    return {"code": code, "message": message}


@attrs.frozen(kw_only=True)
class Site:
    """The paths of one protocol, where its clients put their key, and its words."""

    protocol: str
    """Its name, for a person who looks at the server with a browser."""
    command: str
    """Its name as a voice of the command: `triolet say --tts NAME`."""
    path: str
    """The path that is shown."""
    websockets: Callable[[str], bool] | None = None
    """Whether a path is a WebSocket. None: none is."""
    posts: Callable[[str], bool] | None = None
    """Whether a path takes a POST. None: none does."""
    keys: tuple[tuple[str, str], ...] = (("authorization", "bearer"),)
    """Headers that may hold the key, each with its scheme in lower case; an empty scheme: the header is the key."""
    error: Callable[[int, str, str], Mapping[str, Any]] = plain_error
    """The body of a refusal, of its HTTP status, a code and a message."""

    @property
    def scheme(self) -> str:
        """`ws` or `http`."""
        return "http" if self.websockets is None else "ws"

    def url(self, host: str) -> str:
        """The URL that is shown, at this host and port."""
        return f"{self.scheme}://{host}{self.path}"

    def takes(self, path: str, *, websocket: bool) -> bool:
        """Whether something is served at this path."""
        served = self.websockets if websocket else self.posts
        return served is not None and served(path)
