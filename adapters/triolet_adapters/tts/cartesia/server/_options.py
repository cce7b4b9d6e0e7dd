"""How the local server behaves where the service's behaviour is not certain: every guess is a switch."""

from __future__ import annotations

from typing import Literal

import attrs

from triolet_adapters.tts.frame.server import LocalServerOptions


@attrs.frozen(kw_only=True)
class CartesiaServerOptions(LocalServerOptions):
    """The defaults are what the documents and the SDK 4.2.0 say or, where they say nothing, what seems likely."""

    idle_timeout: float | None = 300.0
    """Seconds without a message, while nothing is said, after which a connection is closed. Documented: 5 minutes."""
    voices: tuple[str, ...] | None = None
    """The voices that are known; any other gets an error, 404. None: all are."""
    models: tuple[str, ...] | None = None
    """The models that are known; any other gets an error, 400. None: all are."""
    max_contexts: int = 15
    """Contexts at a time on a connection; one more gets an error, 429. The service counts those of an account: 2 to 15, by plan."""
    cancel: Literal["stops", "finishes"] = "stops"
    """What `cancel` does to what is being said. The SDK: no more messages come. Older documents: it goes on to its end."""
    done_after_cancel: bool = False
    """Whether a `done` comes for a context that was cancelled."""
    timestamps: Literal["before", "after", "none"] = "before"
    """Whether words are told before the chunk in which they begin, or after it."""
    buffer: float = 3.0
    """Seconds for which text that may go on is held, where `max_buffer_delay_ms` does not say. Documented."""
    expiry: float = 1.0
    """Seconds after the last audio in which a context may go on. Documented."""
    piece: float = 0.1
    """Seconds of audio in a chunk. No document says how much it is."""
