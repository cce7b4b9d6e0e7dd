"""What the dialects' connections share: one task reads, another takes message after message, and texts are said."""

from __future__ import annotations

import abc
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import trio

from triolet import TTS
from triolet.errors import ProtocolViolation, TTSError
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts.frame import object_of
from triolet_adapters.tts.frame.server import Connection, Faulty
from triolet_adapters.tts.omni import DIALECTS
from triolet_adapters.tts.omni.server._options import OmniServerOptions

if TYPE_CHECKING:
    from triolet_adapters.tts.omni.server._server import OmniServer

_WAITING = 16
"""Messages that wait while something is said, as in SGLang-Omni; then the connection is not read."""
MAX_TEXT = 256 * 1024
"""Characters that wait to be said, as in SGLang-Omni."""


class Ended(Exception):
    """The connection is over."""


class Wrong(Exception):
    """A message that is answered with an error. `last`: and ends the connection."""

    def __init__(self, message: str, *, param: str | None = None, last: bool = False) -> None:
        super().__init__(message)
        self.param = param
        self.last = last


class Talk(abc.ABC):
    """One connection."""

    def __init__(self, server: OmniServer, connection: Connection, options: OmniServerOptions) -> None:
        self.server = server
        self.options = options
        self.dialect = DIALECTS[options.dialect]
        self.connection = connection
        self.draws = random.Random(options.seed)
        self._sending = trio.Lock()

    async def run(self) -> None:
        """Serve it until it is over."""
        async with trio.open_nursery() as nursery:
            put, take = trio.open_memory_channel[str | bytes](_WAITING)
            nursery.start_soon(self._read, put)
            try:
                await self.begin(take, nursery)
                while True:
                    await self.step(take, nursery)
            except Ended:
                nursery.cancel_scope.cancel()
        await self.connection.close(1000, "")

    @abc.abstractmethod
    async def begin(self, inbox: trio.MemoryReceiveChannel[str | bytes], nursery: trio.Nursery) -> None:
        """What comes before the first text."""

    @abc.abstractmethod
    async def handle(self, kind: Any, raw: Mapping[str, Any], nursery: trio.Nursery) -> None:
        """Take a message."""

    async def step(self, inbox: trio.MemoryReceiveChannel[str | bytes], nursery: trio.Nursery) -> None:
        """Take one message; errors are answered."""
        try:
            raw = await self.message(inbox, self.options.idle_timeout, "Idle timeout: no message received")
            await self.handle(raw.get("type"), raw, nursery)
        except Wrong as wrong:
            error, last = self.error(str(wrong), wrong.param), wrong.last
        else:
            return
        await self.send("error", **error)
        if last:
            raise Ended

    async def message(
        self, inbox: trio.MemoryReceiveChannel[str | bytes], seconds: float | None, late: str
    ) -> Mapping[str, Any]:
        """The next message, within so many seconds."""
        message: str | bytes = b""
        with trio.move_on_after(math.inf if seconds is None else seconds) as scope:
            message = await inbox.receive()
        if scope.cancelled_caught and self.is_quiet():
            raise Wrong(late, last=True)
        if scope.cancelled_caught:
            return {"type": self.dialect.text, "text": ""}
        try:
            return object_of(message)
        except ProtocolViolation:
            if isinstance(message, bytes):
                raise Wrong("speech WebSocket client messages must be text frames") from None
            raise Wrong("WebSocket messages must be JSON objects") from None

    def is_quiet(self) -> bool:
        """Whether nothing is being said."""
        return True

    def error(self, message: str, param: str | None, *, ours: bool = False) -> dict[str, Any]:
        """The fields of an error. `ours`: the server has failed, and not the client."""
        return {"message": message}

    async def say(
        self, text: str, codec: str, rate: int, voice: TTS, send: Callable[[bytes], Awaitable[None]], *, whole: bool
    ) -> int:
        """Say a text; give the bytes of its audio. `whole`: in one message.

        Raises:
            TTSError: the voice has failed.
        """
        options, held, total = self.options, bytearray(), 0
        if options.fails == "before":
            raise TTSError("the voice has failed")

        async def sent(data: bytes, _at: float) -> None:
            nonlocal total
            total += len(data)
            if whole:
                held.extend(data)
            elif data:
                await send(data)
                if options.fails == "within":
                    raise TTSError("the voice has failed")

        try:
            await self.server.say(
                text, sent, codec=codec, sample_rate=rate, voice=voice, piece=options.piece, draws=self.draws
            )
        except Faulty:
            self.connection.drop()
        if whole:
            await send(bytes(held))
        return total

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message; the fields that are None are left out."""
        told = {name: value for name, value in fields.items() if value is not None}
        with trio.CancelScope(shield=True):  # a message is sent whole; `send_timeout` bounds it
            await self.connection.send(dumps({"type": kind, **told}))

    async def send_audio(self, data: bytes) -> None:
        """Send a message of bytes."""
        with trio.CancelScope(shield=True):
            await self.connection.send_bytes(data)

    async def _read(self, put: trio.MemorySendChannel[str | bytes]) -> None:
        while True:  # until the client leaves, which ends the connection
            await put.send(await self.connection.receive())
