"""Samples kept in memory."""

from __future__ import annotations

import trio

from triolet import SAMPLE_BYTES, AudioFormat, Output


class Memory(Output):
    """Keeps all samples: `pcm` and `format` hold what was played since `open`, also after `close`.

    Takes everything at once and has no bound: for short audio, as in a web handler that answers with a whole file.
    """

    realtime = False

    def __init__(self) -> None:
        self.format: AudioFormat | None = None
        """The format of `pcm`; None before the first `open`."""
        self._pcm = bytearray()
        self._open = False

    @property
    def pcm(self) -> bytes:
        """All samples since `open`."""
        return bytes(self._pcm)

    @property
    def heard(self) -> int:
        """Samples that were played."""
        return len(self._pcm) // SAMPLE_BYTES

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Start anew."""
        if self._open:
            raise RuntimeError("this output is open already: close it first")
        await trio.lowlevel.checkpoint()
        self._open = True
        self.format = format
        self._pcm = bytearray()

    async def play(self, pcm: bytes) -> None:
        """Keep the samples. If cancelled, none of them."""
        if not self._open:
            raise RuntimeError("this output is not open: await open(format) first")
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        await trio.lowlevel.checkpoint()
        self._pcm += pcm

    async def drain(self) -> None:
        """Nothing to wait for."""
        await trio.lowlevel.checkpoint()

    def flush(self) -> None:
        """Nothing is dropped."""

    async def close(self) -> None:
        """The samples stay."""
        self._open = False
        await trio.lowlevel.cancel_shielded_checkpoint()
