"""Audio between the voice, which never waits, and the client, who may."""

from __future__ import annotations

import trio

from triolet import SAMPLE_BYTES
from triolet.errors import TTSError
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._response import Response


class Track:
    """The encoded audio of one text: filled by plain calls, emptied by one task, bounded by `max_unsent`."""

    def __init__(self, response: Response, sample_rate: int, options: ServerOptions) -> None:
        self._response = response
        self._max_bytes = round(options.max_unsent * sample_rate) * SAMPLE_BYTES
        self._audio = bytearray()
        self._ended = False
        self._changed = trio.Event()

    def put(self, pcm: bytes) -> None:
        """Take samples of the voice.

        Raises:
            TTSError: too many wait to be sent.
        """
        if self._response.stopped:
            return
        if len(self._audio) + len(pcm) > self._max_bytes:
            raise TTSError("the client does not take the audio (max_unsent)")
        self._audio += self._response.encoder.feed(pcm)
        self._wake()

    def end(self) -> None:
        """No more samples come."""
        self._ended = True
        self._wake()

    async def take(self, size: int) -> bytes:
        """The next so many bytes, fewer at the end, none after it."""
        while len(self._audio) < size and not self._ended:
            await self._changed.wait()
        taken = bytes(self._audio[:size])
        del self._audio[:size]
        return taken

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
