"""So many clients of `WS /v1/speech`, each with a player in real time, in one process; it prints what they met as JSON.

    python -m benchmarks.load.clients URL PID [PID ...] --conversations 50 [--seconds 8] [--spread 12.3] [--core 1]

URL is of a service (`http://127.0.0.1:8765`); PID are its workers, whose processor time and memory are read from /proc. A client sends
tokens at 60 a second and `turn.end`, and tells what it has played as `triolet-player.js` does: five times a second, and when it begins or stops. Its frames are made by hand:
with a library's, the clients would be the limit. They are masked with zeros, which costs the server as much as any other mask.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import socket
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import trio

from benchmarks.load.callers import FIRST_SENTENCE, PACE, PAUSE, TOKENS, TURN, processor_time
from benchmarks.load.ear import Ear
from benchmarks.load.process import Taken, busiest_second, pin
from triolet import lone_error

ACKNOWLEDGE = 0.2
"""Seconds between two `audio.position`, as `triolet-player.js` sends them."""
ROUNDING = 1e-4
"""Seconds: two samples, by which a clock may seem to be early."""
LATE = 0.01
"""Seconds by which the clients themselves may be late for 99 of 100 tokens; beyond, the figures are theirs."""
PATIENCE = 30.0
"""Seconds after its last token in which a turn must end: an answer of 11 s that is twice as late as can be."""
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PLACE = 8
"""Bytes before the samples of a binary message: the place of the first."""
SAMPLE = 2
_MASKED = 0x80
_SMALL = 125


def frame(kind: int, payload: bytes) -> bytes:
    """A frame of a client (RFC 6455, section 5.2), masked with zeros."""
    if len(payload) <= _SMALL:
        return bytes([0x80 | kind, _MASKED | len(payload)]) + bytes(4) + payload
    return bytes([0x80 | kind, _MASKED | 126]) + len(payload).to_bytes(2, "big") + bytes(4) + payload


@attrs.define
class Frames:
    """What a server sends, in frames. Pure."""

    _data: bytearray = attrs.Factory(bytearray)

    def receive(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that are complete with this: (kind, payload)."""
        self._data += data
        found: list[tuple[int, bytes]] = []
        at, there = 0, self._data
        while len(there) - at >= 2:
            size, begins = there[at + 1] & 0x7F, at + 2
            if size > _SMALL:
                width = 2 if size == 126 else 8
                if len(there) < begins + width:
                    break
                size, begins = int.from_bytes(there[begins : begins + width], "big"), begins + width
            if len(there) < begins + size:
                break
            found.append((there[at] & 0x0F, bytes(there[begins : begins + size])))
            at = begins + size
        del there[:at]
        return found


@attrs.define
class Met:
    """What all clients met."""

    overheads: list[float] = attrs.Factory(list[float])
    """For each turn: from sending the token that ends the first sentence to the first audio, less what the voice takes."""
    late: list[float] = attrs.Factory(list[float])
    """By how much each token was sent too late."""
    errors: list[str] = attrs.Factory(list[str])
    failed: int = 0
    samples: int = 0


HELLO = frame(
    TEXT,
    json.dumps(
        {"type": "audio.hello", "version": 1, "session": None, "played": 0, "received": 0, "codecs": ["pcm"]}
    ).encode(),
)
END = frame(TEXT, b'{"type":"turn.end"}')
SENT = [frame(TEXT, token.encode()) for token in TOKENS]
ENDS_SENTENCE = next(n for n in range(len(TOKENS)) if sum(map(len, TOKENS[: n + 1])) >= FIRST_SENTENCE)
_HANDSHAKE = (
    "GET /v1/speech HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dHJpb2xldCBiZW5jaG1hcms=\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@attrs.define(eq=False)
class Client:
    """One client."""

    met: Met
    first_audio: float
    socket: socket.socket
    ear: Ear = attrs.Factory(Ear)
    news: trio.Event = attrs.Factory(trio.Event)
    """Set when audio has come to an ear that does not play."""
    due: float = math.nan
    """When the token that ends the first sentence was sent; nan: its first audio has come."""
    over: trio.Event = attrs.Factory(trio.Event)

    async def run(self, host: str, offset: float, begin: trio.Event, opened: trio.Event) -> None:
        """Speak turn after turn, until cancelled."""
        try:
            self._send(_HANDSHAKE.format(host=host).encode())
            head = bytearray()
            while b"\r\n\r\n" not in head:
                head += await self._receive_some() or b"\r\n\r\n"
            if not head.startswith(b"HTTP/1.1 101"):
                raise OSError(f"the service says {bytes(head[:300])!r}")
            self._send(HELLO)
            opened.set()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._receive, bytes(head).split(b"\r\n\r\n", 1)[1])
                nursery.start_soon(self._acknowledge)
                await begin.wait()
                await trio.sleep(offset)
                while True:
                    await self._turn()
                    await trio.sleep(PAUSE)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is counted and named
            alone = lone_error(error)
            self._fail(f"{type(alone).__name__}: {alone}")
            opened.set()

    def _send(self, data: bytes) -> None:
        """Send a frame. A plain call: a service that takes no hundred bytes more is stuck, and that is a failure."""
        if self.socket.send(data) != len(data):
            raise OSError("the service does not read")

    async def _receive_some(self) -> bytes:
        await trio.lowlevel.wait_readable(self.socket)
        return self.socket.recv(65_536)

    def _fail(self, text: str) -> None:
        self.met.failed += 1
        self.met.errors = [*self.met.errors[:2], text]

    async def _turn(self) -> None:
        start = trio.current_time()
        self.over = trio.Event()
        for number, sent in enumerate(SENT):
            at = start + number / PACE
            await trio.sleep_until(at)
            now = trio.current_time()
            self.met.late.append(now - at)
            if number == ENDS_SENTENCE:
                self.due = now
            self._send(sent)
        self._send(END)
        with trio.move_on_after(PATIENCE) as scope:
            await self.over.wait()
        if scope.cancelled_caught:
            self._fail(f"a turn has not ended {PATIENCE:g} s after its text")

    async def _acknowledge(self) -> None:
        due, playing = math.inf, False
        while True:
            now = trio.current_time()
            if self.ear.plays(now) != playing or now >= due:
                playing, played = self.ear.plays(now), self.ear.played(now)
                due = now + ACKNOWLEDGE if playing else math.inf
                text = b'{"type":"audio.position","played":%d,"buffered":%d,"underruns":%d,"pace":%d}'
                self._send(frame(TEXT, text % (played, self.ear.received - played, self.ear.underruns, playing)))
            self.news = trio.Event()
            with trio.move_on_at(min(due, self.ear.changes_at(now) + ROUNDING)):
                await self.news.wait()

    async def _receive(self, data: bytes) -> None:
        frames = Frames()
        while True:
            for kind, payload in frames.receive(data):
                if kind == BINARY:
                    now, place = trio.current_time(), int.from_bytes(payload[:PLACE], "little")
                    if not math.isnan(self.due):
                        self.met.overheads.append(now - self.due - self.first_audio)
                        self.due = math.nan
                    samples = (len(payload) - PLACE) // SAMPLE
                    self.met.samples += samples
                    if not self.ear.plays(now):
                        self.news.set()
                    self.ear.arrive(now, place + samples)
                elif kind == TEXT:
                    self._read(payload)
                elif kind == PING:
                    self._send(frame(PONG, payload))
                elif kind == CLOSE:
                    raise OSError(f"the service has hung up: {payload[2:].decode()}")
            data = await self._receive_some()
            if not data:
                raise OSError("the service has hung up")

    def _read(self, payload: bytes) -> None:
        kind = payload[:40]
        if b"audio.end" in kind:
            self.ear.finish()
        elif b"turn.ended" in kind:
            told = json.loads(payload)
            if told["interrupted"] or told["error"] is not None:
                self._fail(payload.decode()[:300])
            self.over.set()
        elif b'"error"' in kind[:20]:
            self._fail(payload.decode()[:300])


