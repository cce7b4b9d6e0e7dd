"""One text through the voice of a local server: encoded, in pieces, as late, slow and broken as the options say."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import attrs
import trio

from triolet import SAMPLE_BYTES, TTSSession
from triolet.errors import TTSError
from triolet_adapters.tts.frame.server._encoders import Encoder
from triolet_adapters.tts.frame.server._exchange import Faulty
from triolet_adapters.tts.frame.server._options import LocalServerOptions


@attrs.define(eq=False)
class Saying:
    """The audio of one text. Between the voice, which never waits, and the client, who may, lie at most `max_unsent` seconds."""

    session: TTSSession
    encoder: Encoder
    voice_rate: int
    """Samples a second of the voice."""
    options: LocalServerOptions
    draws: random.Random
    struck: bool = False
    """Whether `fault` happens to it."""
    piece: float = 0.1
    """Seconds of audio in a piece."""
    whole: bool = False
    """Whether the voice makes all of it before the first piece is sent, so that its length is known."""
    samples: int = 0
    """Samples of the voice, so far."""
    _held: bytearray = attrs.field(factory=bytearray)
    _spoken: int = 0
    """Samples whose audio has been sent."""
    _ended: bool = False
    _error: TTSError | None = None
    _changed: trio.Event = attrs.Factory(trio.Event)

    async def run(self, text: str, send: Callable[[bytes, float], Awaitable[None]]) -> None:
        """Call `send` with the bytes of each piece, and with the seconds at which it begins.

        Raises:
            TTSError: the voice failed.
            Faulty: it was struck.
        """
        raised: BaseException | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._voice, text)
            try:
                await self._send_all(send)
            except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below: outside of the nursery, so alone
                raised = error
            nursery.cancel_scope.cancel()
        if raised is not None:
            raise raised
        if self._error is not None:
            raise self._error
        await send(self.encoder.finish(), self._spoken / self.voice_rate)

    async def _send_all(self, send: Callable[[bytes, float], Awaitable[None]]) -> None:
        began = trio.current_time()
        while self.whole and not self._ended:
            self._changed = trio.Event()
            await self._changed.wait()
        start: float | None = None
        while pcm := await self._take(int(self.piece * self.voice_rate) * SAMPLE_BYTES):
            at = self._spoken / self.voice_rate
            if self.struck and at >= self.options.fault_after:
                if self.options.fault == "stall":
                    await trio.sleep_forever()
                raise Faulty
            due = max(trio.current_time() + self.draws.random() * self.options.jitter, began + self.options.first_audio)
            start = due if start is None else start
            if self.options.pace is not None:
                due = max(due, start + at / self.options.pace)
            await trio.sleep_until(due)
            self._spoken += len(pcm) // SAMPLE_BYTES
            await send(self.encoder.feed(pcm), at)

    async def _voice(self, text: str) -> None:
        try:
            await self.session.commit(text, self._put)
        except ValueError:
            pass  # no words: nothing to hear
        except TTSError as error:
            self._error = error
        self._ended = True
        self._changed.set()

    def _put(self, pcm: bytes) -> None:
        if len(self._held) + len(pcm) > self.options.max_unsent * self.voice_rate * SAMPLE_BYTES:
            raise TTSError("the client does not take the audio (max_unsent)")
        self._held += pcm
        self.samples += len(pcm) // SAMPLE_BYTES
        self._changed.set()

    async def _take(self, size: int) -> bytes:
        while len(self._held) < size and not self._ended:
            self._changed = trio.Event()
            await self._changed.wait()
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken
