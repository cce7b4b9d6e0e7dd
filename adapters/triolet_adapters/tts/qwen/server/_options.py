"""How the local server behaves where the service's behaviour is not documented: every guess is a switch."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class ServerOptions:
    """The defaults are what the recordings show or, where they show nothing, what the documents suggest."""

    api_key: str | None = attrs.field(default=None, repr=False)
    """The key that clients must present; any other is refused with HTTP 401. None: none is asked for."""
    allowed_hosts: tuple[str, ...] = ()
    """Names, besides this machine's and any address, by which clients may call the server (`Host`). `*`: any name. A page of
    a browser could give a name of its own this machine's address."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages, besides those of this machine, that may connect, such as `https://app.example` (`Origin`). `*`: any page."""
    max_connections: int = 500
    """Sessions at a time; one more is refused with HTTP 503. A process may mostly have 1024 descriptors."""
    models: tuple[str, ...] | None = None
    """The models that are accepted; any other is refused as `bad_model` says. None: all are accepted."""
    voices: tuple[str, ...] | None = None
    """The voices that are accepted; any other is refused as `bad_voice` says. None: all are accepted."""
    bad_model: Literal["close", "error"] = "close"
    """`close`: 1007 `Model not found` after session.created (the vendor's page of error codes). `error`: an event before."""
    bad_voice: Literal["error", "close", "client_error", "engine"] = "error"
    """`error`: an event `invalid_value` instead of session.updated. `close`: 1007. `client_error`: an event `CLIENT_ERROR` with the
    engine's code 411, as the vendor's page of error codes has it. `engine`: the same, but in answer to each commit."""
    second_update: Literal["error", "close"] = "error"
    """`error`: the documented event. `close`: the event, then 1007, as seen on sibling services."""
    append_while_speaking: Literal["queue", "ignore"] = "queue"
    """Text appended during a response: kept, or lost, as one production client reports."""
    append_after_done: float = 0.0
    """Seconds after response.done in which appended text is lost, so that the next response is silent: 0.1 by one client's author."""
    append_limit: int | None = None
    """Billed characters in one append; more is answered with an error. One client's author reports 2000. None: no limit but the
    server's own, two hours of speech."""
    append_limit_code: Literal["invalid_value", "CLIENT_ERROR"] = "invalid_value"
    """The code of that error: both are reported."""
    clear_in_server_commit: Literal["works", "error"] = "works"
    """input_text_buffer.clear in server_commit: forgets the text that is not being said, or is an error, as one client's author reports."""
    idle_close: Literal[1011, 1007] = 1011
    """The code of the Close after `idle_timeout`; 1007 by one client's author, who saw it for wrong parameters, too."""
    cancel: Literal["works", "error", "ignore"] = "works"
    """response.cancel, which no document has: the response ends as `incomplete`, or an error event, or nothing."""
    clear_while_speaking: Literal["keeps", "stops"] = "keeps"
    """input_text_buffer.clear during a response: it goes on, or ends as `incomplete`."""
    whitespace_commit: Literal["error", "empty"] = "error"
    """A commit without a word: an error event, or a response without audio."""
    uncommitted_at_finish: Literal["drop", "speak"] = "drop"
    """Text that was appended in commit mode and not committed, at session.finish: the documents drop it, the SDK's
    docstring speaks it."""
    close_after_finished: float | None = None
    """Seconds from session.finished to a Close by the server. Documented; in the recording it did not come within 15 s."""
    idle_timeout: float | None = 600.0
    """Seconds without an event from the client, while nothing is spoken, until it gets an error `request timeout` and a Close.
    None: no limit. The service's own limit is not documented. After ten minutes without a word a conversation is over."""
    ping_interval: float | None = 20.0
    """Seconds without anything from the client until a ping is sent; None sends none. As long as the client's own."""
    ping_timeout: float = 20.0
    """Seconds from a ping until something must have come from the client. If nothing has, it is taken for dead."""
    send_timeout: float = 60.0
    """Seconds in which a client must take one message. Kernels take some seconds of audio at once; one that takes nothing for
    a minute does not listen."""
    rate_limit: Literal["handshake", "event"] = "handshake"
    """How `requests_per_minute` is enforced: HTTP 429, or an error event in answer to a commit."""
    requests_per_minute: int | None = None
    """Connections (`handshake`) or commits (`event`) in any minute. The vendor documents 180 and not what counts."""
    retry_after: bool = False
    """Whether a 429 in the handshake says with `Retry-After` in how many seconds the next connection is taken. No document
    says that the service does."""
    first_audio: float = 0.0
    """Seconds from a commit to its first delta, on top of what the voice takes. 0.7 is reported of the service."""
    pace: float | None = None
    """Seconds of audio sent in a second; None sends all there is."""
    delta_bytes: int = 9_788
    """Bytes in a delta, as recorded at 16 kHz (0.31 s)."""
    jitter: float = 0.0
    """Up to so many seconds before each delta, drawn from `seed`. Gaps of 1 to 2 s are reported."""
    held_back: int = 2
    """In server_commit: how many deltas of the last sentence come before more text, a commit or session.finish. Recorded."""
    sentence_after: float = 0.1
    """In server_commit: seconds without more text after which a sentence that has its last mark is spoken: as long as three
    tokens of an LLM take. What follows a mark may show that it ends none, as in `3.` and `14`."""
    wav_header: Literal["once", "each"] = "once"
    """With response_format wav: a header in the first delta of a response, or in each delta."""
    max_unsent: float = 300.0
    """Seconds of audio of one response that the voice may be ahead of the client."""
    handshake_timeout: float = 10.0
    """Seconds from the connection to the end of the request. A client that needs longer is hung up on."""
    close_timeout: float = 1.0
    """Seconds for the client's answer to our Close."""
    drain_timeout: float = 8.0
    """Seconds from `QwenServer.stop` in which sessions may finish what they say. `docker stop` kills after 10."""
    seed: int = 0
    """The seed from which ids and jitter are drawn."""

    def __attrs_post_init__(self) -> None:
        if self.delta_bytes < 1:
            raise ValueError(f"delta_bytes is {self.delta_bytes}; it must be at least 1")
        if self.max_connections < 1:
            raise ValueError(f"max_connections is {self.max_connections}; it must be at least 1")
        for name in ("pace", "idle_timeout", "ping_interval"):
            if getattr(self, name) is not None and not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0, or None")
        for name in ("ping_timeout", "send_timeout", "handshake_timeout", "close_timeout", "drain_timeout"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ValueError("api_key must be printable ASCII, or None")
