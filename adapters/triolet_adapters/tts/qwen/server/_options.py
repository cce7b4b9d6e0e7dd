"""How the local server behaves where the service's behaviour is not documented: every guess is a switch."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class ServerOptions:
    """The defaults are what the recordings show or, where they show nothing, what the documents suggest."""

    api_key: str | None = attrs.field(default=None, repr=False)
    """If set, any other key is refused with HTTP 401."""
    models: tuple[str, ...] | None = None
    """If set, any other model is refused as `bad_model` says."""
    voices: tuple[str, ...] | None = None
    """If set, any other voice is refused as `bad_voice` says."""
    bad_model: Literal["close", "error"] = "close"
    """`close`: 1007 `Model not found` after session.created (the vendor's page of error codes). `error`: an event before."""
    bad_voice: Literal["error", "close"] = "error"
    """`error`: an event instead of session.updated. `close`: 1007."""
    second_update: Literal["error", "close"] = "error"
    """`error`: the documented event. `close`: the event, then 1007, as seen on sibling services."""
    append_while_speaking: Literal["queue", "ignore"] = "queue"
    """Text appended during a response: kept, or lost, as one production client reports."""
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
    idle_timeout: float | None = None
    """Seconds without an event from the client, while nothing is spoken, to an error `request timeout` and a Close."""
    rate_limit: Literal["handshake", "event"] = "handshake"
    """How `requests_per_minute` is enforced: HTTP 429, or an error event in answer to a commit."""
    requests_per_minute: int | None = None
    """Connections (`handshake`) or commits (`event`) in any minute. The vendor documents 180 and not what counts."""
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
    wav_header: Literal["once", "each"] = "once"
    """With response_format wav: a header in the first delta of a response, or in each delta."""
    max_unsent: float = 300.0
    """Seconds of audio of one response that the voice may be ahead of the client."""
    handshake_timeout: float = 10.0
    """From the connection to the end of the request; a client that says nothing is hung up on."""
    close_timeout: float = 1.0
    """For the client's answer to our Close."""
    seed: int = 0
    """Of ids and jitter."""

    def __attrs_post_init__(self) -> None:
        if self.delta_bytes < 1:
            raise ValueError(f"delta_bytes is {self.delta_bytes}; it must be at least 1")
        if self.pace is not None and self.pace <= 0:
            raise ValueError(f"pace is {self.pace}; it must be above 0, or None")
