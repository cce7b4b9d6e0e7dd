"""How the local server behaves where the service's behaviour is not certain: every guess is a switch."""

from __future__ import annotations

from typing import Literal

import attrs

from triolet_adapters.tts.frame.server import LocalServerOptions


@attrs.frozen(kw_only=True)
class ElevenLabsServerOptions(LocalServerOptions):
    """The defaults are what the SDK 2.78.0 and the reference say, or, where these say two things, what clients in use rely on."""

    voices: tuple[str, ...] | None = None
    """The voices that are known; for any other the connection is closed with 1008, `voice_id_does_not_exist`. None: all are."""
    max_contexts: int = 5
    """Contexts at a time on a connection; with one more it is closed with 1008, as clients in use report."""
    close: Literal["flushes", "drops"] = "flushes"
    """What `close_context` does to a context that was told to flush: it is said to its end, or stopped."""
    alignment: Literal["piece", "none"] = "piece"
    """Whether each piece has the times of its characters, counted from its own beginning."""
    names: Literal["camel", "snake"] = "camel"
    """How the fields of messages are written: as on the wire, or as in the SDK's own objects."""
    piece: float = 0.25
    """Seconds of audio in a message. No document says how much it is."""
