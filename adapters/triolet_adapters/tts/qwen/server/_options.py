"""How the local server behaves where the service's behaviour is not documented: every guess is a switch."""

from __future__ import annotations

from typing import Literal

import attrs

from triolet_adapters.tts.frame.server import LocalServerOptions


@attrs.frozen(kw_only=True)
class ServerOptions(LocalServerOptions):
    """The defaults are what the recordings show or, where they show nothing, what the documents suggest."""

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
    rate_limit: Literal["handshake", "event"] = "handshake"
    """How `requests_per_minute` is enforced: HTTP 429 to a connection, or an error event in answer to a commit. The vendor documents
    180 and not what counts."""
    delta_bytes: int = 9_788
    """Bytes in a delta, as recorded at 16 kHz (0.31 s)."""
    held_back: int = 2
    """In server_commit: how many deltas of the last sentence come before more text, a commit or session.finish. Recorded."""
    sentence_after: float = 0.1
    """In server_commit: seconds without more text after which a sentence that has its last mark is spoken: as long as three
    tokens of an LLM take. What follows a mark may show that it ends none, as in `3.` and `14`."""
    wav_header: Literal["once", "each"] = "once"
    """With response_format wav: a header in the first delta of a response, or in each delta."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.delta_bytes < 1:
            raise ValueError(f"delta_bytes is {self.delta_bytes}; it must be at least 1")