@attrs.frozen
class Worker:
    """What a process has taken so far."""

    cpu: float
    kilobytes: float
    descriptors: int

    @classmethod
    def now(cls, pid: int) -> Worker:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        return cls(
            processor_time(pid),
            pages * os.sysconf("SC_PAGESIZE") / 1e3,
            sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        )


async def clients(
    url: str, pids: list[int], conversations: int, seconds: float, spread: float, first_audio: float
) -> dict[str, Any]:
    address = urlsplit(url)
    met, begin, all_of_them = Met(), trio.Event(), list[Client]()
    before = [Worker.now(pid) for pid in pids]
    with ExitStack() as stack:
        async with trio.open_nursery() as nursery:
            for number in range(conversations):
                connection = stack.enter_context(socket.create_connection((address.hostname, address.port)))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setblocking(False)
                client, opened = Client(met, first_audio, connection), trio.Event()
                all_of_them.append(client)
                nursery.start_soon(client.run, address.netloc, spread * number / conversations, begin, opened)
                await opened.wait()  # one after another
            await trio.sleep(1.0)
            idle = [Worker.now(pid) for pid in pids]
            begin.set()
            await trio.sleep(spread)
            began, servers, samples = Taken.now(), [Worker.now(pid) for pid in pids], met.samples
            busiest = await busiest_second(seconds, *(partial(processor_time, pid) for pid in pids))
            ended, after, samples = Taken.now(), [Worker.now(pid) for pid in pids], met.samples - samples
            nursery.cancel_scope.cancel()
    wall = ended.at - began.at
    shares = [(then.cpu - first.cpu) / wall for then, first in zip(after, servers, strict=True)]
    late = sorted(met.late)
    audio = samples / 24_000
    return {
        "conversations": conversations,
        "turns": len(met.overheads),
        "overheads": sorted(met.overheads),
        "underruns": sum(client.ear.underruns for client in all_of_them),
        "silence": sum(client.ear.silence for client in all_of_them),
        "errors": met.errors,
        "failed": met.failed,
        "cpu": max(shares),
        "cpu_busiest": busiest,
        "cpu_of_each": shares,
        "cpu_ms_a_second": 1e3 * sum(shares) * wall / audio if audio else math.nan,
        "kilobytes": _each(after, before, "kilobytes", conversations),
        "kilobytes_idle": _each(idle, before, "kilobytes", conversations),
        "connections_of_each": [then.descriptors - first.descriptors for then, first in zip(idle, before, strict=True)],
        "clients_cpu": (ended.cpu - began.cpu) / wall,
        "clients_late": late[math.ceil(0.99 * len(late)) - 1] if late else math.inf,
    }


def _each(now: list[Worker], before: list[Worker], name: str, conversations: int) -> float:
    taken = sum(getattr(then, name) - getattr(first, name) for then, first in zip(now, before, strict=True))
    return float(taken / conversations)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="So many clients of WS /v1/speech in one process.")
    parser.add_argument("url")
    parser.add_argument("pids", nargs="+", type=int)
    parser.add_argument("--conversations", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--spread", type=float, default=TURN)
    parser.add_argument("--first-audio", type=float, default=0.0)
    parser.add_argument("--core", type=int, default=-1)
    given = parser.parse_args()
    pin(given.core)
    figures = trio.run(
        clients, given.url, given.pids, given.conversations, given.seconds, given.spread, given.first_audio
    )
    json.dump(figures, sys.stdout)
