"""The body of an HTTP response, encoded while it is spoken."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

import trio

from triolet import SAMPLE_BYTES, AudioFormat, Output
from triolet.errors import OutputError
from triolet_adapters.outputs._codecs import KINDS, STEP, Encoder, PlainEncoder
from triolet_adapters.outputs.audio_file import checked

if TYPE_CHECKING:
    import asyncio

BODY_HOLD = 0.5
"""Seconds of audio that wait for the server, besides what the encoder has: two or three of its chunks."""

READER_PATIENCE = 30.0
"""Seconds without a reader, or of one that takes nothing: what proxies wait for, at least. A client that has paused its download for
longer has to ask again."""

_PLAIN = {"wav": "audio/wav", "pcm": "audio/pcm"}


class HttpAudio(Output):
    """The body of an HTTP response: `async for data in audio`, in a task of Trio's or of an asyncio program's.

    Give it as the body to whatever sends one in chunks, such as Starlette's `StreamingResponse(audio, media_type=audio.media_type)`,
    and run the pipeline beside it. The body ends when the output is closed; if the turn was interrupted, with what was heard.

    What the server has not taken waits, `BODY_HOLD` seconds of it, and so back-pressure reaches the LLM. All that was encoded counts as heard: nobody
    tells what a browser has played of a download. The body can be read once.
    """

    realtime = False
    streamed = True
    leaves = True

    def __init__(
        self,
        kind: str = "mp3",
        *,
        bitrate: int | None = None,
        sample_rate: int | None = None,
        tags: Mapping[str, str] | None = None,
        patience: float = READER_PATIENCE,
    ) -> None:
        """Make a body.

        Args:
            kind: "mp3", "opus" (in Ogg), "aac" (in ADTS), "flac", "wav" (its length says "unknown") or "pcm" (samples alone). "mp3" by
                default, which every browser plays while it comes.
            bitrate: bits a second. By default 64,000 for MP3 and AAC, and 32,000 for Opus; the others have none.
            sample_rate: samples a second; what has another rate is resampled. By default the voice's, where the codec takes it.
            tags: as of `AudioFile`. They go at the beginning, so there is no text of what follows, and there are no chapters.
            patience: seconds to wait for the server to take some of the body; then `play` raises OutputError. `READER_PATIENCE` by default.

        Raises:
            ValueError: another kind, another tag, or a rate that the codec does not take.
        """
        if kind not in ("mp3", "opus", "aac", "flac", *_PLAIN):
            raise ValueError(f"kind is {kind!r}; it must be mp3, opus, aac, flac, wav or pcm")
        self._kind = kind
        self._bitrate = bitrate
        self._tags = checked(tags)
        self._patience = patience
        self._rate = 0
        self._fed = 0
        self._encoder: Encoder | PlainEncoder | None = None
        self._body = _Body()
        self.rates = None if kind in _PLAIN else KINDS[kind].rates
        if sample_rate is not None:
            if self.rates is not None and sample_rate not in self.rates:
                raise ValueError(f"sample_rate is {sample_rate}; {kind} takes {', '.join(map(str, self.rates))}")
            self.rates = (sample_rate,)

    @property
    def media_type(self) -> str:
        """The value of the header Content-Type. For "pcm" it tells no rate; say it by another header."""
        return _PLAIN.get(self._kind) or KINDS[self._kind].media_type

    @property
    def heard(self) -> int:
        """Samples that were encoded."""
        return self._fed

    def __aiter__(self) -> HttpAudio:
        return self

    async def __anext__(self) -> bytes:
        """The next bytes of the body, as soon as there are some."""
        return await self._body.take()

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Begin the body. A second time: another one, if the first was closed.

        Raises:
            OutputError: the package av is missing.
            RuntimeError: it is open already.
        """
        if self._encoder is not None:
            raise RuntimeError("this output is open already: close it first")
        await trio.lowlevel.checkpoint()
        if self._kind in _PLAIN:
            self._encoder = PlainEncoder(format, header=self._kind == "wav")
        else:
            self._encoder = Encoder(KINDS[self._kind], format, self._bitrate, self._tags, seekable=False)
        if self._body.ended:
            self._body = _Body()
        self._rate, self._fed = format.sample_rate, 0
        self._put(b"")

    async def play(self, pcm: bytes) -> None:
        """Encode the samples; waits while more than `BODY_HOLD` seconds have not been taken. If cancelled, a first part has been encoded.

        Raises:
            OutputError: the server has stopped reading.
        """
        if self._encoder is None:
            raise RuntimeError("this output is not open: await open(format) first")
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        await trio.lowlevel.checkpoint()
        step = max(1, round(STEP * self._rate)) * SAMPLE_BYTES
        for at in range(0, len(pcm), step):
            if at:
                await trio.lowlevel.checkpoint()
            with trio.move_on_after(self._patience) as scope:
                await self._body.room(self._fed - round(BODY_HOLD * self._rate))
            if scope.cancelled_caught:
                raise OutputError(f"nobody has read the audio for {self._patience:g} s (patience)")
            self._put(pcm[at : at + step])

    async def drain(self) -> None:
        """All has been encoded when `play` returned. What waits is still taken after `close`."""
        if self._encoder is None:
            raise RuntimeError("this output is not open: await open(format) first")
        self._body.check()
        await trio.lowlevel.checkpoint()

    def flush(self) -> None:
        """A body keeps what it has."""

    async def failure(self) -> None:
        """Wait until the server has stopped reading.

        Raises:
            OutputError: it has.
        """
        while True:
            self._body.check()
            await self._body.taken.wait()

    def fail(self, reason: str) -> None:
        """Say that nobody will read any more. A plain call. The body says so itself where the task that reads it is cancelled."""
        self._body.fail(reason)

    async def close(self) -> None:
        """End the body. The server takes what waits, with the end of the encoding."""
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            self._body.put(encoder.finish([]), self._fed)
        self._body.end()
        await trio.lowlevel.cancel_shielded_checkpoint()

    def _put(self, pcm: bytes) -> None:
        assert self._encoder is not None
        pieces = self._encoder.feed(pcm)
        self._fed = self._encoder.fed
        self._body.put(pieces, self._fed)


