"""From samples to the bytes of a response, for the local server."""

from __future__ import annotations

from typing import Protocol

from triolet_adapters.tts.qwen.protocol import SessionInfo
from triolet_adapters.tts.qwen.server_options import ServerOptions


class Encoder(Protocol):
    """Takes the samples of one response."""

    def feed(self, pcm: bytes) -> bytes:
        """Take samples, give what is encoded by then."""
        ...

    def finish(self) -> bytes:
        """Give the rest."""
        ...


class PCMEncoder:
    """Samples as they are."""

    def feed(self, pcm: bytes) -> bytes:
        """See `Encoder`."""
        return pcm

    def finish(self) -> bytes:
        """See `Encoder`."""
        return b""


def encoder_for(info: SessionInfo, options: ServerOptions) -> Encoder:  # noqa: ARG001
    """The encoder for what the session asked for."""
    return PCMEncoder()
