"""An output whose audio somebody takes, piece by piece."""

from __future__ import annotations

import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet.playout._output import Output


class Pipe(Output):
    """Gives audio to whoever calls `take`. It holds nothing: `play` returns when the audio has been taken."""

    realtime = False
    streamed = True

    def __init__(self) -> None:
        self._heard = 0
        self._open = False
        self._giving = trio.CancelScope()
        self._send, self._receive = trio.open_memory_channel[bytes](0)

    @property
    def heard(self) -> int:
        """Samples that were taken."""
        return self._heard

    async def take(self) -> bytes:
        """Wait for a piece of audio: whole samples, at least one."""
        return await self._receive.receive()

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, with 0 samples heard.

        Raises:
            RuntimeError: it is open already.
        """
        if self._open:
            raise RuntimeError("this output is open already: close it first")
        await trio.lowlevel.checkpoint()
        self._open = True
        self._heard = 0

    async def play(self, pcm: bytes) -> None:
        """Wait until the samples have been taken. A `flush` meanwhile drops them."""
        self._check()
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        if not pcm:
            await trio.lowlevel.checkpoint()
            return
        with trio.CancelScope() as self._giving:
            await self._send.send(pcm)
            self._heard += len(pcm) // SAMPLE_BYTES

    async def drain(self) -> None:
        """Return at once: nothing is held."""
        self._check()
        await trio.lowlevel.checkpoint()

    def flush(self) -> None:
        """Drop what has not been taken."""
        self._giving.cancel()

    async def close(self) -> None:
        """Drop what has not been taken. `heard` keeps its value."""
        self.flush()
        self._open = False
        await trio.lowlevel.cancel_shielded_checkpoint()

    def _check(self) -> None:
        if not self._open:
            raise RuntimeError("this output is not open: await open(format) first")
