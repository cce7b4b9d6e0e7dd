"""The opening handshake of a WebSocket, by trio-websocket, on a stream that is ours again when it is complete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

import trio
import trio_websocket

from triolet.tts._dial import READ_BYTES
from triolet.tts._websocket_failures import Address

_HEAD_BYTES = 8 * 1024
"""How much of a refused handshake's answer is kept for the error text; bodies of vendors are some hundred bytes."""

_HANDSHAKE_BYTES = 256 * 1024
"""The most that an answer to the handshake may have, its body included: what comes after is not waited for."""

_END_OF_HEAD = re.compile(rb"\n\r?\n")
"""What h11 takes for the empty line behind a head."""

_YES = re.compile(rb"HTTP/\d\.\d 101")
"""How a head begins behind which there is a WebSocket."""


class HandshakeEnded(Exception):
    """The stream ended during the handshake."""


class Handshake:
    """One handshake, and what the peer said in it."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._wire = _Wire(stream)

    @property
    def head(self) -> bytes:
        """What has come so far, cut after some kilobytes: for the text of an error."""
        return self._wire.head

    @property
    def agreed(self) -> bool:
        """Whether the peer has said yes."""
        return self._wire.switched

    async def run(self, address: Address, headers: Sequence[tuple[str, str]]) -> bytes:
        """Ask for a WebSocket; give the bytes that came behind the answer. May be cancelled: the stream is spent then.

        Raises (in groups):
            trio_websocket.ConnectionRejected: another HTTP status than 101.
            HandshakeEnded: the answer ended early, or had too many bytes.
            ValueError: a header that cannot be sent.
        """
        encoded = [_encoded(name, value) for name, value in headers]
        # trio-websocket waits for ever when the stream ends, or speaks no HTTP, before the handshake is complete.
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._wire.raise_at_end)
            await trio_websocket.wrap_client_stream(
                nursery,
                cast("trio.SocketStream", self._wire),
                address.host_header,
                address.resource,
                extra_headers=encoded,
                receive_buffer_size=READ_BYTES,
            )
            nursery.cancel_scope.cancel()  # its reader has read all that it gets
        return self._wire.behind


class _Wire(trio.abc.Stream):
    """The stream below trio-websocket: it knows when it has ended and what came, and keeps back what is not the handshake's."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._end = trio.Event()
        self._came = 0
        self._answer: bytes | None = b""
        """The head of the answer, as long as it is not complete."""
        self.switched = False
        self.head = b""
        self.behind = b""
        """What came behind the head of an answer that says yes."""

    async def raise_at_end(self) -> None:
        await self._end.wait()
        raise HandshakeEnded

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        try:
            await self._stream.send_all(data)
        except trio.BrokenResourceError:
            self._end.set()
            raise

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        if self.switched:
            await trio.sleep_forever()
        data: bytes | bytearray = b""
        try:
            data = await self._stream.receive_some(max_bytes)
        finally:
            if not data:
                self._end.set()
        self.head = (self.head + data)[:_HEAD_BYTES]
        self._came += len(data)
        if self._came > _HANDSHAKE_BYTES:
            self._end.set()
            return b""
        return self._of_handshake(bytes(data))

    def _of_handshake(self, data: bytes) -> bytes:
        """All of it, but what comes behind a head that says yes."""
        if self._answer is None:
            return data
        known = len(self._answer)
        self._answer += data
        if end := _END_OF_HEAD.search(self._answer, max(0, known - 2)):
            head, behind = self._answer[: end.end()], self._answer[end.end() :]
            self._answer = None
            if _YES.match(head):
                self.switched = True
                self.behind = behind
                return data[: len(data) - len(behind)]
        return data

    async def aclose(self) -> None:
        self._end.set()
        await self._stream.aclose()


def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    if not (value.isascii() and value.isprintable()):  # the value may be a key: it is not shown
        raise ValueError(f"the header {name} has a value with characters that no header may have")
    return name.encode("ascii"), value.encode("ascii")
