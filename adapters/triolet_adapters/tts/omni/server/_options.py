"""How the local server behaves where servers differ, or where their behaviour is not certain."""

from __future__ import annotations

from typing import Literal

import attrs

from triolet_adapters.tts.frame.server import LocalServerOptions
from triolet_adapters.tts.omni import DIALECTS


@attrs.frozen(kw_only=True)
class OmniServerOptions(LocalServerOptions):
    """The defaults are what the servers' source says, and Together's documents."""

    dialect: str = "vllm"
    """One of `triolet_adapters.tts.omni.DIALECTS`."""
    models: tuple[str, ...] | None = None
    """The models that are known; another is an error. None: all are."""
    voices: tuple[str, ...] | None = None
    """The voices that are known; another is an error. None: all are."""
    idle_timeout: float | None = 30.0
    """Seconds without a message until the connection is closed, as the servers have it; a message without text counts."""
    config_timeout: float = 10.0
    """Seconds for the message with the settings, where there is one."""
    closes: bool = False
    """Whether `input.done` ends the connection in the dialect vllm, too, as before its pull request 5517."""
    names_contexts: bool = True
    """Whether what is sent of a context names it."""
    fails: Literal["never", "before", "within"] = "never"
    """What becomes of every text: an error before its audio, or after the first piece."""
    piece: float = 0.1
    """Seconds of audio in a message, where it comes as it is made."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.dialect not in DIALECTS:
            raise ValueError(f"dialect is {self.dialect!r}; it must be one of {', '.join(DIALECTS)}")
