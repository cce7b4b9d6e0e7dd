"""A call through Asterisk, over its AudioSocket."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator

import trio

from triolet import SAMPLE_BYTES, AudioFormat, FarEnd
from triolet_adapters.outputs.telephone._events import CallEnded, CallerAudio, CallEvent, CallStarted, KeyPressed
from triolet_adapters.outputs.telephone._telephone import HUNG_UP

HANG_UP, ID, KEY, AUDIO = 0x00, 0x01, 0x03, 0x10
"""Kinds of packets. Audio has 16-bit little-endian samples at 8 kHz."""

ASTERISK_HOLD = 0.1
"""Seconds that are sent in advance. Asterisk plays what comes and takes nothing back, so little: what is on its way is heard after an
interruption."""


class AudioSocketOutput(FarEnd):
    """A call that Asterisk has connected to a TCP port of this program, by the dialplan's `AudioSocket(uuid, host:port)`.

        async def call(stream):
            phone = AudioSocketOutput(stream)
            async with Conversation(speech(tts), phone) as conversation:
                async for event in phone.events():
                    match event:
                        case CallStarted(): ...  # say something
                        case CallerAudio(pcm): ...  # listen

        await trio.serve_tcp(call, 9019)

    The protocol knows no marks and no `clear`: what was heard is counted by a clock, and after an interruption up to `hold` seconds are
    still heard. Audio travels as samples at 8 kHz, 20 ms a packet. It runs on Trio.
    """

    rates = (8_000,)
    native = True

    def __init__(self, stream: trio.abc.Stream, *, hold: float = ASTERISK_HOLD) -> None:
        """Speak in a call.

        Args:
            stream: the connection that Asterisk has opened. It remains yours to close; `trio.serve_tcp` does.
            hold: the most seconds that are sent and not yet heard; 0.1 by default.
        """
        super().__init__(hold=hold)
        self._stream = stream
        self._frame_bytes = 0

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it."""
        await super().open(format)
        self._frame_bytes = format.samples(self._frame) * SAMPLE_BYTES

    async def send(self, pcm: bytes) -> None:
        """Send a packet of 20 ms; the last one of a phrase is filled with silence."""
        try:
            await self._stream.send_all(packet(AUDIO, pcm.ljust(self._frame_bytes, b"\0")))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.fail(HUNG_UP)

    async def hang_up(self) -> None:
        """End the call."""
        await self._stream.send_all(packet(HANG_UP))

    async def events(self) -> AsyncGenerator[CallEvent]:
        """What Asterisk tells, until the call ends. The last one is CallEnded. If cancelled, a packet may be lost."""
        received = bytearray()
        while True:
            while len(received) < 3 or len(received) < 3 + int.from_bytes(received[1:3], "big"):
                try:
                    some = await self._stream.receive_some()
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    some = b""
                if not some:
                    received[:] = packet(HANG_UP)
                received += some
            kind, end = received[0], 3 + int.from_bytes(received[1:3], "big")
            payload = bytes(received[3:end])
            del received[:end]
            event = _event(kind, payload)
            if isinstance(event, CallEnded):
                self.fail(HUNG_UP)
            if event is not None:
                yield event
            if isinstance(event, CallEnded):
                return


def packet(kind: int, payload: bytes = b"") -> bytes:
    """A packet: its kind, the length of its payload in two bytes, and the payload."""
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


def _event(kind: int, payload: bytes) -> CallEvent | None:
    match kind:
        case 0x00 | 0xFF:
            return CallEnded()
        case 0x01:
            return CallStarted(str(uuid.UUID(bytes=payload)), {})
        case 0x03:
            return KeyPressed(payload.decode("ascii", "replace"))
        case 0x10:
            return CallerAudio(payload, 8_000)
        case _:
            return None
