"""Events over a connection, with ids as the service makes them."""

from __future__ import annotations

import random
import string
from typing import NoReturn

import attrs

from triolet.errors import ProtocolViolation
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.tts.frame.server import Connection
from triolet_adapters.tts.qwen.protocol import (
    ClientEvent,
    ErrorEvent,
    ServerEvent,
    encode,
    parse_client_event,
)

_ID_LETTERS = string.ascii_letters + string.digits


class Wire:
    """Sends and receives the events of one session."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self._connection = connection
        self._draws = random.Random(seed)

    def new_id(self, kind: str) -> str:
        """`sess_`, `resp_`, `item_` or `event_`, and 21 letters and digits, as recorded."""
        return kind + "_" + "".join(self._draws.choices(_ID_LETTERS, k=21))

    def drawn_delay(self, limit: float) -> float:
        """A delay from 0 to `limit` seconds."""
        return self._draws.random() * limit

    async def send(self, event: ServerEvent) -> None:
        """Send an event with an id of its own."""
        await self._connection.send(encode(attrs.evolve(event, event_id=self.new_id("event"))))

    async def error(self, code: str, message: str) -> None:
        """Send an error event. What it repeats of the client's own words is cut short."""
        await self.send(ErrorEvent(code=code, message=clipped(message)))

    async def receive(self) -> ClientEvent:
        """The next event of the client.

        Raises:
            ProtocolViolation: it is none; the next one may be.
        """
        message = await self._connection.receive()
        if not isinstance(message, str):
            raise ProtocolViolation("the client sent a binary message")
        return parse_client_event(message)

    async def close(self, code: int, reason: str) -> None:
        """Send a Close; see `Connection.close`."""
        await self._connection.close(code, reason)

    def drop(self) -> NoReturn:
        """End the connection as it is; see `Connection.drop`."""
        self._connection.drop()