class _Body:
    """Bytes on their way from a task of Trio's to whoever reads them, which may be a task of asyncio's in the same thread."""

    def __init__(self) -> None:
        self.ended = False
        self.taken = trio.Event()
        """Set, and made anew, when something was taken, or nobody reads any more."""
        self._waiting = deque[tuple[bytes, int]]()
        self._at = 0  # the samples that what was taken stands for
        self._failed: str | None = None
        self._come: trio.Event | asyncio.Event | None = None

    def put(self, pieces: list[tuple[int, bytes]], sample: int) -> None:
        """Let these be taken. They stand for all samples up to this one."""
        self._waiting.extend((data, sample) for _, data in pieces if data)
        self._ring()

    def end(self) -> None:
        """Let the reader stop when it has taken all."""
        self.ended = True
        self._ring()

    def fail(self, reason: str) -> None:
        """Nobody reads any more."""
        self._failed = self._failed or reason
        self._waiting.clear()
        self._wake()

    def check(self) -> None:
        """Raise OutputError if nobody reads any more."""
        if self._failed is not None:
            raise OutputError(self._failed)

    async def room(self, sample: int) -> None:
        """Wait until what was taken stands for more samples than this one, or nothing waits."""
        self.check()
        while self._waiting and self._at < sample:
            await self.taken.wait()
            self.check()

    async def take(self) -> bytes:
        """All that waits, or the next that comes.

        Raises:
            StopAsyncIteration: the body has ended.
        """
        while not self._waiting:
            if self.ended or self._failed is not None:
                raise StopAsyncIteration
            self._come = _event()
            try:
                await self._come.wait()
            except BaseException:  # raised again: the task that reads is cancelled
                self.fail("the client has gone: the response was cancelled")
                raise
        data = b"".join(data for data, _ in self._waiting)
        self._at = self._waiting[-1][1]
        self._waiting.clear()
        self._wake()
        return data

    def _ring(self) -> None:
        if self._come is not None:
            self._come.set()

    def _wake(self) -> None:
        taken, self.taken = self.taken, trio.Event()
        taken.set()


def _event() -> trio.Event | asyncio.Event:
    """An event of the loop whose task this is."""
    if trio.lowlevel.in_trio_task():
        return trio.Event()
    import asyncio  # noqa: PLC0415 -- a program without it need not load it

    return asyncio.Event()
