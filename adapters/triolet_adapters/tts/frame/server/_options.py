"""How a local server behaves, whatever protocol it speaks: who may come, how fast it sends, what goes wrong."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class LocalServerOptions:
    """Options that all local servers have. Those of a protocol are in a subclass."""

    api_key: str | None = attrs.field(default=None, repr=False)
    """The key that clients must present; any other is refused with HTTP 401. None: none is asked for."""
    allowed_hosts: tuple[str, ...] = ()
    """Names, besides this machine's and any address, by which clients may call the server (`Host`). `*`: any name. A page of
    a browser could give a name of its own this machine's address."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages, besides those of this machine, that may connect, such as `https://app.example` (`Origin`). `*`: any page."""
    max_connections: int = 500
    """Sessions at a time; one more is refused with HTTP 503. A process may mostly have 1024 descriptors."""
    idle_timeout: float | None = 600.0
    """Seconds without an event from the client, while nothing is spoken, until it gets an error `request timeout` and a Close.
    None: no limit. After ten minutes without a word a conversation is over."""
    ping_interval: float | None = 20.0
    """Seconds without anything from the client until a ping is sent; None sends none. As long as the client's own."""
    ping_timeout: float = 20.0
    """Seconds from a ping until something must have come from the client. If nothing has, it is taken for dead."""
    send_timeout: float = 60.0
    """Seconds in which a client must take one message. Kernels take some seconds of audio at once; one that takes nothing for
    a minute does not listen."""
    requests_per_minute: int | None = None
    """Requests in any minute; one more is refused with HTTP 429. None: no limit."""
    retry_after: bool = False
    """Whether a 429 says with `Retry-After` in how many seconds the next request is taken."""
    first_audio: float = 0.0
    """Seconds from a commit to its first audio, on top of what the voice takes."""
    pace: float | None = None
    """Seconds of audio sent in a second; None sends all there is."""
    jitter: float = 0.0
    """Up to so many seconds before each piece of audio, drawn from `seed`."""
    fault: Literal["none", "cut", "stall"] = "none"
    """What happens to commits that are struck. `cut`: the connection is dropped in the middle. `stall`: nothing more comes."""
    fault_after: float = 0.2
    """Seconds of a struck commit's audio that are sent before."""
    fault_every: int = 2
    """Commits whose number is a multiple of this are struck: with 1, all are."""
    max_unsent: float = 300.0
    """Seconds of audio of one response that the voice may be ahead of the client."""
    handshake_timeout: float = 10.0
    """Seconds from the connection to the end of the request. A client that needs longer is hung up on."""
    close_timeout: float = 1.0
    """Seconds for the client's answer to our Close."""
    drain_timeout: float = 8.0
    """Seconds from `stop` in which sessions may finish what they say. `docker stop` kills after 10."""
    seed: int = 0
    """The seed from which ids and jitter are drawn."""

    def __attrs_post_init__(self) -> None:
        if self.max_connections < 1:
            raise ValueError(f"max_connections is {self.max_connections}; it must be at least 1")
        if self.fault_every < 1:
            raise ValueError(f"fault_every is {self.fault_every}; it must be at least 1")
        for name in ("pace", "idle_timeout", "ping_interval"):
            if getattr(self, name) is not None and not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0, or None")
        for name in ("ping_timeout", "send_timeout", "handshake_timeout", "close_timeout", "drain_timeout"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ValueError("api_key must be printable ASCII, or None")
