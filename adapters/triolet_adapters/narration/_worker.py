"""A process that narrates what its parent gives it, one document a line.

Its standard input has the order and then the documents, its standard output the outcomes. It ends when its input does: also when the
parent was killed.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import signal
import sys
from typing import Any

import attrs
import trio

from triolet_adapters.narration._claims import Sight
from triolet_adapters.narration._document import Order, Outcome, State, Task
from triolet_adapters.narration._lane import Place, open_lane
from triolet_adapters.narration._names import Document

LONGEST_LINE = 1 << 20
"""Bytes of a message: an order, or paths and an error. More is not ours."""


def order_line(order: Order, place: Place) -> bytes:
    """The first line for a process."""
    return base64.b64encode(pickle.dumps((order, place))) + b"\n"


def task_line(task: Task) -> bytes:
    """A line for a document."""
    return json.dumps(attrs.asdict(task)).encode() + b"\n"


def task_of(line: bytes) -> Task:
    """What a line says."""
    fields = json.loads(line)
    return Task(Document(**fields["document"]), _sight(fields["overdue"]))


def outcome_line(outcome: Outcome) -> bytes:
    """A line for what became of it."""
    return json.dumps(attrs.asdict(outcome)).encode() + b"\n"


def outcome_of(line: bytes) -> Outcome:
    """What a line says.

    Raises:
        ValueError: it says nothing.
    """
    fields = json.loads(line)
    read: dict[str, Any] = {
        "document": Document(**fields["document"]),
        "state": State(fields["state"]),
        "sight": _sight(fields["sight"]),
    }
    return Outcome(**{**fields, **read})


def _sight(fields: dict[str, int] | None) -> Sight | None:
    return None if fields is None else Sight(**fields)


class Lines:
    """The lines of a stream. What comes behind the last line feed is none."""

    def __init__(self, stream: trio.abc.ReceiveStream) -> None:
        self._stream = stream
        self._buffer = bytearray()

    async def next(self) -> bytes | None:
        """The next line; None at the end.

        Raises:
            ValueError: it is longer than `LONGEST_LINE`.
        """
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LONGEST_LINE:
                raise ValueError(f"a line of more than {LONGEST_LINE:,} bytes")
            data = await self._stream.receive_some()
            if not data:
                return None
            self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line


async def work(stdin: trio.abc.ReceiveStream, stdout: trio.abc.SendStream) -> None:
    """Narrate until the input ends. SIGTERM cancels what is being narrated."""
    send, receive = trio.open_memory_channel[Task](0)
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with trio.open_nursery() as nursery:
            given = Lines(stdin)
            order, place = pickle.loads(base64.b64decode(await given.next() or b""))  # noqa: S301 -- by our parent

            async def stop() -> None:
                async for _ in signals:
                    nursery.cancel_scope.cancel()

            async def read() -> None:
                # Read on while a document is narrated: an end says that the parent has gone.
                while (line := await given.next()) is not None:
                    await send.send(task_of(line))
                nursery.cancel_scope.cancel()

            nursery.start_soon(stop)
            nursery.start_soon(read)
            async with open_lane(order, place) as narrate:
                async for task in receive:
                    await stdout.send_all(outcome_line(await narrate(task)))


def main() -> None:
    """Run as a process. What a voice prints goes to standard error."""
    stdin, stdout = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        raise SystemExit("several processes need a system with pipes of POSIX: take --jobs 1")
    trio.run(work, trio.lowlevel.FdStream(stdin), trio.lowlevel.FdStream(stdout))
