"""Outputs for clients that do not say what they have played."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

import trio

from triolet import SAMPLE_BYTES, AudioFormat, FarEnd, Output
from triolet.errors import OutputError
from triolet_adapters.outputs.browser import messages

SendText = Callable[[str], Awaitable[object]]
SendBytes = Callable[[bytes], Awaitable[object]]

LIVE_HOLD = 1.0
"""Seconds that a client has before they count as heard: against a network that stalls. An interruption takes them back."""
FRAME = 0.1
"""Seconds of audio in a message: what voices give at a time, and little more than the 0.08 s that a player waits for before it begins.
With 0.04 s, messages took more of the processor than speech did."""
FRAME_AHEAD = 0.4
"""The same for a client that has twice as much. With 0.2 s there are two more messages a second."""
ACKNOWLEDGED_HOLD = 1.4
"""Seconds that a client which tells what it plays has before they are heard: `LIVE_HOLD`, and what it plays between two reports and what
waits for the rest of its message."""


def _opened(session: str, format: AudioFormat, place: int) -> str:  # noqa: A002 -- the field's word
    """What the audio is. Such a client plays, or keeps, what comes as soon as it does."""
    return messages.opened(session=session, rate=format.sample_rate, codec="pcm", place=place, jitter=0.0)


class RealtimeOutput(FarEnd):
    """Sends audio at the pace of a listener, and counts it as heard by the clock."""

    pauses = True

    def __init__(self, send_text: SendText, send_bytes: SendBytes) -> None:
        super().__init__(hold=LIVE_HOLD, frame=FRAME, whole_frames=False)
        self.session = secrets.token_urlsafe(16)
        self._send_text = send_text
        self._send_bytes = send_bytes
        self._place = 0
        self._clears = 0

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, and tell the client the format."""
        await super().open(format)
        self.also(lambda: self._send_text(_opened(self.session, format, self._place)))

    async def send(self, pcm: bytes) -> None:
        """Send a frame."""
        place = self._place
        self._place += len(pcm) // SAMPLE_BYTES
        await self._send_bytes(messages.audio(place, pcm))

    async def clear(self) -> None:
        """Let the client drop what it has."""
        self._clears += 1
        await self._send_text(messages.clear(self._clears))

    async def finish(self) -> None:
        """All of an answer has been sent."""
        await self._send_text(messages.END)

    def pause(self) -> None:
        """Let the client stop the sound."""
        super().pause()
        self.also(lambda: self._send_text(messages.PAUSE))

    def resume(self) -> None:
        """Let it go on."""
        super().resume()
        self.also(lambda: self._send_text(messages.RESUME))


class TakenOutput(Output):
    """Sends audio as fast as it is made and taken. What was sent counts as heard: the client keeps it."""

    realtime = False
    streamed = True
    leaves = True

    def __init__(self, send_text: SendText, send_bytes: SendBytes) -> None:
        self.session = secrets.token_urlsafe(16)
        self._send_text = send_text
        self._send_bytes = send_bytes
        self._format: AudioFormat | None = None
        self._place = 0
        self._begin = 0
        self._gone = trio.Event()
        self._reason = ""

    @property
    def heard(self) -> int:
        """Samples that were sent."""
        return self._place - self._begin

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, and tell the client the format."""
        if self._format is not None:
            raise RuntimeError("this output is open already: close it first")
        self._format = format
        self._begin = self._place
        await self._send_text(_opened(self.session, format, self._place))

    async def play(self, pcm: bytes) -> None:
        """Send samples; waits until the connection has taken them."""
        if self._format is None:
            raise RuntimeError("this output is not open: await open(format) first")
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        await trio.lowlevel.checkpoint_if_cancelled()
        self._check()
        with trio.CancelScope(shield=True):  # half a message would spoil the connection; the endpoint bounds the wait
            await self._send_bytes(messages.audio(self._place, pcm))
        self._place += len(pcm) // SAMPLE_BYTES
        self._check()

    async def drain(self) -> None:
        """All has been sent when `play` returned."""
        self._check()
        await trio.lowlevel.checkpoint()

    def flush(self) -> None:
        """The client keeps what it has."""

    async def failure(self) -> None:
        """Wait until the client has gone."""
        await self._gone.wait()
        self._check()

    def fail(self, reason: str) -> None:
        """Say that the client has gone. A plain call."""
        self._reason = reason
        self._gone.set()

    async def close(self) -> None:
        """Nothing is held."""
        self._format = None
        await trio.lowlevel.cancel_shielded_checkpoint()

    def _check(self) -> None:
        if self._gone.is_set():
            raise OutputError(self._reason)
