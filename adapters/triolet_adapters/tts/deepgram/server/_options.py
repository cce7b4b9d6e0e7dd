"""How the local server behaves where the service's behaviour is not certain: every guess is a switch."""

from __future__ import annotations

import attrs

from triolet_adapters.tts.frame.server import LocalServerOptions


@attrs.frozen(kw_only=True)
class DeepgramServerOptions(LocalServerOptions):
    """The defaults are what the documents say or, where they say nothing, what seems likely."""

    models: tuple[str, ...] | None = None
    """The models that are known; any other is refused with HTTP 400. None: all are."""
    max_flushes: int = 20
    """Flushes in 60 s; one more gets a warning and is not done. Documented."""
    max_text: int = 2_000
    """Characters of one `Speak`; more gets a warning and is not said."""
    late_audio: bool = False
    """Whether a piece of what was cleared still comes before `Cleared`."""
    piece: float = 0.1
    """Seconds of audio in a message."""
