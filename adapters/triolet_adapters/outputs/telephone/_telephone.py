"""What all telephony services have in common that play audio which comes over a WebSocket, and send marks back."""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from triolet import SAMPLE_BYTES, AudioFormat, FarEnd
from triolet.errors import OutputError
from triolet_adapters.outputs.telephone._events import CallEnded, CallEvent
from triolet_adapters.outputs.telephone._played import PlayedSoFar

CALL_HOLD = 0.5
"""Seconds that are sent and not known to be heard: 0.1 until a mark comes, 0.2 for it on its way, and 0.2 against jitter. An
interruption takes it back."""

MARK_EVERY = 5
"""Frames from one mark to the next, 0.1 s: a short word. A mark for every frame would double the messages."""

HUNG_UP = "the caller has hung up"

Sent = TypeVar("Sent", str, bytes)


async def call_out(send: Callable[[Sent], Awaitable[object]], message: Sent) -> None:
    """Send a message by a function of the application.

    Raises:
        OutputError: the function has raised something.
    """
    try:
        await send(message)
    except Exception as error:  # each server has its own for a connection that is gone; raised again, as ours
        raise OutputError(f"the connection of the call is gone: {type(error).__name__}: {error}") from error


class Telephone(FarEnd):
    """A telephone call. Give each message that the service sends to `receive`; `TwilioOutput` and its neighbours know their service.

    What was heard is counted by marks that come back: one after the first frame of a phrase, one after its last, and one every 0.1 s
    between them. An interruption sends `clear`, and the result of the turn waits for the answer, for `SETTLE` seconds at most:
    then what was heard is exact, but for the jitter of the network.

    If the caller hangs up, a turn that is being said ends with OutputError, and no more can be said. A service that tells nothing for
    `patience` seconds, though it has audio to play, ends the turn, too.
    """

    rates = (8_000,)
    settles = True

    pads = False
    """Whether the service takes whole frames only: the last one of a phrase is then filled with silence."""

    def __init__(self, send: Callable[[str], Awaitable[object]], *, hold: float = CALL_HOLD) -> None:
        """Speak in a call.

        Args:
            send: a coroutine function that sends a message to the service, such as `websocket.send_text`.
            hold: the most seconds that are sent and not known to be heard; 0.5 by default.
        """
        super().__init__(hold=hold, acknowledged=True)
        self._function = send
        self._line = self.rates[0] if self.rates else 8_000  # samples a second of the call
        self._rate = self._line
        self._played = PlayedSoFar(self._rate)
        self._offset = 0  # samples sent before this opening: names of marks go on
        self._unmarked = MARK_EVERY
        self._fence = 0
        self._answered = True

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it. The call need not have started; nothing can be said before."""
        self._offset += self.sent
        await super().open(format)
        self._rate = format.sample_rate
        self._played = PlayedSoFar(self._rate)
        self._unmarked = MARK_EVERY

    async def send(self, pcm: bytes) -> None:
        """Send a frame, and perhaps a mark after it."""
        if self.pads:
            pcm = pcm.ljust(round(self._frame * self._rate) * SAMPLE_BYTES, b"\0")
        await self._send_audio(pcm)
        self._played.frame(trio.current_time(), self.sent)
        self._unmarked += 1
        if self._unmarked > MARK_EVERY:
            self._unmarked = 1
            await self._send_mark(f"{self._offset + self.sent}")

    async def mark(self) -> None:
        """Mark the end of a phrase."""
        self._unmarked = MARK_EVERY  # and the first frame of the next one
        await self._send_mark(f"{self._offset + self.sent}")

    async def clear(self) -> None:
        """Let the service drop what it holds."""
        self._unmarked = MARK_EVERY
        self._fence += 1
        self._answered = False
        self._played.clear(trio.current_time())
        await self._send_clear(f"clear {self._fence}")

    @abc.abstractmethod
    def receive(self, message: str | bytes) -> CallEvent | None:
        """Take a message of the service. A plain call. Give what it tells; None, if that is for this output alone.

        Raises:
            ValueError: it is no message of this service.
        """

    @abc.abstractmethod
    async def _send_audio(self, pcm: bytes) -> None:
        """Send samples of 16 bits."""

    @abc.abstractmethod
    async def _send_mark(self, name: str) -> None:
        """Ask for a mark when all before it has been played."""

    @abc.abstractmethod
    async def _send_clear(self, name: str) -> None:
        """Let the service drop what it holds. Call `_mark_came(name)` when it has."""

    async def _write(self, message: str) -> None:
        await call_out(self._function, message)

    def _mark_came(self, name: str) -> None:
        """A mark has come back, or the answer to a `clear`."""
        now = trio.current_time()
        if name == f"clear {self._fence}":
            if not self._answered:
                self._answered = True
                self.cleared(self._played.cleared(now))
        elif name.isdecimal() and 0 <= (position := int(name) - self._offset) <= self.sent:  # else it is not ours
            self._played.mark(now, position)
            self.acknowledge(position)

    def _ended(self) -> CallEnded:
        self.fail(HUNG_UP)
        return CallEnded()
