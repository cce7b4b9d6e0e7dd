"""From bytes of a response, cut anywhere, to whole samples."""

from __future__ import annotations

from typing import Protocol

from triolet._audio import SAMPLE_BYTES
from triolet.errors import ProtocolViolation


class Decoder(Protocol):
    """Takes the audio of one response. Every call gives the whole samples that are complete by then."""

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came."""
        ...

    def finish(self) -> bytes:
        """Give what is left; the response is complete."""
        ...


class PCMDecoder:
    """For 16-bit PCM without a header: carries half a sample over."""

    def __init__(self) -> None:
        self._half = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes, give whole samples."""
        data = self._half + data
        whole = len(data) // SAMPLE_BYTES * SAMPLE_BYTES
        self._half = data[whole:]
        return data[:whole]

    def finish(self) -> bytes:
        """Give nothing.

        Raises:
            ProtocolViolation: half a sample is left.
        """
        if self._half:
            raise ProtocolViolation("the audio of a response ended with half a sample")
        return b""
